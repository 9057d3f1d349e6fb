"""Signing in and out, and the accounts that an administrator keeps."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from shared.access import ADMIN, AUDITOR, Access
from shared.access.accounts import accounts, close_account, create_account, rescope_account, reset_password
from shared.http.call import Call, allows
from shared.http.paging import Page, page
from shared.http.routes.answer import in_json


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


def account_routes(access: Access) -> APIRouter:
    router = APIRouter(prefix="/api/v1")

    @router.post("/sign-in")
    async def sign_in(body: SignIn) -> Response:
        return in_json(await access.sign_in(body.account, body.password))

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
