"""The programme (服务计划): groups and quotas, the screening with its proof, objections, and the confirmation by a second officer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlmodel import col

from services.intake.actions.reserve import move_up
from services.intake.actions.survey import ProjectUnknown
from services.intake.domain.group import GroupDefinition, group_of
from services.intake.domain.person import PersonFacts, age_on
from services.intake.domain.programme import (
    SHORTEST_SEED,
    GroupsRefused,
    ReasonMissing,
    check_different_officer,
    check_groups,
    check_may_confirm,
    check_objection_in_time,
    check_stage,
    objections_until,
)
from services.intake.domain.selection import Applicant, GroupQuota, Portrait, Selection, Share, fairness
from services.intake.domain.selection import select as choose
from services.intake.store import (
    ALLOWANCE,
    Candidate,
    Household,
    Objection,
    Person,
    Programme,
    ProgrammeGroup,
    Project,
    Survey,
    check_reach,
    counted,
    groups_of,
    reached_programme,
)
from shared.access import Actor
from shared.divisions import contains
from shared.errors import NotFound, WrongState
from shared.events.intake import CommunityCount, GroupPlan, GroupSelection, ProgrammeOpened, SelectionConfirmed, SelectionProposed
from shared.files import require_file
from shared.plugins import Hooks
from shared.rules import Rules
from shared.work import Reader, Work

ASKED_AT_ONCE = 500


class AlreadyDecided(WrongState):
    code = "already-decided"


@dataclass(frozen=True, slots=True)
class Screening:
    """What the screening found: the list with its proof, and who on it stands where."""

    selection: Selection
    people: dict[str, Person]
    households: dict[str, Household]
    eligible: dict[str, int]
    banded: dict[str, tuple[str, ...]]


def definitions_of(hooks: Hooks) -> list[GroupDefinition]:
    """The groups of all enabled plugins."""
    return [definition for answer in hooks.groups() for definition in answer]


def points_of(people: Sequence[PersonFacts], hooks: Hooks) -> list[int]:
    """Each person's need, summed over the plugins, which are asked about 500 people at a time: an answer may take 50 ms."""
    points: list[int] = []
    for start in range(0, len(people), ASKED_AT_ONCE):
        part = tuple(people[start : start + ASKED_AT_ONCE])
        points += [sum(each) for each in zip(*hooks.need(people=part), strict=True)] or [0] * len(part)
    return points


def open_programme(
    *,
    project_id: UUID,
    survey_id: UUID,
    name: str,
    division: str,
    reference_on: date,
    top_up_until: date,
    seed: str,
    categories: Sequence[str],
    groups: Sequence[GroupQuota],
    work: Work,
    today: date,
    actor: Actor,
    hooks: Hooks,
) -> UUID:
    """Say who may be served: groups with quotas, reserves and age bands, and the seed that decides among equals."""
    check_reach(division, actor, "地区")
    if work.find(Project, project_id) is None:
        raise ProjectUnknown("尚未收到该项目立项的消息", field="project_id")
    check_reach(work.get(Survey, survey_id).division, actor, "调查")
    definitions = definitions_of(hooks)
    check_groups(groups, definitions)
    if len(seed) < SHORTEST_SEED:
        raise GroupsRefused(f"种子至少 {SHORTEST_SEED} 个字符，随公告公布", field="seed")
    programme = Programme(
        project_id=project_id,
        survey_id=survey_id,
        name=name,
        division=division,
        reference_on=reference_on,
        top_up_until=top_up_until,
        seed=seed,
        categories=list(categories or ALLOWANCE),
        opened_by=actor.account,
        opened_on=today,
    )
    work.add(programme)
    plans = []
    for position, quota in enumerate(groups):
        definition = group_of(quota.code, definitions)
        work.add(_group(programme.id, position, quota, definition))
        plans.append(GroupPlan(code=quota.code, name=definition.name, quota=quota.quota, reserve=quota.reserve))
    work.emit(
        ProgrammeOpened(programme_id=programme.id, project_id=project_id, division=division, reference_on=reference_on, groups=tuple(plans))
    )
    return programme.id


def start_screening(programme_id: UUID, *, reason: str, work: Work, actor: Actor, today: date) -> dict[str, UUID]:
    """Screen by a job; once more only with a reason, and not after the list was proposed."""
    programme = reached_programme(work, programme_id, actor)
    work.about("programme", programme_id)
    check_stage(programme.status, "open", "screened")
    if programme.status == "screened" and not reason:
        raise ReasonMissing("重新筛选须说明原因", field="reason")
    programme.status, programme.screened_by, programme.screened_on = "screening", actor.account, today
    return {"screening_id": programme_id, "job_id": work.start_job("screening", programme_id, 1)}


