"""A roster is decided on by another person than the one who uploaded it: its good rows count, or they are forgotten.

Acceptance moves rows inside the database, 500 at a time; what is sealed was sealed at the review and is not opened again.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, insert, literal, select, update
from sqlmodel import col

from services.intake.actions.roster import CHUNK, RosterState, check_survey_open
from services.intake.actions.search import start_indexing
from services.intake.domain.programme import check_different_officer
from services.intake.labels import ROSTER_STATUS
from services.intake.store import (
    Household,
    Person,
    PersonSecret,
    Roster,
    StagedRow,
    Survey,
    SurveyFile,
    check_reach,
    count_people,
    count_people_of_files,
)
from shared.access import Actor
from shared.errors import WrongState
from shared.events.intake import RosterAccepted
from shared.personal import Keyring
from shared.rewrapping import is_due
from shared.work import Work

_OF_HOUSEHOLD: Final = ("category", "division", "living_members", "roster_id")
_OF_PERSON: Final = (
    "roster_id", "secret_id", "birth", "sex", "relation", "schooling",
    "has_single_parent", "disability_kind", "disability_level", "is_seriously_ill",
)  # fmt: skip


class RosterStale(WrongState):
    """People of the roster came into the store or were merged after it was reviewed; what was looked at is not what would happen."""

    code = "roster-stale"


def accept_roster(roster_id: UUID, *, work: Work, today: date, actor: Actor, keyring: Keyring) -> dict[str, UUID]:
    """Let the good rows count."""
    roster = _to_decide(roster_id, work, actor)
    if roster.survey_id is not None:
        check_survey_open(roster.survey_id, work)
    statuses = work.rows(select(col(Roster.status)).with_for_update())  # locked: two acceptances at one moment must see each other
    if any(status == "accepting" for (status,) in statuses):
        raise RosterState("另一份名册正在采用，请稍后再试")
    came_since = (
        col(StagedRow.roster_id) == roster_id,
        col(StagedRow.verdict) == "new",
        col(StagedRow.identity_key) == Person.identity_key,
    )
    if keyring.is_changing and work.scalar(select(exists().where(is_due(PersonSecret, keyring)))):
        raise RosterState("正在更换加密密钥，名册暂不能采用，请稍后再试")  # the keyed hashes compared below are of two keys
    merged_since = (
        col(StagedRow.roster_id) == roster_id,
        col(StagedRow.verdict) == "update",
        col(StagedRow.person_id).in_(select(col(Person.id)).where(col(Person.merged_into).is_not(None))),
    )
    if work.scalar(select(exists().where(*merged_since))):
        raise RosterStale("名册读取之后，其中有人员的档案已并入另一份档案；请不予采用本次读取结果，重新上传")
    if work.scalar(select(exists().where(*came_since))):
        raise RosterStale("名册读取之后，其中有人员已由其他名册建档；请不予采用本次读取结果，重新上传")
    return _decide(roster, "accepting", "roster_acceptance", "", work, today, actor)


def reject_roster(roster_id: UUID, *, reason: str, work: Work, today: date, actor: Actor) -> dict[str, UUID]:
    """Forget the good rows with all that was sealed of them; the faults stay to be mended."""
    return _decide(_to_decide(roster_id, work, actor), "rejected", "roster_rejection", reason, work, today, actor)


def acceptance_chunk(roster_id: UUID, position: int, *, work: Work) -> int | None:
    """Turn some staged rows into households and persons; a person known by identity number is updated, never doubled."""
    roster = work.get(Roster, roster_id)
    last = _end_of_chunk(roster_id, position, work)
    if last is not None:
        rows = _between(roster_id, position, last)
        _keep_households(rows, work)
        _keep_people(rows, work)
        if roster.survey_id is not None:
            _keep_survey_files(rows, roster.survey_id, work)
        work.execute(delete(StagedRow).where(*rows))
        return last
    roster.status = "accepted"
    start_indexing(work)
    _say(roster, work)
    return None


def rejection_chunk(roster_id: UUID, position: int, *, work: Work) -> int | None:
    """Destroy what was sealed of some staged rows, and the rows."""
    last = _end_of_chunk(roster_id, position, work)
    if last is not None:
        rows = _between(roster_id, position, last)
        work.execute(delete(PersonSecret).where(col(PersonSecret.id).in_(select(col(StagedRow.secret_id)).where(*rows))))
        work.execute(delete(StagedRow).where(*rows))
    return last


def _to_decide(roster_id: UUID, work: Work, actor: Actor) -> Roster:
    roster = work.get(Roster, roster_id)
    check_reach(roster.division, actor, "名册")
    work.about("roster", roster_id)
    if roster.status != "reviewed":
        raise RosterState(f"名册目前为“{ROSTER_STATUS[roster.status]}”，须在“{ROSTER_STATUS['reviewed']}”时决定")
    check_different_officer(actor.account, roster.uploaded_by, act="名册采用")
    return roster


def _decide(roster: Roster, status: str, job: str, reason: str, work: Work, today: date, actor: Actor) -> dict[str, UUID]:
    roster.status, roster.decided_by, roster.decided_on, roster.reason = status, actor.account, today, reason
    roster.job_id = work.start_job(job, roster.id, roster.rows + 1)
    return {"roster_id": roster.id, "job_id": roster.job_id}


def _end_of_chunk(roster_id: UUID, position: int, work: Work) -> int | None:
    """Number of the last good row of the next chunk; None when no good row is left."""
    number = col(StagedRow.number)
    good = select(number).where(col(StagedRow.roster_id) == roster_id, col(StagedRow.verdict) != "faulty", number > position)
    last = work.scalar(select(func.max(good.order_by(number).limit(CHUNK).subquery().c.number)))
    return None if last is None else int(last)


def _between(roster_id: UUID, position: int, last: int) -> Sequence[ColumnElement[bool]]:
    """The good rows of one chunk."""
    number = col(StagedRow.number)
    return (col(StagedRow.roster_id) == roster_id, col(StagedRow.verdict) != "faulty", number > position, number <= last)


def _is_first(rows: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    """Whether a staged row is the first of its household in the chunk."""
    return col(StagedRow.number).in_(select(func.min(StagedRow.number)).where(*rows).group_by(col(StagedRow.household_no)))


def _keep_households(rows: Sequence[ColumnElement[bool]], work: Work) -> None:
    """Bring known households up to date and make the others, each from its first row here; its rows agree, that was checked."""
    given = {name: getattr(StagedRow, name) for name in _OF_HOUSEHOLD}
    same = col(Household.household_no) == col(StagedRow.household_no)
    work.execute(update(Household).where(same, *rows, _is_first(rows)).values(given))
    columns = {"id": col(StagedRow.id), "household_no": col(StagedRow.household_no), "housing": literal(""), **given}
    fresh = select(*columns.values()).where(*rows, _is_first(rows), ~exists().where(same))
    work.execute(insert(Household).from_select(list(columns), fresh))


def _keep_people(rows: Sequence[ColumnElement[bool]], work: Work) -> None:
    given: dict[str, Any] = {"household_id": col(Household.id), "indexed_by": literal("")} | {
        name: getattr(StagedRow, name) for name in _OF_PERSON
    }
    at_home = col(Household.household_no) == col(StagedRow.household_no)
    known = (col(StagedRow.verdict) == "update", col(Person.id) == col(StagedRow.person_id))
    # an earlier secret goes with its key: two copies of a person's fields would outlive an erasure of one
    work.execute(delete(PersonSecret).where(col(PersonSecret.id).in_(select(col(Person.secret_id)).where(*known, *rows))))
    work.execute(update(Person).where(at_home, *known, *rows).values(given))
    columns = {"id": col(StagedRow.person_id), "identity_key": col(StagedRow.identity_key), "status": literal("present"), **given}
    fresh = select(*columns.values()).where(at_home, col(StagedRow.verdict) == "new", *rows)
    work.execute(insert(Person).from_select(list(columns), fresh))


def _keep_survey_files(rows: Sequence[ColumnElement[bool]], survey_id: UUID, work: Work) -> None:
    """A file for each household that has none in the survey yet, and how many of its people the survey's rosters name."""
    at_home = col(Household.household_no) == col(StagedRow.household_no)
    has_file = exists().where(col(SurveyFile.survey_id) == survey_id, col(SurveyFile.household_id) == Household.id)
    columns = {
        "id": col(StagedRow.id),
        "survey_id": literal(survey_id),
        "household_id": col(Household.id),
        "household_no": col(Household.household_no),
        "people": literal(0),
        "status": literal("due"),
        **{name: getattr(Household, name) for name in ("category", "division", "living_members")},
    }
    wanted = work.get(Survey, survey_id).categories
    of_survey = [col(Household.category).in_(wanted)] if wanted else []
    fresh = select(*columns.values()).where(at_home, *rows, _is_first(rows), ~has_file, *of_survey)
    work.execute(insert(SurveyFile).from_select(list(columns), fresh))
    count_people_of_files(survey_id, select(col(Household.id)).where(at_home, *rows), work)


def _say(roster: Roster, work: Work) -> None:
    found = count_people(roster.reference_on, col(Person.roster_id) == roster.id, reader=work)
    work.emit(
        RosterAccepted(
            roster_id=roster.id,
            purpose="survey" if roster.survey_id else "planning",
            reference_on=roster.reference_on,
            division=roster.division,
            rows=roster.rows,
            rejected=roster.faulty,
            people=found.people,
            households=found.households,
            aged_60_plus=found.aged_60_plus,
            disabled=found.disabled,
            minors=found.minors,
            seriously_ill=found.seriously_ill,
        )
    )
