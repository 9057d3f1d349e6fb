"""Signing in at the department's identity provider, from the pages of a console (shared.access.oidc).

What an attempt must know when it ends waits in a cookie of ten minutes, sealed: another browser's answer, an old one, or one that was
used already finds nothing to fit.
"""

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping
from time import time
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from shared.access.oidc import ProviderAway, SignOnRefused
from shared.access.sign_on import SignOn, account_of, admit_described, check_granted
from shared.errors import NotFound, Refusal
from shared.http.problems import keep_refusal, status_of
from shared.sentences import S_
from shared.web.console import ROOT, Console, own_page
from shared.web.cookies import remember
from shared.web.forms import Form

if TYPE_CHECKING:
    from shared.service import Runtime

ATTEMPT_SECONDS: Final = 600
NONCE_BYTES: Final = 12


def sign_on_routes(console: Console) -> APIRouter:
    router = APIRouter(route_class=console.route_class)

    @router.get("/sign-on/")
    async def begin(request: Request, back: str = ROOT) -> Response:
        runtime, sign_on = _asked(request)
        try:
            begun = await sign_on.provider.begin(_return_address(request, runtime))
        except ProviderAway as refusal:
            return _refused(console, request, refusal)
        answer = RedirectResponse(begun.address, status_code=303)
        kept = _seal({**begun.secrets, "back": own_page(back)}, runtime)
        is_https = runtime.settings.public_url.startswith("https:")
        answer.set_cookie(_cookie(runtime), kept, ATTEMPT_SECONDS, httponly=True, samesite="lax", secure=is_https, path="/console/sign-on/")
        return answer

    @router.get("/sign-on/back")
    async def finish(request: Request) -> Response:
        runtime, sign_on = _asked(request)
        try:
            attempt = _open(request.cookies.get(_cookie(runtime), ""), runtime)
            claims = await sign_on.provider.finish(attempt, request.query_params, _return_address(request, runtime))
            account = account_of(claims, sign_on.account_claim)
            if sign_on.roles_claim:
                await runtime.run(admit_described, account, claims, sign_on, frozenset(runtime.access.roles))
                runtime.access.forget(account)
            else:
                await runtime.read(check_granted, account)
            signed_in = await runtime.access.admit(account, at_console=True)
        except Refusal as refusal:
            await keep_refusal(request, refusal, runtime.access.record)
            answer = _refused(console, request, refusal)
        else:
            answer = RedirectResponse(own_page(attempt["back"]), status_code=303)
            remember(answer, runtime, signed_in.token)
        answer.delete_cookie(_cookie(runtime), path="/console/sign-on/")
        return answer

    @router.get("/sign-on/leave")
    async def leave(request: Request) -> Response:
        """From the page after signing out: out of the provider too."""
        runtime, sign_on = _asked(request)
        own = f"{_origin(request, runtime)}/console/sign-in/"
        return RedirectResponse(await sign_on.provider.leaving(own) or own, status_code=303)

    return router


def _asked(request: Request) -> "tuple[Runtime, SignOn]":
    runtime: Runtime = request.app.state.runtime
    if runtime.sign_on is None:
        raise NotFound(S_("没有找到该页面"))
    return runtime, runtime.sign_on


def _refused(console: Console, request: Request, refusal: Refusal) -> Response:
    request.state.shown_at = f"{ROOT}sign-in/"  # no link of the page repeats the code
    form = Form({"back": ROOT}).refused(refusal)
    return console.draw(request, "console/sign_in.html", status_of(refusal), form=form)


def _origin(request: Request, runtime: "Runtime") -> str:
    return (runtime.settings.public_url or str(request.base_url)).rstrip("/")


def _return_address(request: Request, runtime: "Runtime") -> str:
    return f"{_origin(request, runtime)}/console/sign-on/back"


def _cookie(runtime: "Runtime") -> str:
    return f"{runtime.access.cookie}_sign_on"


def _cipher(runtime: "Runtime") -> AESGCM:
    return AESGCM(runtime.keyring.derive("sign-on attempts"))


def _seal(attempt: Mapping[str, str], runtime: "Runtime") -> str:
    nonce = os.urandom(NONCE_BYTES)
    content = json.dumps({**attempt, "at": time()}).encode()
    return urlsafe_b64encode(nonce + _cipher(runtime).encrypt(nonce, content, None)).decode().rstrip("=")


def _open(sealed: str, runtime: "Runtime") -> Mapping[str, str]:
    """The attempt of this browser. Raises SignOnRefused without one that is fresh."""
    try:
        blob = urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        attempt: dict[str, str] = json.loads(_cipher(runtime).decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], None))
    except (NotBase64, InvalidTag, ValueError) as fault:
        raise SignOnRefused(S_("登录请求不是从本浏览器发出的，请重新登录")) from fault
    if time() - float(attempt["at"]) > ATTEMPT_SECONDS:
        raise SignOnRefused(S_("登录用时过长，请重新登录"))
    return attempt
