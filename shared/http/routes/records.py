"""What was done and refused, and how far long work has come."""

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from sqlalchemy import Row, Select, false, select

from shared import jobs
from shared.access import ADMIN, AUDITOR, SYSTEM, Actor
from shared.access.reach import Reach, is_reached
from shared.errors import NotFound
from shared.http.call import Call, allows
from shared.http.paging import Listing, Page, listing, page
from shared.sentences import S_
from shared.work import Reader

if TYPE_CHECKING:
    from shared.service import Service

NOWHERE: Final[Mapping[str, Reach]] = MappingProxyType({})


def record_routes() -> APIRouter:
    router = APIRouter(prefix="/api/v1")

    @router.get("/jobs/{job_id}")
    async def job(job_id: UUID, call: Annotated[Call, allows()]) -> Response:
        return await call.read(_job, job_id, service=call.runtime.service)

    @router.get("/acts")
    async def acts(call: Annotated[Call, allows()], page: Annotated[Page, Depends(page)], entity: str = "", id: str = "") -> Response:
        return await call.read(acts_of, entity, id, page=page, reach=call.runtime.service.reach)

    @router.get("/refusals")
    async def refusals(call: Annotated[Call, allows(ADMIN, AUDITOR)], page: Annotated[Page, Depends(page)]) -> Response:
        return await call.read(_refusals, page=page)

    return router


def _job(job_id: UUID, *, reader: Reader, actor: Actor, service: "Service") -> jobs.Progress:
    found = jobs.progress(job_id, reader=reader)
    if found is None or not is_told(found, service, reader=reader, actor=actor):
        raise NotFound(S_("没有该任务"))
    return found


def is_told(job: jobs.Progress, service: "Service", *, reader: Reader, actor: Actor) -> bool:
    """Whether an actor may know how far a job is: whoever reaches what it is about."""
    kind = service.jobs.get(job.kind)
    return kind is None or is_reached(kind.about, job.subject_id, service.reach, reader=reader, actor=actor)


def acts_of(
    entity: str,
    id: str,
    *,
    reader: Reader,
    actor: Actor,
    page: Page,
    reach: Mapping[str, Reach] = NOWHERE,
    without: Collection[str] = (),
    newest_first: bool = False,
) -> Listing:
    """The record of one thing, oldest first unless said otherwise; without naming one, only auditors read on. Of what the actor does not
    reach, nothing; who audits or keeps accounts reads the whole record, in which there is no person. Acts named in `without` are left out.

    Who is bound to contracts sees what was done under them and by the system, not what others' staff did.
    """
    if not (entity and id) and not actor.may(ADMIN, AUDITOR):
        raise NotFound(S_("请指明要查看哪一项记录（entity 与 id）"))
    act = reader.kernel.act.c
    what = (act.name, act.entity, act.entity_id, act.rules, act.plugins, act.trace_id)
    statement: Select[Any] = select(act.seq, act.id, act.at, act.acted_on, act.account, act.roles, *what)
    if entity and id:
        statement = statement.where(act.entity == entity, act.entity_id == id)
    if not actor.may(ADMIN, AUDITOR) and not is_reached(entity, id, reach, reader=reader, actor=actor):
        statement = statement.where(false())
    if actor.contracts:
        statement = statement.where(act.account.in_([SYSTEM.account, *_colleagues(reader, actor)]))
    if without:
        statement = statement.where(act.name.not_in(without))
    return listing(reader, statement, page, sort=(act.acted_on, act.seq), item=_as_dict, newest_first=newest_first)


def _colleagues(reader: Reader, actor: Actor) -> list[str]:
    """Accounts that share a contract with this one, itself included."""
    held, shared = reader.kernel.account.c, {str(contract) for contract in actor.contracts}
    return [row.account for row in reader.rows(select(held.account, held.contracts)) if shared.intersection(row.contracts)]


def _refusals(*, reader: Reader, page: Page) -> Listing:
    refusal = reader.kernel.refusal.c
    what = (refusal.method, refusal.path_template, refusal.code, refusal.message, refusal.trace_id)
    statement: Select[Any] = select(refusal.id, refusal.at, refusal.acted_on, refusal.account, *what)
    return listing(reader, statement, page, sort=(refusal.at, refusal.id), item=_as_dict, newest_first=True)


def _as_dict(row: Row[Any]) -> dict[str, Any]:
    return dict(row._mapping)
