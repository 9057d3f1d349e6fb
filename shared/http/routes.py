"""The routes that every service has: signing in, accounts, files, jobs, the record of acts, and what the operator looks at."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json
from sqlalchemy import Row, func, select

from shared import jobs
from shared.access import ADMIN, AUDITOR, Access, Actor
from shared.access.accounts import accounts, close_account, create_account, rescope_account, reset_password
from shared.errors import NotFound
from shared.files import Files, keep_file, require_file
from shared.http.call import Call, allows
from shared.http.paging import Listing, Page, listing, page
from shared.plugins import Hooks
from shared.work import Reader


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that may be unwell. `probe` answers "" or a sentence; `needed` ones decide whether the service is ready."""

    name: str
    probe: Callable[[], Awaitable[str]]
    needed: bool


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SignIn(Body):
    account: str = Field(max_length=64)
    password: str = Field(max_length=256)


class ChangePassword(SignIn):
    new_password: str = Field(max_length=256)


class NewAccount(SignIn):
    account: str = Field(pattern=r"^[a-z0-9][a-z0-9_.-]{1,63}$")
    name: str = Field(min_length=1, max_length=64)
    roles: list[str] = Field(min_length=1)
    divisions: list[str] = []
    contracts: list[UUID] = []


class Scope(Body):
    divisions: list[str] = []
    contracts: list[UUID] = []


class NewPassword(Body):
    password: str = Field(max_length=256)


def kernel_router(*, access: Access, files: Files, plugins: Hooks, checks: Sequence[Check], dead_letters: Callable[[], int]) -> APIRouter:
    """The kernel's own routes for one service."""
    router = APIRouter()
    router.include_router(_access_routes(access))
    router.include_router(_file_routes(files))
    router.include_router(_record_routes())
    router.include_router(_operator_routes(plugins, checks, dead_letters))
    return router


def _access_routes(access: Access) -> APIRouter:
    router = APIRouter(prefix="/api/v1")

    @router.post("/sign-in")
    async def sign_in(body: SignIn) -> Response:
        return _json(await access.sign_in(body.account, body.password))

    @router.post("/sign-out", status_code=204)
    async def sign_out(request: Request) -> None:
        await access.sign_out(request)

    @router.post("/password", status_code=204)
    async def change_password(body: ChangePassword) -> None:
        await access.change_password(body.account, body.password, body.new_password)

    @router.get("/accounts")
    async def list_accounts(call: Annotated[Call, allows(ADMIN, AUDITOR)], page: Annotated[Page, Depends(page)]) -> Response:
        return await call.read(accounts, page=page)

    @router.post("/accounts", status_code=201)
    async def open_account(body: NewAccount, call: Annotated[Call, allows(ADMIN)]) -> Response:
        hashed = await access.hash_strong(body.password, body.account)
        chosen = body.model_dump(exclude={"account", "password"})
        return await call.act(create_account, body.account, password_hash=hashed, known_roles=frozenset(access.roles), **chosen)

    @router.post("/accounts/{account}/scope")
    async def rescope(account: str, body: Scope, call: Annotated[Call, allows(ADMIN)]) -> Response:
        answer = await call.act(rescope_account, account, divisions=body.divisions, contracts=body.contracts)
        access.forget(account)
        return answer

    @router.post("/accounts/{account}/password")
    async def new_password(account: str, body: NewPassword, call: Annotated[Call, allows(ADMIN)]) -> Response:
        answer = await call.act(reset_password, account, password_hash=await access.hash_strong(body.password, account))
        access.forget(account)
        return answer

    @router.post("/accounts/{account}/closing")
    async def close(account: str, call: Annotated[Call, allows(ADMIN)]) -> Response:
        answer = await call.act(close_account, account)
        access.forget(account)
        return answer

    return router


def _file_routes(files: Files) -> APIRouter:
    router = APIRouter(prefix="/api/v1")

    @router.post("/files", status_code=201)
    async def upload(file: UploadFile, call: Annotated[Call, allows()]) -> Response:
        stored = await asyncio.to_thread(files.put, await file.read())
        call.content = stored.sha256.encode()
        return await call.act(keep_file, stored)

    @router.get("/files/{file_id}")
    async def download(file_id: UUID, call: Annotated[Call, allows()]) -> Response:
        stored = await call.runtime.read(partial(_readable_file, file_id, call.actor))
        content = await asyncio.to_thread(files.open, stored.sha256)
        headers = {"Content-Disposition": f'attachment; filename="{file_id}"', "ETag": f'"{stored.sha256}"'}
        return Response(content, media_type=stored.type, headers=headers)

    return router


