"""Pages for everybody: finished bytes by their path; only lists, feedback and the choice of text size are worked out on the spot."""

from collections.abc import Mapping
from time import monotonic
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from services.disclosure import actions, labels, store
from services.disclosure.publishing import HTML, Desk, draw_everything, draw_page, pages
from services.disclosure.settings import Settings
from services.disclosure.store import Published
from services.disclosure.views.site import line
from shared.errors import Malformed
from shared.http.finished import Find, Finished
from shared.http.paging import Page
from shared.plugins import Hooks
from shared.rules import Rules
from shared.service import Runtime
from shared.web.i18n import CHINESE, L_, LANGUAGES, Language
from shared.web.static import LARGE_TEXT_COOKIE, Asset, asset, text_size
from shared.work import Reader, Work

router = APIRouter(include_in_schema=False)

PER_PAGE = 20
YEAR_SECONDS = 365 * 24 * 3600


async def prepare(runtime: Runtime) -> None:
    """Draw what was drawn with another design, and the first pages of an empty store; templates are compiled before the writer waits."""
    pages().compile()
    await runtime.run(_draw_outdated)


def _draw_outdated(*, work: Work, rules: Rules, hooks: Hooks, settings: Settings) -> None:
    work.alone("draw the site")
    home = work.find(Published, "/")
    if home is None or home.design != pages().design:
        draw_everything(Desk(work, settings, rules, hooks))


def finished(runtime: Runtime) -> Find:
    """Pages, records and feeds as they were published, for what stands before the framework."""

    async def find(path: str, is_packed: bool) -> Finished | None:
        row = await runtime.store.lookup.find(store.FINISHED, path=path, packed=is_packed)
        return Finished(*row) if row else None

    return find


@router.get("/static/{name}")
async def static(name: str, request: Request) -> Response:
    found = text_size(request.cookies.get(LARGE_TEXT_COOKIE)) if name == "text-size.css" else asset(name)
    if found is None:
        return await _kept(request, "/404/")
    cache = "no-cache" if name == "text-size.css" else "public, max-age=3600"
    return found.answer(request, headers={"Cache-Control": cache})


@router.get("/text-size")
@router.get("/en/text-size")
async def choose_text_size(request: Request, size: str = "", back: str = "/") -> Response:
    """Remember the choice and go back to the page, which must be one of ours."""
    target = back if back.startswith("/") and not back.startswith("//") and "\\" not in back else "/"
    answer = RedirectResponse(target, status_code=303)
    if size == "large":
        answer.set_cookie(LARGE_TEXT_COOKIE, "large", max_age=YEAR_SECONDS, samesite="lax", httponly=True)
    else:
        answer.delete_cookie(LARGE_TEXT_COOKIE)
    return answer


@router.get("/projects/")
@router.get("/en/projects/")
async def projects(request: Request, q: str = "", method: str = "", stage: str = "", after: str = "") -> Response:
    runtime, language = _runtime(request), _language(request)
    asked = {
        "search": q.strip()[:100],
        "method": method if method in labels.METHODS else "",
        "stage": stage if stage in labels.STAGES else "",
    }
    try:
        found = await runtime.read(store.projects, page=Page(after or None, PER_PAGE), **asked)
    except Malformed:
        return RedirectResponse(f"{language.prefix}/projects/", status_code=303)
    query = {"q": asked["search"], "method": asked["method"], "stage": asked["stage"]}
    more = urlencode({**query, "after": found.next}) if found.next else ""
    count = await runtime.read(store.count_projects, **asked)
    return _draw(request, "projects", lines=[line(each) for each in found.items], query=query, count=count, more=more, is_first=not after)


@router.get("/notices/")
@router.get("/en/notices/")
async def notices(request: Request, kind: str = "", after: str = "") -> Response:
    runtime, language = _runtime(request), _language(request)
    kind = kind if kind in labels.NOTICES else ""
    try:
        found = await runtime.read(store.notices, page=Page(after or None, PER_PAGE), kinds=tuple(labels.NOTICES), kind=kind)
    except Malformed:
        return RedirectResponse(f"{language.prefix}/notices/", status_code=303)
    more = urlencode({"kind": kind, "after": found.next}) if found.next else ""
    return _draw(request, "notices", notices=found.items, kind=kind, more=more)


@router.get("/feedback/")
@router.get("/en/feedback/")
async def feedback_form(request: Request, about: str = "") -> Response:
    return _feedback(request, given=BLANK | {"about": about[:200]})


