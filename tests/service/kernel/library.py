"""The library: a service of a few lines, for what the kernel gives to all of them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from shared.access import Actor
from shared.errors import RuleRefusal
from shared.http.call import Call, allows, fields
from shared.ids import new_id
from shared.jobs import Job
from shared.service import Service
from shared.store.tables import kernel_tables
from shared.work import Work
from tests.service.kernel import hooks


class Table(SQLModel, registry=registry()):
    """Tables of the library."""


class Loan(Table, table=True):
    id: UUID = Field(default_factory=new_id, primary_key=True)
    title: str
    division: str


class Lend(BaseModel):
    title: str
    division: str


class NotLent(RuleRefusal):
    code = "not-lent"


def lend(*, title: str, division: str, work: Work, actor: Actor) -> UUID:
    """Lend a book."""
    if title == "禁书":
        raise NotLent("此书不外借")
    if title == "崩":
        raise ZeroDivisionError(f"{actor.name} {title}")
    loan = Loan(title=title, division=division)
    work.add(loan)
    work.about("loan", loan.id)
    return loan.id


def import_catalogue(subject_id: UUID, position: int, *, work: Work) -> int | None:
    """One chunk, and done."""
    return None


def start_import(*, work: Work) -> UUID:
    return work.start_job("catalogue", new_id(), 1)


router = APIRouter(prefix="/api/v1")


@router.post("/loans", status_code=201)
async def post_loan(body: Lend, call: Annotated[Call, allows("librarian")]) -> Response:
    return await call.act(lend, **fields(body))


@router.post("/imports", status_code=201)
async def post_import(call: Annotated[Call, allows("librarian")]) -> Response:
    return await call.act(start_import)


SERVICE = Service(
    name="intake",  # whose streams it would use: the topology knows five services
    title="图书",
    port=8199,
    package="tests.service.kernel",
    table=Table,
    kernel=kernel_tables(Table.metadata),
    roles={"librarian": "馆员", "reader": "读者"},
    hooks=hooks,
    routers=[router],
    jobs={"catalogue": Job(import_catalogue)},
)
