"""A roster is decided on by another person than the one who uploaded it: its good rows count, or nothing of it does.

Acceptance reads the file again, 500 rows at a time: each is judged, sealed, and moved inside the database in one unit.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Date, delete, exists, func, insert, literal, not_, or_, select, update
from sqlmodel import col

from services.intake.actions.roster import CHUNK, RosterState, check_survey_open
from services.intake.actions.roster_plan import Planned, Reviewing, plan, staged
from services.intake.actions.search import start_indexing
from services.intake.domain.columns import MORE_OF_HOUSEHOLD, MORE_OF_PERSON
from services.intake.domain.naming import check_text
from services.intake.domain.programme import check_different_officer
from services.intake.domain.roster_more import FIELDS
from services.intake.labels import ROSTER_STATUS
from services.intake.store import (
    FormerFields,
    Household,
    HouseholdAct,
    Person,
    PersonSecret,
    Roster,
    StagedRow,
    Survey,
    SurveyFile,
    check_reach,
    corrected_after,
    count_people,
    count_people_of_files,
    former_fields,
    note_accepted,
)
from shared.access import Actor
from shared.divisions import contains
from shared.errors import WrongState
from shared.events.intake import RosterAccepted
from shared.files import require_file
from shared.personal import Keyring
from shared.rewrapping import is_due
from shared.sentences import S_
from shared.work import Work

GOOD: Final = ("new", "update", "unchanged")
_OF_HOUSEHOLD: Final = ("category", "division", "living_members", "roster_id")
_WITHOUT_DEFAULT: Final = ("assistance_from", "assistance_to", "monthly_amount", "disability_valid_to")
_NOT_BY_ACTS: Final = ("category", "roster_id")
"""Of these, what no act on a household changes."""
_OF_PERSON: Final = (
    "row_hash", "secret_id", "birth", "sex", "relation", "schooling",
    "has_single_parent", "disability_kind", "disability_level", "is_seriously_ill",
)  # fmt: skip


class RosterStale(WrongState):
    """Another roster of these parts, or a merge, came after this one was reviewed; what was looked at may not be what would happen."""

    code = "roster-stale"


def accept_roster(roster_id: UUID, *, work: Work, today: date, actor: Actor, keyring: Keyring) -> dict[str, UUID]:
    """Let the good rows count."""
    roster = _to_decide(roster_id, work, actor)
    if roster.survey_id is not None:
        check_survey_open(roster.survey_id, work)
    statuses = work.rows(select(col(Roster.status)).with_for_update())  # locked: two acceptances at one moment must see each other
    if any(status == "accepting" for (status,) in statuses):
        raise RosterState(S_("另一份名册正在采用，请稍后再试"))
    if keyring.is_changing and work.scalar(select(exists().where(is_due(PersonSecret, keyring)))):
        raise RosterState(S_("正在更换加密密钥，名册暂不能采用，请稍后再试"))  # the keyed hashes compared below are of two keys
    if _merged_since(roster, work):
        raise RosterStale(S_("名册读取之后，有人员的档案已并入另一份档案；请重新读取，或重新上传"))
    if _overtaken(roster, work):
        raise RosterStale(S_("名册读取之后，同一地区又采用了另一份名册；请重新读取，或重新上传"))
    return _decide(roster, "accepting", "roster_acceptance", "", work, today, actor)


def reject_roster(roster_id: UUID, *, reason: str, work: Work, today: date, actor: Actor) -> dict[str, UUID]:
    """Take nothing of it; the faults stay to be mended."""
    roster = _to_decide(roster_id, work, actor)
    check_text(reason, field="reason", called=S_("理由"))
    _decided(roster, "rejected", reason, today, actor)
    return {"roster_id": roster.id}


def acceptance_chunk(roster_id: UUID, position: int, *, prepared: Reviewing, work: Work, keyring: Keyring) -> int | None:
    """Turn some rows into households and persons; a person known by identity number is updated, never doubled."""
    roster = work.get(Roster, roster_id)
    planned = plan(prepared.take(position, CHUNK), prepared.table, roster.reference_on, work, keyring)
    rows = _stage(roster, planned, prepared, work, keyring)
    note_accepted(rows, roster, work)
    _keep_households(rows, roster, work, _more(prepared, MORE_OF_HOUSEHOLD))
    _keep_people(rows, roster, work, _more(prepared, MORE_OF_PERSON))
    if roster.survey_id is not None:
        _keep_survey_files(rows, roster.survey_id, work)
    work.execute(delete(StagedRow).where(*rows))
    if position + CHUNK < prepared.table.filled:
        return position + CHUNK
    roster.status, roster.accepted_at = "accepted", work.now
    start_indexing(work)
    _say(roster, work)
    return None


def _stage(roster: Roster, planned: Sequence[Planned], prepared: Reviewing, work: Work, keyring: Keyring) -> Sequence[ColumnElement[bool]]:
    """Put the good rows beside the tables into which they go; gives the condition that finds them."""
    file = require_file(work, roster.file_id).sha256
    good = [each for each in planned if each.verdict in GOOD]
    known = {each.known.person_id for each in good if each.known is not None}
    corrected = corrected_after(known, roster.reference_on, reader=work)
    said = _said(good, work, keyring)
    kept, former = [], []
    for position, each in enumerate(good):
        person_id = each.known.person_id if each.known is not None else None
        before = said.get(person_id, {}) if person_id is not None else {}
        fields = corrected.get(person_id, ()) if person_id is not None else ()
        kept.append(staged(roster.id, file, position, each, prepared.table, before, keyring, fields))
        if person_id is not None and before:
            changed = former_fields(person_id, roster.id, before=before, after=kept[-1].fields, at=work.now, keyring=keyring)
            former += [changed] if changed else []
    if former:
        work.insert(FormerFields, former)
    if secrets := [each.secret for each in kept if each.secret is not None]:
        work.insert(PersonSecret, secrets)
    if kept:
        work.insert(StagedRow, [each.row for each in kept])
    return (col(StagedRow.roster_id) == roster.id, col(StagedRow.verdict).in_(GOOD))


def _said(good: Sequence[Planned], work: Work, keyring: Keyring) -> dict[UUID, dict[str, str]]:
    """What the files of those whom the rows change say by now: it is kept where a row says something else."""
    changed = [each.known.secret_id for each in good if each.known is not None and each.verdict == "update"]
    if not changed:
        return {}
    alive = (col(PersonSecret.id).in_(changed), col(PersonSecret.wrapped_key).is_not(None))
    secrets = work.select(select(PersonSecret).where(*alive))
    return {each.person_id: keyring.open(each.person_id, each.wrapped_key, each.sealed) for each in secrets}


def _merged_since(roster: Roster, work: Work) -> bool:
    act = work.kernel.act.c
    return bool(work.scalar(select(exists().where(act.name == "merge", act.at > roster.reviewed_at))))


def _overtaken(roster: Roster, work: Work) -> bool:
    later = select(col(Roster.division)).where(col(Roster.accepted_at) > roster.reviewed_at, col(Roster.id) != roster.id)
    return any(contains(division, roster.division) or contains(roster.division, division) for (division,) in work.rows(later))


def _to_decide(roster_id: UUID, work: Work, actor: Actor) -> Roster:
    roster = work.get(Roster, roster_id)
    check_reach(roster.division, actor)
    work.about("roster", roster_id)
    if roster.status != "reviewed":
        raise RosterState(S_("名册目前为“{status}”，须在“{due}”时决定", status=ROSTER_STATUS[roster.status], due=ROSTER_STATUS["reviewed"]))
    if not actor.is_system:  # at the command line of the machine itself there is nobody else to ask
        check_different_officer(actor.account, roster.uploaded_by, act=S_("名册采用"))
    return roster


def _decide(roster: Roster, status: str, job: str, reason: str, work: Work, today: date, actor: Actor) -> dict[str, UUID]:
    _decided(roster, status, reason, today, actor)
    roster.job_id = work.start_job(job, roster.id, roster.rows - roster.blank)
    return {"roster_id": roster.id, "job_id": roster.job_id}


def _decided(roster: Roster, status: str, reason: str, today: date, actor: Actor) -> None:
    roster.status, roster.decided_by, roster.decided_on, roster.reason = status, actor.account, today, reason


def _is_first(rows: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    """Whether a staged row is the first of its household in the chunk."""
    return col(StagedRow.position).in_(select(func.min(StagedRow.position)).where(*rows).group_by(col(StagedRow.household_no)))


def _acted_after(roster: Roster, touched: Any) -> Any:
    """Whom an act on a household touched after the day that the roster tells of: the roster cannot know of it."""
    return select(touched).where(col(HouseholdAct.acted_on) > roster.reference_on)


def _more(prepared: Reviewing, columns: Sequence[str]) -> list[str]:
    """The fields beyond those of every roster about which this one says something."""
    return [FIELDS[column] for column in columns if column in prepared.table.more]


def _fresh(name: str) -> Any:
    """A field of somebody new; "" where the roster says nothing that could be kept."""
    said = col(getattr(StagedRow, name))
    return func.coalesce(said, "") if name not in _WITHOUT_DEFAULT else said


def _keep_households(rows: Sequence[ColumnElement[bool]], roster: Roster, work: Work, more: Sequence[str]) -> None:
    """Bring known households up to date and make the others, each from its first row here; its rows agree, that was checked."""
    given: dict[str, Any] = {name: getattr(StagedRow, name) for name in _OF_HOUSEHOLD}
    beyond = {name: func.coalesce(col(getattr(StagedRow, name)), col(getattr(Household, name))) for name in more}
    same = col(Household.household_no) == col(StagedRow.household_no)
    told = (*rows, col(StagedRow.verdict) != "unchanged")
    acted = [
        col(Household.id).in_(_acted_after(roster, touched)) for touched in (HouseholdAct.household_id, HouseholdAct.before_household_id)
    ]
    here = (same, *told, _is_first(told))
    work.execute(update(Household).where(*here, or_(*acted)).values({name: given[name] for name in _NOT_BY_ACTS} | beyond))
    work.execute(update(Household).where(*here, not_(or_(*acted))).values(given | beyond))
    columns = {"id": col(StagedRow.id), "household_no": col(StagedRow.household_no), "housing": literal(""), **given}
    columns |= {name: _fresh(name) for name in more}
    fresh = select(*columns.values()).where(*told, _is_first(told), ~exists().where(same))
    work.execute(insert(Household).from_select(list(columns), fresh))


def _keep_people(rows: Sequence[ColumnElement[bool]], roster: Roster, work: Work, more: Sequence[str]) -> None:
    stands = {"roster_id": col(StagedRow.roster_id), "roster_sheet": col(StagedRow.sheet), "roster_row": col(StagedRow.number)}
    given: dict[str, Any] = {"household_id": col(Household.id), "indexed_by": literal("")} | stands | {
        name: getattr(StagedRow, name) for name in _OF_PERSON
    }  # fmt: skip
    at_home = col(Household.household_no) == col(StagedRow.household_no)
    is_same = col(Person.id) == col(StagedRow.person_id)
    known = (col(StagedRow.verdict) == "update", is_same)
    # an earlier secret goes with its key: two copies of a person's fields would outlive an erasure of one
    work.execute(delete(PersonSecret).where(col(PersonSecret.id).in_(select(col(Person.secret_id)).where(*known, *rows))))
    acted = col(Person.id).in_(_acted_after(roster, HouseholdAct.person_id))
    kept = {name: value for name, value in given.items() if name not in ("household_id", "relation")} | {"row_hash": literal("")}
    beyond = {name: func.coalesce(col(getattr(StagedRow, name)), col(getattr(Person, name))) for name in more}
    work.execute(update(Person).where(*known, *rows, acted).values(kept | beyond))
    work.execute(update(Person).where(at_home, *known, *rows, ~acted).values(given | beyond))
    work.execute(update(Person).where(col(StagedRow.verdict) == "unchanged", is_same, *rows).values(stands))
    new = {"status": literal("present"), "registered_on": literal(roster.decided_on, Date()), "lot_no": col(StagedRow.lot_no)}
    columns = {"id": col(StagedRow.person_id), "identity_key": col(StagedRow.identity_key), **new, **given}
    columns |= {name: _fresh(name) for name in more}
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