def _record_routes() -> APIRouter:
    router = APIRouter(prefix="/api/v1")

    @router.get("/jobs/{job_id}")
    async def job(job_id: UUID, call: Annotated[Call, allows()]) -> Response:
        return await call.read(_job, job_id)

    @router.get("/acts")
    async def acts(call: Annotated[Call, allows()], page: Annotated[Page, Depends(page)], entity: str = "", id: str = "") -> Response:
        return await call.read(_acts, entity, id, page=page)

    @router.get("/refusals")
    async def refusals(call: Annotated[Call, allows(ADMIN, AUDITOR)], page: Annotated[Page, Depends(page)]) -> Response:
        return await call.read(_refusals, page=page)

    return router


def _operator_routes(plugins: Hooks, checks: Sequence[Check], dead_letters: Callable[[], int]) -> APIRouter:
    router = APIRouter(prefix="/-")

    @router.get("/health/live")
    async def live() -> Response:
        return _json({"status": "ok"})

    @router.get("/health/ready")
    async def ready() -> Response:
        unwell = [check.name for check in checks if check.needed and await _probe(check)]
        return _json({"status": "unwell" if unwell else "ok"}, 503 if unwell else 200)

    @router.get("/health")
    async def health(call: Annotated[Call, allows(ADMIN, AUDITOR)]) -> Response:
        told = {check.name: await _probe(check) for check in checks}
        return _json({"status": "degraded" if any(told.values()) else "ok", "degraded": {name: why for name, why in told.items() if why}})

    @router.get("/plugins")
    async def list_plugins(call: Annotated[Call, allows(ADMIN, AUDITOR)]) -> Response:
        return _json({"plugins": [asdict(state) for state in plugins.plugins]})

    @router.get("/events")
    async def events(call: Annotated[Call, allows(ADMIN, AUDITOR)]) -> Response:
        return await call.read(_events, dead_letters())

    return router


async def _probe(check: Check) -> str:
    try:
        return await asyncio.wait_for(check.probe(), 2)
    except Exception as error:  # whatever a probe raises is what it has found
        return f"{type(error).__name__}"


def _json(value: Any, status: int = 200) -> Response:
    return Response(to_json(value), status, media_type="application/json")


def _readable_file(file_id: UUID, actor: Actor, *, reader: Reader) -> Any:
    """The file, if the actor uploaded it, works for a department, or shares a contract with the one who did."""
    file = reader.kernel.file.c
    rows = reader.rows(select(file.account, file.contracts).where(file.id == file_id))
    if not rows:
        raise NotFound("没有找到该文件")
    is_own = rows[0].account == actor.account
    if not is_own and actor.contracts and not {str(contract) for contract in actor.contracts} & set(rows[0].contracts):
        raise NotFound("没有找到该文件")
    return require_file(reader, file_id)


def _job(job_id: UUID, *, reader: Reader) -> jobs.Progress:
    found = jobs.progress(job_id, reader=reader)
    if found is None:
        raise NotFound("没有该任务")
    return found


def _acts(entity: str, id: str, *, reader: Reader, actor: Actor, page: Page) -> Listing:
    """The record of one thing, oldest first; without naming one, only auditors read on."""
    if not (entity and id) and not actor.may(ADMIN, AUDITOR):
        raise NotFound("请指明要查看哪一项记录（entity 与 id）")
    act = reader.kernel.act.c
    statement = select(
        act.seq,
        act.id,
        act.at,
        act.acted_on,
        act.account,
        act.roles,
        act.name,
        act.entity,
        act.entity_id,
        act.rules,
        act.plugins,
        act.trace_id,
    )
    if entity and id:
        statement = statement.where(act.entity == entity, act.entity_id == id)
    return listing(reader, statement, page, sort=(act.acted_on, act.seq), item=_as_dict)


def _refusals(*, reader: Reader, page: Page) -> Listing:
    refusal = reader.kernel.refusal.c
    columns = (
        refusal.id,
        refusal.at,
        refusal.acted_on,
        refusal.account,
        refusal.method,
        refusal.path_template,
        refusal.code,
        refusal.message,
        refusal.trace_id,
    )
    return listing(reader, select(*columns), page, sort=(refusal.at, refusal.id), item=_as_dict, newest_first=True)


def _events(dead_letters: int, *, reader: Reader) -> dict[str, int]:
    """How much this service has said and heard: published ones are on the bus, kept ones wait for it.

    Dead letters are those of this process since its start; `qiao bus dlq list` knows them all.
    """
    outbox, inbox = reader.kernel.outbox.c, reader.kernel.inbox
    sent = int(reader.scalar(select(func.count()).where(outbox.sent_at.is_not(None))))
    kept = int(reader.scalar(select(func.count()).where(outbox.sent_at.is_(None))))
    heard = int(reader.scalar(select(func.count()).select_from(inbox)))
    return {"published": sent, "kept": kept, "consumed": heard, "dead_lettered": dead_letters}


def _as_dict(row: Row[Any]) -> dict[str, Any]:
    return dict(row._mapping)
