"""Needs that workers found (发现报告): what was reported, what intake answered, and who there read what was seen.

The database refuses to change a row. What was seen is in `person_secret`: of a recipient under the recipient's key, of anybody
else under a key of the report's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, col, select

from services.casework.store.scope import is_only_caseworker, reached_ids, readable_contract
from services.casework.store.tables import PersonKey, PersonSecret, Table
from shared.access import Actor
from shared.errors import NotFound
from shared.http.paging import Listing, Page, listing
from shared.ids import new_id
from shared.personal import Erased, Keyring
from shared.store.types import Instant
from shared.work import Reader


class NeedReport(Table, table=True):
    __tablename__ = "need_report"
    id: UUID = Field(default_factory=new_id, primary_key=True)
    contract_id: UUID = Field(index=True)
    case_id: UUID | None = Field(default=None, foreign_key="case.id", index=True)
    """The case in which it was found; None for somebody who has nothing to do with one."""
    recipient_id: UUID | None = Field(default=None, index=True)
    """Whose need it is, or in whose household it was found."""
    about: str
    kind: str
    urgency: str
    division: str
    found_on: date
    reported_by: str = Field(index=True)
    reported_on: date
    reported_at: datetime = Instant()


class NeedAnswer(Table, table=True):
    """What intake told of a report: taken up, answered or refused."""

    __tablename__ = "need_answer"
    __table_args__ = (UniqueConstraint("report_id", "state"),)
    id: UUID = Field(default_factory=new_id, primary_key=True)
    report_id: UUID = Field(foreign_key="need_report.id", index=True)
    state: str
    outcome: str = ""
    answered_on: date


class NeedReading(Table, table=True):
    """Who in intake read what was seen."""

    __tablename__ = "need_reading"
    id: UUID = Field(default_factory=new_id, primary_key=True)
    report_id: UUID = Field(foreign_key="need_report.id", index=True)
    reader: str
    read_on: date
    read_at: datetime = Instant()


def need_reports(*, reader: Reader, actor: Actor, page: Page, contract_id: UUID | None = None) -> Listing:
    """What the agency has reported, the latest first; a caseworker's own. What was seen is not among it."""
    statement = select(NeedReport).where(col(NeedReport.contract_id).in_(reached_ids(reader, actor, readable=True)))
    if contract_id is not None:
        statement = statement.where(col(NeedReport.contract_id) == contract_id)
    if is_only_caseworker(actor):
        statement = statement.where(col(NeedReport.reported_by) == actor.account)
    found = listing(reader, statement, page, sort=(NeedReport.reported_on, NeedReport.id), newest_first=True, item=_told)
    answers = _answers([row["id"] for row in found.items], reader)
    return replace(found, items=[row | _answered(answers[row["id"]]) for row in found.items])


def need_report(report_id: UUID, *, reader: Reader, actor: Actor, keyring: Keyring) -> dict[str, Any]:
    """One report as its writer or the supervisor reads it. Raises NotFound, AccessEnded."""
    report = reader.find(NeedReport, report_id)
    if report is None:
        raise NotFound("没有找到该发现报告")
    readable_contract(reader, report.contract_id, actor)
    if is_only_caseworker(actor) and report.reported_by != actor.account:
        raise NotFound("没有找到该发现报告")
    shown = _told(report) | _answered(_answers([report_id], reader)[report_id])
    try:
        return shown | {"seen": what_was_seen(report_id, reader, keyring), "is_erased": False}
    except Erased:
        return shown | {"seen": "", "is_erased": True}


def what_was_seen(report_id: UUID, reader: Reader, keyring: Keyring) -> str:
    """Raises Erased once the key is destroyed."""
    [secret] = reader.select(select(PersonSecret).where(col(PersonSecret.about) == report_id))
    opened = keyring.open(secret.person_id, reader.get(PersonKey, secret.person_id).wrapped_key, secret.sealed)
    return str(opened["seen"])


def _told(report: NeedReport) -> dict[str, Any]:
    return report.model_dump(exclude={"reported_at"})


def _answers(report_ids: Sequence[UUID], reader: Reader) -> Mapping[UUID, list[NeedAnswer]]:
    """What was answered to each, oldest first."""
    found: dict[UUID, list[NeedAnswer]] = {report_id: [] for report_id in report_ids}
    for answer in reader.select(select(NeedAnswer).where(col(NeedAnswer.report_id).in_(found)).order_by(col(NeedAnswer.id))):
        found[answer.report_id].append(answer)
    return found


def _answered(answers: Sequence[NeedAnswer]) -> dict[str, Any]:
    """`sent` until intake has taken it up."""
    told = [answer.model_dump(include={"state", "outcome", "answered_on"}) for answer in answers]
    return {"state": told[-1]["state"] if told else "sent", "answers": told}