@router.post("/feedback/")
@router.post("/en/feedback/")
async def leave_feedback(
    request: Request,
    kind: Annotated[str, Form()] = "",
    text: Annotated[str, Form()] = "",
    contact: Annotated[str, Form()] = "",
    about: Annotated[str, Form()] = "",
) -> Response:
    """Kept, and thanked for on a page of its own; an incomplete form comes back with what was written."""
    faults = {}
    if kind not in labels.FEEDBACK_KINDS:
        faults["kind"] = L_("请选择反馈类型")
    if not 1 <= len(text.strip()) <= 500:
        faults["text"] = L_("请填写问题描述，不超过 500 字")
    if len(contact) > 30:
        faults["contact"] = L_("联系方式不超过 30 字")
    runtime = _runtime(request)
    if not faults and not _limit(request).admits():
        faults["text"] = L_("提交过于频繁，请稍后再试")
    if faults:
        given = {"kind": kind, "text": text[:500], "contact": contact[:30], "about": about[:200]}
        return _feedback(request, 422, faults=faults, given=given)
    await runtime.run(actions.leave_feedback, kind=kind, text=text.strip(), contact=contact.strip(), about=about[:200])
    return RedirectResponse(f"{_language(request).prefix}/feedback/thanks/", status_code=303)


@router.get("/feedback/thanks/")
@router.get("/en/feedback/thanks/")
async def thanks(request: Request) -> Response:
    return _feedback(request, sent=True)


@router.get("/{path:path}")
async def published(path: str, request: Request) -> Response:
    """Whatever was published under this path."""
    return await _kept(request, f"/{path}")


BLANK = {"kind": "", "text": "", "contact": "", "about": ""}


def _feedback(
    request: Request,
    status: int = 200,
    *,
    sent: bool = False,
    faults: Mapping[str, str] = BLANK,
    given: Mapping[str, str] = BLANK,
) -> Response:
    view = {"faults": BLANK | dict(faults), "given": given, "has_faults": any(faults.values())}
    return _draw(request, "feedback", status, sent=sent, **view)


class Limit:
    """How many forms an hour the site takes in all: no puzzle for people, no flood from machines."""

    def __init__(self, per_hour: int) -> None:
        self._per_hour = per_hour
        self._taken: list[float] = []

    def admits(self) -> bool:
        now = monotonic()
        self._taken = [at for at in self._taken if now - at < 3600]
        if len(self._taken) >= self._per_hour:
            return False
        self._taken.append(now)
        return True


def _limit(request: Request) -> Limit:
    state = request.app.state
    if not hasattr(state, "feedback_limit"):
        state.feedback_limit = Limit(_settings(request).feedback_per_hour)
    limit: Limit = state.feedback_limit
    return limit


async def _kept(request: Request, path: str) -> Response:
    language = _language(request)
    found = await _runtime(request).store.read(lambda reader: _find(reader, path))
    if found is None and not path.endswith("/") and "." not in path:
        return RedirectResponse(f"{path}/", status_code=308)
    if found is None:
        found = await _runtime(request).store.read(lambda reader: _find(reader, f"{language.prefix}/404/"))
    if found is None:
        return Response("没有找到该页面", 404, media_type="text/plain; charset=utf-8")
    asset, status = found
    return asset.answer(request, status, headers={"Cache-Control": "public, max-age=60", "Access-Control-Allow-Origin": "*"})


def _find(reader: Reader, path: str) -> tuple[Asset, int] | None:
    found = reader.find(Published, path)
    return (Asset(found.body, found.packed, found.type, found.etag), found.status) if found else None


def _draw(request: Request, template: str, status: int = 200, **view: Any) -> Response:
    language = _language(request)
    path = request.url.path.removeprefix(language.prefix)
    text = draw_page(pages(), _settings(request), template, path, language, **view)
    return Response(text, status, media_type=HTML, headers={"Cache-Control": "no-cache"})


def _runtime(request: Request) -> Runtime:
    runtime: Runtime = request.app.state.runtime
    return runtime


def _settings(request: Request) -> Settings:
    settings = _runtime(request).settings
    if not isinstance(settings, Settings):
        raise TypeError("disclosure runs with its own settings")
    return settings


def _language(request: Request) -> Language:
    for language in LANGUAGES:
        if language.prefix and (request.url.path == language.prefix or request.url.path.startswith(f"{language.prefix}/")):
            return language
    return CHINESE