def screen(programme_id: UUID, *, reader: Reader, hooks: Hooks) -> Screening:
    """Judge everybody of the programme's categories on its reference date, and choose. Repeatable: it only reads."""
    programme = reader.get(Programme, programme_id)
    groups = groups_of(reader, programme_id)
    definitions = [group_of(group.code, definitions_of(hooks)) for group in groups]
    bands = {group.code: group.band() for group in groups}
    people = _people(reader, programme)
    facts = tuple(person.facts(household) for person, household in people)
    points = points_of(facts, hooks)
    applicants, banded = [], {}
    eligible = dict.fromkeys(bands, 0)
    for (person, _), fact, score in zip(people, facts, points, strict=True):
        fits = tuple(definition.code for definition in definitions if definition.admits(fact, programme.reference_on))
        if not fits:
            continue
        for code in fits:
            eligible[code] += 1
        age = age_on(fact.birth, programme.reference_on)
        in_band = tuple(code for code in fits if (band := bands[code]) is not None and band.has(age))
        banded[person.id.hex] = in_band
        applicants.append(Applicant(person.id.hex, fits, in_band, score))
    selection = choose(applicants, [group.quota_of() for group in groups], programme.seed)
    by_key = {person.id.hex: (person, household) for person, household in people if person.id.hex in banded}
    return Screening(
        selection, {key: pair[0] for key, pair in by_key.items()}, {key: pair[1] for key, pair in by_key.items()}, eligible, banded
    )


def screening_chunk(programme_id: UUID, position: int, *, prepared: Screening, work: Work) -> int | None:
    """Keep the list: at most a few hundred lines, so one chunk."""
    programme = work.get(Programme, programme_id)
    work.execute(delete(Objection).where(col(Objection.programme_id) == programme_id))
    work.execute(delete(Candidate).where(col(Candidate.programme_id) == programme_id))
    for place in prepared.selection.places:
        person = prepared.people[place.key]
        work.add(
            Candidate(
                programme_id=programme_id,
                person_id=person.id,
                group=place.group,
                list=place.list,
                rank=place.rank,
                score=place.score,
                state="listed" if place.list == "selected" else "waiting",
                is_banded=place.group in prepared.banded[place.key],
                division=prepared.households[place.key].division,
                birth=person.birth,
            )
        )
    for group in groups_of(work, programme_id):
        group.eligible = prepared.eligible[group.code]
    programme.status = "screened"
    programme.distinct_eligible = len(prepared.people)
    programme.inputs_hash, programme.list_hash = prepared.selection.inputs_hash, prepared.selection.list_hash
    return None


def prove(programme_id: UUID, *, reader: Reader, hooks: Hooks, actor: Actor) -> dict[str, Any]:
    """Repeat the selection from the same data and seed, and compare."""
    programme = reached_programme(reader, programme_id, actor)
    again = screen(programme_id, reader=reader, hooks=hooks).selection
    told = {"seed": programme.seed, "inputs_hash": programme.inputs_hash, "list_hash": programme.list_hash}
    return told | {"repeated_list_hash": again.list_hash, "matches": again.list_hash == programme.list_hash}


def fairness_view(programme_id: UUID, *, reader: Reader, hooks: Hooks, actor: Actor) -> dict[str, list[Share]]:
    """Selected against eligible by sex, age, district and disability, before anybody confirms the list."""
    programme = reached_programme(reader, programme_id, actor)
    definitions = [group_of(group.code, definitions_of(hooks)) for group in groups_of(reader, programme_id)]
    chosen = select(col(Candidate.person_id), col(Candidate.group)).where(
        col(Candidate.programme_id) == programme_id, col(Candidate.list) == "selected"
    )
    selected_for = {row[0]: row[1] for row in reader.rows(chosen)}
    portraits = []
    for person, household in _people(reader, programme):
        facts = person.facts(household)
        fits = tuple(definition.code for definition in definitions if definition.admits(facts, programme.reference_on))
        if fits:
            age = age_on(facts.birth, programme.reference_on)
            district = household.division[:6].ljust(12, "0")
            portraits.append(Portrait(fits, selected_for.get(person.id, ""), facts.sex, age, district, facts.is_disabled))
    return {"groups": fairness(portraits)}


def propose_selection(programme_id: UUID, *, work: Work, today: date, actor: Actor, rules: Rules) -> dict[str, date]:
    """Open the list to objections. No name leaves intake: seed, hashes and counts are public, people are told privately."""
    programme = reached_programme(work, programme_id, actor)
    work.about("programme", programme_id)
    check_stage(programme.status, "screened")
    until = objections_until(today, rules("objection_window", division=programme.division))
    programme.status, programme.proposed_by, programme.proposed_on, programme.objections_until = "proposed", actor.account, today, until
    groups = groups_of(work, programme_id)
    lists = counted(work, programme_id, Candidate.group, Candidate.list)
    work.emit(
        SelectionProposed(
            programme_id=programme_id,
            project_id=programme.project_id,
            screened_on=programme.screened_on or today,
            objections_until=until,
            seed=programme.seed,
            inputs_hash=programme.inputs_hash,
            list_hash=programme.list_hash,
            distinct_eligible=programme.distinct_eligible,
            groups=tuple(
                GroupSelection(
                    code=group.code,
                    eligible=group.eligible,
                    selected=lists.get((group.code, "selected"), 0),
                    reserve=lists.get((group.code, "reserve"), 0),
                )
                for group in groups
            ),
            communities=_communities(work, programme_id),
            criteria=tuple(group.criterion for group in groups),
        )
    )
    return {"objections_until": until}


