"""`我的权限`: what the reader may do, because of which role, how far, and who granted it when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Request, Response
from sqlalchemy import select

from shared.divisions import name_of
from shared.http.call import Call, allows

if TYPE_CHECKING:
    from shared.access import Actor
    from shared.web.console import Console
    from shared.work import Reader


@dataclass(frozen=True, slots=True)
class Grant:
    """An act on an account: opened, or given another reach."""

    by: str
    on: date
    is_opening: bool


@dataclass(frozen=True, slots=True)
class Held:
    """A role, and what it lets its holder do here."""

    name: str
    may: Sequence[str]


def grants(*, reader: "Reader", actor: "Actor") -> Sequence[Grant]:
    """Who opened the actor's account and who changed its reach, oldest first."""
    act, account = reader.kernel.act.c, reader.kernel.account.c
    opened = reader.rows(select(account.created_by, account.created_at).where(account.account == actor.account))
    changed = reader.rows(
        select(act.account, act.acted_on)
        .where(act.entity == "account", act.entity_id == actor.account, act.name == "rescope_account")
        .order_by(act.seq)
    )
    first = [Grant(row.created_by, row.created_at.date(), is_opening=True) for row in opened]
    return [*first, *(Grant(row.account, row.acted_on, is_opening=False) for row in changed)]


def rights_routes(console: "Console") -> APIRouter:
    router = APIRouter(route_class=console.route_class)

    @router.get("/rights/")
    async def rights(request: Request, call: Annotated[Call, allows()]) -> Response:
        return console.draw(
            request,
            "console/rights.html",
            held=_held(call.actor, call.runtime.access.roles, console),
            grants=await call.find(grants),
            divisions=[(code, name_of(code)) for code in call.actor.divisions],
            contracts=call.actor.contracts,
        )

    return router


def _held(actor: "Actor", names: Mapping[str, str], console: "Console") -> Sequence[Held]:
    return [Held(name, console.rights.get(role, ())) for role, name in names.items() if actor.may(role)]
