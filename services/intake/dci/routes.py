"""The paths of the standard below /dci: a message in, an answer of the standard out, whatever is wrong with the message."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from services.intake.dci import envelope as envelopes
from services.intake.dci import messages
from services.intake.dci.attached import body_of
from services.intake.dci.envelope import CALLBACKS, Envelope, NotAccepted
from services.intake.dci.rate import Rate
from services.intake.dci.signature import Signer
from services.intake.domain.partner import Partner, RegistryTerms
from shared.access import Actor
from shared.errors import Forbidden, Unauthenticated
from shared.http.problems import keep_refusal
from shared.ids import new_id

if TYPE_CHECKING:
    from shared.service import Runtime

router = APIRouter(prefix="/dci/registry", tags=["dci"])

ROLE: Final = "partner"
TRANSPORT: Final = frozenset({401, 403})
_RATES: WeakKeyDictionary[Any, Rate] = WeakKeyDictionary()


class PartnerRefused(Forbidden):
    """A message of a system that may not send it, for the auditor."""

    code = "partner-refused"


def _sync(action: str) -> Callable[[Request], Awaitable[Response]]:
    async def answered(request: Request) -> Response:
        async def told(envelope: Envelope, partner: Partner, terms: RegistryTerms, actor: Actor) -> Response:
            runtime: Runtime = request.app.state.runtime
            header, message = await runtime.run(messages.answer, envelope, partner=partner, terms=terms, actor=actor)
            signature = Signer(runtime.keyring, terms.registry_id).sign(header, message, at=int(time.time()))
            return JSONResponse({"signature": signature, "header": header, "message": message})

        return await _admit(request, action, request.body, told, lambda refusal: _rejected(action, refusal))

    return answered


def _async(action: str) -> Callable[[Request], Awaitable[Response]]:
    async def acknowledged(request: Request) -> Response:
        async def told(envelope: Envelope, partner: Partner, terms: RegistryTerms, actor: Actor) -> Response:
            correlation = await request.app.state.runtime.run(messages.take, envelope, partner=partner, actor=actor)
            return JSONResponse({"message": {"ack_status": "ACK", "timestamp": _now(), "correlation_id": str(correlation)}})

        return await _admit(request, action, partial(body_of, request, action), told, _erroneous)

    return acknowledged


for _action, _path in {"search": "search", "subscribe": "subscribe", "unsubscribe": "unsubscribe", "txn-status": "txn/status"}.items():
    router.add_api_route(f"/{_path}", _async(_action), methods=["POST"], name=f"dci {_action}")
for _action, _path in {"search": "sync/search", "txn-status": "sync/txn/status"}.items():
    router.add_api_route(f"/{_path}", _sync(_action), methods=["POST"], name=f"dci sync {_action}")


async def _admit(
    request: Request,
    action: str,
    body: Callable[[], Awaitable[bytes]],
    told: Callable[[Envelope, Partner, RegistryTerms, Actor], Awaitable[Response]],
    refused: Callable[[NotAccepted], Response],
) -> Response:
    """Who sends it, whether it may, whether it is signed and well formed: then what it asks."""
    runtime: Runtime = request.app.state.runtime
    try:
        terms, actor = _terms(runtime), await _actor(request)
        if not _RATES.setdefault(runtime, Rate()).admits(actor.account, terms.per_minute, time.monotonic()):
            raise NotAccepted("err.request.too_many_requests", f"每分钟最多 {terms.per_minute} 条消息", 429)
        envelope, now = envelopes.read(await body(), action), datetime.now(UTC)
        partner = envelopes.partner_of(envelope, terms, actor)
        envelopes.check_signed(envelope, partner, terms, now)
        envelopes.check_header(envelope, terms, now)
        return await told(envelope, partner, terms, actor)
    except NotAccepted as refusal:
        if refusal.status not in TRANSPORT:
            return refused(refusal)
        await keep_refusal(request, PartnerRefused(refusal.message), runtime.access.record)
        headers = {"WWW-Authenticate": "Bearer"} if refusal.status == 401 else {}
        return JSONResponse({"errors": [{"code": refusal.code, "message": refusal.message}]}, refusal.status, headers)


async def _actor(request: Request) -> Actor:
    """By bearer token alone: a browser's cookie is no system's. Raises NotAccepted."""
    runtime: Runtime = request.app.state.runtime
    if not request.headers.get("authorization", "").lower().startswith("bearer "):
        raise NotAccepted("err.request.unauthorized", "须附访问令牌", 401)
    try:
        actor = await runtime.access.actor(request)
    except Unauthenticated as refusal:
        raise NotAccepted("err.request.unauthorized", refusal.message, 401) from refusal
    request.state.actor = actor
    if not actor.may(ROLE):
        raise NotAccepted("err.request.forbidden", "账号没有外部系统的角色", 403)
    return actor


def _terms(runtime: "Runtime") -> RegistryTerms:
    found: list[RegistryTerms] = runtime.hooks.registry()
    if not found:
        raise NotAccepted("err.service.unavailable", "本接口没有启用", 503)
    return found[0]


def _erroneous(refusal: NotAccepted) -> Response:
    """The acknowledgement that says no. A reason of the header has no code of its own here; it stands in the message."""
    is_own = refusal.code.startswith("err.")
    error = {
        "code": refusal.code if is_own else "err.request.bad",
        "message": refusal.message if is_own else f"{refusal.code}: {refusal.message}",
    }
    told = {"ack_status": "ERR", "timestamp": _now(), "correlation_id": str(new_id()), "error": error}
    return JSONResponse({"message": told}, refusal.status)


def _rejected(action: str, refusal: NotAccepted) -> Response:
    """The header of an answer alone. A fault of the communication has no reason code here; it stands in the message."""
    header = {"version": "1.0.0", "message_id": str(new_id()), "message_ts": _now(), "action": CALLBACKS[action], "status": "rjct"}
    if refusal.code.startswith("rjct."):
        header |= {"status_reason_code": refusal.code, "status_reason_message": refusal.message}
    else:
        header |= {"status_reason_message": f"{refusal.code}: {refusal.message}"}
    return JSONResponse({"header": header}, refusal.status)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
