"""A person's explanation: told to staff for a purpose, and so a reading of the file that leaves its mark."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlmodel import col, select

from services.intake.actions.person import Purpose
from services.intake.actions.screening import definitions_of
from services.intake.domain.explanation import GroupReason, judged, more_need, standing
from services.intake.domain.selection import Applicant, Place
from services.intake.domain.terms import Terms
from services.intake.store import (
    ALLOWANCE,
    Candidate,
    Household,
    Person,
    Programme,
    Reading,
    Roster,
    Screening,
    SurveyFile,
    check_reach,
    reached_programme,
    terms_of,
)
from shared.access import Actor
from shared.divisions import contains
from shared.errors import WrongState
from shared.plugins import Hooks
from shared.work import Reader, Work

NOT_HERE: Final = {"died": "该人员已死亡", "moved": "该人员已迁出", "merged": "该档案已并入另一份档案"}


class NotScreened(WrongState):
    code = "not-screened"


def note_explanation(programme_id: UUID, person_id: UUID, *, purpose: Purpose, work: Work, today: date, actor: Actor) -> None:
    """Leave the mark of a reading. Raises NotFound for a programme or a person out of the actor's reach."""
    reached_programme(work, programme_id, actor)
    person = work.get(Person, person_id)
    check_reach(work.get(Household, person.household_id).division, actor)
    work.add(Reading(person_id=person_id, reader=actor.account, by="intake", purpose=purpose, read_on=today, read_at=work.now))


def explain(programme_id: UUID, person_id: UUID, *, reader: Reader, hooks: Hooks, actor: Actor) -> dict[str, Any]:
    """Why in, why out, which rule, which rank, and what would change it. `note_explanation` comes first."""
    programme = reached_programme(reader, programme_id, actor)
    if programme.screening_id is None:
        raise NotScreened("服务计划尚未筛选，没有可以说明的名单")
    person = reader.get(Person, person_id)
    household = reader.get(Household, person.household_id)
    check_reach(household.division, actor)
    screening = reader.get(Screening, programme.screening_id)
    terms = terms_of(programme, definitions_of(hooks), reader=reader)
    applicants = [Applicant.read(line) for line in screening.inputs.splitlines()]
    places = [Place.read(line) for line in screening.places.splitlines()]
    facts = person.facts(household)
    key = _key_of(person_id, applicants, places, reader)
    reasons = [
        standing(
            group.definition,
            judged(group.definition, facts, terms.reference_on),
            group.quota,
            applicants,
            places,
            key=key,
            seed=screening.seed,
        )
        for group in terms.groups
    ]
    own = next((place for place in places if place.key == key), None)
    is_eligible = any(applicant.key == key for applicant in applicants)
    is_chosen = own is not None and own.list == "selected"
    more = None if is_chosen or not is_eligible else more_need(applicants, _quotas(terms), key=key, seed=screening.seed)
    barred = _barred(programme, person, household, reader)
    candidate = reader.first(select(Candidate).where(Candidate.programme_id == programme_id, Candidate.person_id == person_id))
    return {
        "programme_id": programme_id,
        "person_id": person_id,
        "screened_on": screening.screened_on,
        "reference_on": programme.reference_on,
        "list": own.list if own else "",
        "group": own.group if own else "",
        "rank": own.rank if own else None,
        "candidate_id": candidate.id if candidate else None,
        "state": candidate.state if candidate else "",
        "barred": barred,
        "more_need": more,
        "groups": [_reason(reason) for reason in reasons],
        "is_changed": not barred and is_eligible != any(reason.fits for reason in reasons),
        "told": _told(own, reasons, barred, more, programme),
    }


def _key_of(person_id: UUID, applicants: Sequence[Applicant], places: Sequence[Place], reader: Reader) -> str:
    """Under which key somebody was screened: a record that was merged into this one since may be the one that was."""
    merged = reader.rows(select(col(Person.id)).where(col(Person.merged_into) == person_id))
    keys = (person_id.hex, *(row[0].hex for row in merged))
    screened = (*(place.key for place in places if place.key in keys), *(each.key for each in applicants if each.key in keys))
    return next(iter(screened), person_id.hex)


def _quotas(terms: Terms) -> list[Any]:
    return [group.quota for group in terms.groups]


def _barred(programme: Programme, person: Person, household: Household, reader: Reader) -> list[str]:
    """Why the person is not judged at all, whatever the groups say."""
    reasons = []
    if person.status != "present":
        reasons.append(
            {"died": "该人员已死亡", "moved": "该人员已迁出", "merged": "该档案已并入另一份档案"}.get(person.status, "该人员不在册")
        )
    if household.category not in (programme.categories or ALLOWANCE):
        reasons.append("救助类别不在服务计划的范围内")
    if not contains(programme.division, household.division):
        reasons.append("所在地区不在服务计划的范围内")
    rosters = reader.rows(select(col(Roster.id)).where(col(Roster.survey_id) == programme.survey_id))
    if person.roster_id not in {row[0] for row in rosters}:
        reasons.append("不在本次调查的名册上")
    file = select(SurveyFile).where(SurveyFile.survey_id == programme.survey_id, SurveyFile.household_id == household.id)
    found = reader.first(file)
    if found is None or found.status != "verified":
        reasons.append("所在户的档案未经入户核实")
    return reasons


def _reason(reason: GroupReason) -> dict[str, Any]:
    shown = {name: getattr(reason, name) for name in ("code", "name", "eligible", "quota", "score", "rank", "last_score", "equals", "fits")}
    return shown | {"conditions": [{"text": each.text, "holds": each.holds} for each in reason.conditions]}


def _told(own: Place | None, reasons: Sequence[GroupReason], barred: Sequence[str], more: int | None, programme: Programme) -> list[str]:
    """The same in sentences that can be read to the person."""
    names = {reason.code: reason.name for reason in reasons}
    told = [f"{sentence}，因此不在筛选范围内。" for sentence in barred]
    if own is not None and own.list == "selected":
        told.append(f"入选“{names[own.group]}”，按需求排第 {own.rank} 名，需求分 {own.score}。")
    elif own is not None:
        told.append(f"为“{names[own.group]}”后备第 {own.rank} 名；有人退出时依次递补，递补截止 {programme.top_up_until.isoformat()}。")
    for reason in reasons:
        told.append(_of_group(reason))
    if more is not None:
        told.append(f"其他人的情况不变，需求分再高 {more} 分即可入选。")
    return told


def _of_group(reason: GroupReason) -> str:
    if reason.rank is not None:
        cut = f"，入选者中最低 {reason.last_score} 分" if reason.last_score is not None else ""
        lot = f"；另有 {reason.equals} 人同分，先后由公布的种子抽签决定" if reason.equals else ""
        return (
            f"“{reason.name}”：符合条件的 {reason.eligible} 人中排第 {reason.rank}，需求分 {reason.score}{cut}，名额 {reason.quota}{lot}。"
        )
    unmet = [condition.text for condition in reason.conditions if not condition.holds]
    if unmet:
        return f"“{reason.name}”：不符合，因为不满足：{'；'.join(unmet)}。核实的情况如有出入，改正后即按新的情况判断。"
    return f"“{reason.name}”：按现在的情况符合条件，但筛选时不在其中。"
