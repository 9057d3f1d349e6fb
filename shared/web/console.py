"""The staff console of a service: signing in and out, the frame of its pages, and how a refusal is told on one.

    console = Console(FOLDER, places=[Place("rosters/", L_("名册"), ("clerk", "officer"))])
    router = console.router()      a service's own pages; what refuses them is told as a page

Pages need no script: a form is posted, and answered by the same page with what is wrong (422), or by the way to the thing (303).
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute

from shared.access import Actor
from shared.access.credentials import Session
from shared.errors import NotFound, Refusal, Unauthenticated
from shared.http.call import acted_on
from shared.http.problems import keep_refusal, status_of
from shared.sentences import S_
from shared.web.forms import Form, must_confirm, several
from shared.web.i18n import CHINESE, LANGUAGES, Language
from shared.web.kept import Kept, seal
from shared.web.render import Pages, pages_of
from shared.web.static import asset

if TYPE_CHECKING:
    from shared.service import Runtime

__all__ = ["ROOT", "Console", "Form", "Frame", "Place", "must_confirm", "own_page", "see", "several"]

ROOT: Final = "/console/"
LANGUAGE_COOKIE: Final = "qiao_language"
HTML: Final = "text/html; charset=utf-8"
PAGE_FILES: Final = ("site.css", "console.css", "console.js")
PATTERNS: Final = "/-/patterns"
"""The page that shows every part of the kit in every state."""


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation. `path` is below /console/; `roles` are those who work there."""

    path: str
    name: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page of a console has around it."""

    service: str
    actor: Actor | None
    roles: tuple[str, ...]
    """Names of the actor's roles."""
    places: tuple[Place, ...]
    path: str
    """Below the root of the service, with its query."""
    today: date
    is_rehearsal: bool
    style: str
    seconds_left: int
    """Until the sign-in ends if nothing is done; 0 without one."""
    sign_on: str
    """What the identity provider is called; empty where there is none."""


class Console:
    """One per service. `folder` holds its templates and its catalogue; `rights` says what each role may do, for its holder to read."""

    def __init__(self, folder: Path, *, places: Sequence[Place], rights: Mapping[str, Sequence[str]] | None = None) -> None:
        self.rights = rights or {}
        self._folder = folder
        self._places = tuple(places)
        self.route_class = self._refusing_as_pages()

    @property
    def pages(self) -> Pages:
        return pages_of(self._folder)

    def router(self) -> APIRouter:
        """For pages of the console."""
        return APIRouter(prefix=ROOT.rstrip("/"), include_in_schema=False, route_class=self.route_class)

    def draw(self, request: Request, template: str, status: int = 200, **view: Any) -> Response:
        """A page in the reader's language."""
        text = self.pages.draw(template, language_of(request), frame=self._frame(request), **view)
        return Response(text, status, media_type=HTML)

    def refuse(self, request: Request, refusal: Refusal) -> Response:
        """The page that says what was not done and why."""
        return self.draw(request, "console/refused.html", status_of(refusal), refusal=refusal)

    async def ask_to_sign_in(self, request: Request) -> Response:
        """Whoever is not signed in signs in first, and comes back to the page; what was posted goes along, sealed for its owner."""
        if request.method != "POST" or request.url.path == f"{ROOT}session/":
            return to_sign_in(request)
        runtime: Runtime = request.app.state.runtime
        owner = await runtime.access.owner(request)
        fields = [(name, value) for name, value in (await request.form()).multi_items() if isinstance(value, str)]
        sealed = seal(Kept(request.url.path, fields), owner, runtime.keyring) if owner else ""
        return self.draw(request, "console/sign_in.html", 401, form=Form({"back": ROOT, "kept": sealed}))

    def _frame(self, request: Request) -> Frame:
        runtime: Runtime = request.app.state.runtime
        session: Session | None = getattr(request.state, "session", None)
        actor: Actor | None = getattr(request.state, "actor", None)
        held = [name for role, name in runtime.access.roles.items() if actor is not None and role in actor.roles]
        return Frame(
            service=runtime.service.title,
            actor=actor,
            roles=tuple(held),
            places=tuple(place for place in self._places if actor is not None and actor.may(*place.roles)),
            path=getattr(request.state, "shown_at", "") or address_of(request),
            today=acted_on(request, runtime.clock) or runtime.clock.today(),
            is_rehearsal=runtime.clock.rehearsal,
            style=_style(),
            seconds_left=seconds_left(session) if session is not None else 0,
            sign_on=runtime.sign_on.name if runtime.sign_on is not None else "",
        )

    def _refusing_as_pages(self) -> type[APIRoute]:
        console = self

        class ConsoleRoute(APIRoute):
            def get_route_handler(self) -> Callable[[Request], Awaitable[Response]]:  # type: ignore[override]  # FastAPI says Coroutine
                handle = super().get_route_handler()

                async def told(request: Request) -> Response:
                    try:
                        return await handle(request)
                    except Unauthenticated:
                        return await console.ask_to_sign_in(request)
                    except RequestValidationError:  # an address that nobody was given
                        return console.refuse(request, NotFound(S_("没有找到该页面")))
                    except Refusal as refusal:
                        await keep_refusal(request, refusal, request.app.state.runtime.access.record)
                        return console.refuse(request, refusal)

                return told

        return ConsoleRoute


def seconds_left(session: Session) -> int:
    """How long a sign-in lasts if nothing is done."""
    return max(0, int((session.expires_at - datetime.now(session.expires_at.tzinfo)).total_seconds()))


def see(path: str) -> Response:
    """What follows a form that was done: the way to the thing, below /console/."""
    return RedirectResponse(f"{ROOT}{path}", status_code=303)


def to_sign_in(request: Request) -> Response:
    """Whoever is not signed in signs in first, and comes back to a page, not to a form that was posted."""
    back = address_of(request) if request.method == "GET" else ROOT
    query = f"?{urlencode({'back': back})}" if back != ROOT else ""
    return RedirectResponse(f"{ROOT}sign-in/{query}", status_code=303)


def own_page(address: str) -> str:
    """An address that came with a request, if it is a page of this console; else the first page."""
    parts = urlsplit(address)
    is_ours = not parts.scheme and not parts.netloc and (parts.path.startswith(ROOT) or parts.path == PATTERNS) and "\\" not in address
    return address if is_ours else ROOT


def address_of(request: Request) -> str:
    """Path and query of a request."""
    return f"{request.url.path}?{request.url.query}" if request.url.query else request.url.path


def language_of(request: Request) -> Language:
    """The language that the reader has chosen; Chinese otherwise."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    return next((language for language in LANGUAGES if language.tag == chosen), CHINESE)


def _style() -> str:
    """Changes with the styles and the script, so that no browser keeps an old one."""
    return "".join(found.etag.strip('"')[:4] for name in PAGE_FILES if (found := asset(name)))
