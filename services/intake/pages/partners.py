"""Systems of other ministries, for the administrator: keys, callback addresses, subscriptions, messages; nothing of people."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Form as FormField
from fastapi import Request, Response

from services.intake import store
from services.intake.dci.retry import answer_again, deliver_again
from services.intake.dci.signature import Signer
from services.intake.hooks import RegistryTerms
from services.intake.pages import partner_labels as labels
from services.intake.pages.frame import CONSOLE
from shared.access import ADMIN, AUDITOR
from shared.errors import Refusal
from shared.http.call import Call, allows
from shared.http.paging import Listing
from shared.http.problems import status_of
from shared.web.console import Form, see
from shared.web.i18n import L_
from shared.web.tables import Column, Table

router = CONSOLE.router()

Key = Annotated[str, FormField()]

MESSAGES: Final = (
    Column("received_at", L_("收到时间")),
    Column("sender_id", L_("系统")),
    Column("action", L_("事项")),
    Column("requests", L_("请求数"), is_number=True),
    Column("rejected", L_("未受理"), is_number=True),
    Column("status", L_("结果")),
    Column("problem", L_("原因")),
)
SUBSCRIPTIONS: Final = (
    Column("made_at", L_("订阅时间")),
    Column("sender_id", L_("系统")),
    Column("event", L_("变化")),
    Column("purpose", L_("目的")),
    Column("status", L_("状态")),
)
FAILED: Final = (
    Column("made_at", L_("时间")),
    Column("sender_id", L_("系统")),
    Column("address", L_("地址")),
    Column("tries", L_("次数"), is_number=True),
    Column("problem", L_("原因")),
)


@router.get("/partners/")
async def partners(request: Request, call: Annotated[Call, allows(ADMIN, AUDITOR)]) -> Response:
    terms = next(iter(call.runtime.hooks.registry()), None) or RegistryTerms()
    signer = Signer(call.runtime.keyring, terms.registry_id)
    return CONSOLE.draw(
        request, "intake/partners.html", terms=terms, signer=signer, counts=await call.find(store.count_by_partner), labels=labels
    )


@router.get("/partners/messages/")
async def messages(request: Request, call: Annotated[Call, allows(ADMIN, AUDITOR)]) -> Response:
    return await _messages(request, call, Form())


@router.post("/partners/messages/{message_id}/retry/")
async def retry_message(request: Request, message_id: UUID, call: Annotated[Call, allows(ADMIN)], key: Key = "") -> Response:
    return await _retry(request, call, answer_again, message_id, key, _messages) or see("partners/messages/")


@router.get("/partners/subscriptions/")
async def subscriptions(request: Request, call: Annotated[Call, allows(ADMIN, AUDITOR)]) -> Response:
    table = Table.of(request, "subscriptions", L_("订阅"), SUBSCRIPTIONS)
    found = await call.find(store.partner_subscriptions, page=table.page())
    return CONSOLE.draw(request, "intake/partner_subscriptions.html", table=table.holding(found), rows=_told(call, found), labels=labels)


@router.get("/partners/undelivered/")
async def undelivered(request: Request, call: Annotated[Call, allows(ADMIN, AUDITOR)]) -> Response:
    return await _undelivered(request, call, Form())


@router.post("/partners/undelivered/{callback_id}/retry/")
async def retry_callback(request: Request, callback_id: UUID, call: Annotated[Call, allows(ADMIN)], key: Key = "") -> Response:
    return await _retry(request, call, deliver_again, callback_id, key, _undelivered) or see("partners/undelivered/")


async def _messages(request: Request, call: Call, form: Form, status: int = 200) -> Response:
    table = Table.of(request, "messages", L_("往来消息"), MESSAGES)
    found = await call.find(store.partner_messages, page=table.page())
    return _drawn(request, "intake/partner_messages.html", call, form, status, table.holding(found), found)


async def _undelivered(request: Request, call: Call, form: Form, status: int = 200) -> Response:
    table = Table.of(request, "undelivered", L_("未送达"), FAILED)
    found = await call.find(store.dead_callbacks, page=table.page())
    return _drawn(request, "intake/partner_undelivered.html", call, form, status, table.holding(found), found)


def _drawn(request: Request, page: str, call: Call, form: Form, status: int, table: Table, found: Listing) -> Response:
    may_retry = call.actor.may(ADMIN)
    return CONSOLE.draw(request, page, status, table=table, rows=_told(call, found), form=form, may_retry=may_retry, labels=labels)


async def _retry(
    request: Request, call: Call, action: Callable[..., None], which: UUID, key: str, page: Callable[..., Awaitable[Response]]
) -> Response | None:
    """None where it was taken up; else the page, saying why not."""
    try:
        await call.submit({"key": key}, action, which)
    except Refusal as refusal:
        return await page(request, call, Form().refused(refusal), status_of(refusal))
    return None


def _told(call: Call, found: Listing) -> list[dict[str, Any]]:
    """Rows with their moment as the department's clocks show it."""
    zone = call.runtime.clock.zone
    return [row | {"time": f"{(row.get('received_at') or row['made_at']).astimezone(zone):%Y-%m-%d %H:%M:%S}"} for row in found.items]