def object_to_selection(
    programme_id: UUID,
    *,
    kind: Literal["not_entitled", "omitted"],
    candidate_id: UUID | None,
    document: UUID | None,
    work: Work,
    today: date,
    actor: Actor,
    rules: Rules,
) -> UUID:
    """Take down an objection that came in time."""
    programme = reached_programme(work, programme_id, actor)
    work.about("programme", programme_id)
    check_stage(programme.status, "proposed")
    if programme.objections_until is not None:
        check_objection_in_time(today, programme.objections_until, rules("objection_window", division=programme.division))
    if (candidate_id is None) == (kind == "not_entitled"):
        raise ReasonMissing("“不符合条件”须指明人员，“应入选而未入选”不指明", field="candidate_id")
    if candidate_id is not None and work.get(Candidate, candidate_id).programme_id != programme_id:
        raise NotFound("名单中没有该人员")
    if document is not None:
        require_file(work, document)
    objection = Objection(
        programme_id=programme_id, kind=kind, candidate_id=candidate_id, document=document, recorded_by=actor.account, recorded_on=today
    )
    work.add(objection)
    return objection.id


def decide_objection(objection_id: UUID, *, upheld: bool, reason: str, work: Work, today: date, actor: Actor) -> dict[str, Any]:
    """Answer an objection; somebody else than who took it down."""
    objection = work.get(Objection, objection_id)
    programme = reached_programme(work, objection.programme_id, actor)
    work.about("programme", programme.id)
    check_stage(programme.status, "proposed")
    check_different_officer(actor.account, objection.recorded_by, act="异议处理")
    if objection.upheld is not None:
        raise AlreadyDecided("该异议已经处理")
    objection.upheld, objection.reason, objection.decided_by, objection.decided_on = upheld, reason, actor.account, today
    replaced_by = None
    if upheld and objection.candidate_id is not None:
        candidate = work.get(Candidate, objection.candidate_id)
        candidate.state = "removed"
        replaced_by = move_up(work, programme.id, candidate.group)
    elif upheld:
        programme.status = "screened"
    return {"id": objection_id, "upheld": upheld, "replaced_by": replaced_by}


def confirm_selection(programme_id: UUID, *, reason: str, work: Work, today: date, actor: Actor) -> dict[str, Any]:
    """Make the list final; neither who screened nor who proposed it."""
    programme = reached_programme(work, programme_id, actor)
    work.about("programme", programme_id)
    check_stage(programme.status, "proposed")
    check_different_officer(actor.account, programme.screened_by, programme.proposed_by, act="名单确认")
    count = select(func.count()).select_from(Objection).where(col(Objection.programme_id) == programme_id)
    open_objections = int(work.scalar(count.where(col(Objection.upheld).is_(None))))
    check_may_confirm(today, programme.objections_until or today, open_objections)
    programme.status, programme.confirmed_by, programme.confirmed_on = "confirmed", actor.account, today
    objections, upheld = int(work.scalar(count)), int(work.scalar(count.where(col(Objection.upheld).is_(True))))
    work.emit(
        SelectionConfirmed(
            programme_id=programme_id,
            project_id=programme.project_id,
            confirmed_on=today,
            objections=objections,
            objections_upheld=upheld,
        )
    )
    return {"programme_id": programme_id, "objections": objections, "objections_upheld": upheld}


def _group(programme_id: UUID, position: int, quota: GroupQuota, definition: GroupDefinition) -> ProgrammeGroup:
    band = quota.band
    return ProgrammeGroup(
        programme_id=programme_id,
        position=position,
        code=quota.code,
        name=definition.name,
        criterion=definition.criterion,
        quota=quota.quota,
        reserve=quota.reserve,
        band_from=band.from_age if band else None,
        band_to=band.to_age if band else None,
        band_minimum=band.minimum if band else None,
    )


def _people(reader: Reader, programme: Programme) -> list[tuple[Person, Household]]:
    """Everybody present in the programme's categories and area, with the household, in a fixed order."""
    in_categories = select(Household).where(col(Household.category).in_(programme.categories))
    households = {household.id: household for household in reader.select(in_categories) if contains(programme.division, household.division)}
    people = reader.select(select(Person).where(col(Person.status) == "present").order_by(col(Person.id)))
    return [(person, households[person.household_id]) for person in people if person.household_id in households]


def _communities(work: Work, programme_id: UUID) -> tuple[CommunityCount, ...]:
    selected = (col(Candidate.programme_id) == programme_id, col(Candidate.list) == "selected")
    columns = (col(Candidate.division), col(Candidate.group))
    rows = work.rows(select(*columns, func.count()).where(*selected).group_by(*columns).order_by(*columns))
    return tuple(CommunityCount(division=row[0], code=row[1], selected=row[2]) for row in rows)
