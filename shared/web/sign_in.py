"""Signing in and out on the pages of a console, and what its reader chooses: password, language, size of text, in rehearsal the day."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from shared.access.passwords import WeakPassword
from shared.errors import Fault, Malformed, NotFound, Refusal
from shared.http.call import ACTED_ON_COOKIE
from shared.http.problems import keep_refusal, status_of
from shared.sentences import S_
from shared.web import console as kit
from shared.web.console import LANGUAGE_COOKIE, ROOT, Console, own_page, seconds_left, see
from shared.web.cookies import cookies, remember
from shared.web.kept import unseal
from shared.web.patterns import pattern_routes
from shared.web.progress import progress_routes
from shared.web.rights import rights_routes
from shared.web.sign_on import sign_on_routes
from shared.web.static import LARGE_TEXT_COOKIE, asset, text_size

if TYPE_CHECKING:
    from shared.service import Runtime

YEAR_SECONDS = 365 * 24 * 3600

Text = Annotated[str, Form()]


def sign_in_routes(console: Console) -> APIRouter:
    """The routes that every console has."""
    router = console.router()
    for part in (_choices(console), progress_routes(console), rights_routes(console), sign_on_routes(console)):
        router.include_router(part)

    @router.get("/sign-in/")
    async def form(request: Request, back: str = ROOT, left: bool = False) -> Response:
        return console.draw(
            request, "console/sign_in.html", form=kit.Form({"back": own_page(back), "kept": "", "left": "yes" if left else ""})
        )

    @router.post("/sign-in/")
    async def sign_in(request: Request, account: Text = "", password: Text = "", back: Text = ROOT, kept: Text = "") -> Response:
        runtime = _runtime(request)
        given = kit.Form({"account": account[:64], "back": own_page(back), "kept": kept})
        try:
            signed_in = await runtime.access.sign_in(account.strip(), password, at_console=True)
        except Refusal as refusal:
            await keep_refusal(request, refusal, runtime.access.record)
            return console.draw(request, "console/sign_in.html", status_of(refusal), form=given.refused(refusal))
        form = unseal(kept, signed_in.account, runtime.keyring)
        if form is not None:
            answer = console.draw(request, "console/kept.html", kept=form)
        else:
            answer = RedirectResponse(given.value("back"), status_code=303)
        remember(answer, runtime, signed_in.token)
        return answer

    @router.post("/sign-out/")
    async def sign_out(request: Request) -> Response:
        await _runtime(request).access.sign_out(request)
        answer = see("sign-in/?left=true")
        for name in cookies(_runtime(request)):
            answer.delete_cookie(name)
        return answer

    @router.get("/password/")
    async def password_form(request: Request) -> Response:
        return console.draw(request, "console/password.html", form=kit.Form())

    @router.post("/password/")
    async def change_password(request: Request, account: Text = "", password: Text = "", new_password: Text = "") -> Response:
        runtime, given = _runtime(request), kit.Form({"account": account[:64]})
        try:
            await runtime.access.change_password(account.strip(), password, new_password)
        except WeakPassword as refusal:
            faults = tuple(replace(fault, field="new_password") for fault in refusal.faults)
            return console.draw(request, "console/password.html", 422, form=replace(given, faults=faults))
        except Refusal as refusal:
            await keep_refusal(request, refusal, runtime.access.record)
            return console.draw(request, "console/password.html", status_of(refusal), form=given.refused(refusal))
        return see("sign-in/")

    every = APIRouter()
    for part in (router, pattern_routes(console)):
        every.include_router(part)
    return every


def _choices(console: Console) -> APIRouter:
    """What a reader chooses, and the files of every page."""
    router = APIRouter(route_class=console.route_class)

    @router.get("/display/")
    async def display(request: Request, language: str = "", text: str = "", back: str = ROOT) -> Response:
        answer = RedirectResponse(own_page(back), status_code=303)
        for name, chosen in ((LANGUAGE_COOKIE, language), (LARGE_TEXT_COOKIE, text)):
            if chosen:
                answer.set_cookie(name, chosen[:16], max_age=YEAR_SECONDS, samesite="lax", httponly=True)
        return answer

    @router.post("/session/")
    async def stay(request: Request) -> Response:
        """Let the sign-in last on; answers the seconds that it now has. Raises Unauthenticated."""
        return JSONResponse({"seconds": seconds_left(await _runtime(request).access.stay(request))})

    @router.post("/day/")
    async def choose_day(request: Request, day: Text = "", back: Text = ROOT) -> Response:
        """The day of the acts that follow, in rehearsal."""
        clock = _runtime(request).clock
        if not clock.rehearsal:
            raise NotFound(S_("没有找到该页面"))
        try:
            clock.acted_on(day)
        except Malformed as refusal:
            raise Malformed(S_("办理日期应为今天或以前的一天"), faults=[Fault("day", refusal.message)]) from refusal
        answer = RedirectResponse(own_page(back), status_code=303)
        answer.set_cookie(ACTED_ON_COOKIE, day, samesite="lax", httponly=True)
        return answer

    @router.get("/static/{name}")
    async def static(request: Request, name: str) -> Response:
        found = text_size(request.cookies.get(LARGE_TEXT_COOKIE)) if name == "text-size.css" else asset(name)
        if found is None:
            raise NotFound(S_("没有找到该文件"))
        cache = "no-cache" if name == "text-size.css" else "public, max-age=3600"
        return found.answer(request, headers={"Cache-Control": cache})

    return router


def _runtime(request: Request) -> "Runtime":
    runtime: Runtime = request.app.state.runtime
    return runtime
