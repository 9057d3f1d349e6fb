"""The plan of a project, its versions, and the opinions it rests on."""

from dataclasses import asdict
from datetime import date
from uuid import UUID

from sqlmodel import col, func, select

from services.procurement.actions.record import Law, keep_deviations, once, project_of
from services.procurement.domain.notice import Office
from services.procurement.domain.party import Party, check_buyer
from services.procurement.labels import BUYER_KINDS
from services.procurement.store import Budget, Opinion, Plan, Project, Roster
from shared.access import Actor
from shared.divisions import check_division
from shared.errors import NotFound, RuleRefusal
from shared.files import require_file
from shared.rules import Rules
from shared.work import Work


class RosterUnknown(RuleRefusal):
    """The roster that sizes the plan has not been heard of here."""

    code = "roster-unknown"


class MoreAdoptedThanGiven(RuleRefusal):
    code = "more-adopted-than-given"


def draw_up_plan(
    *,
    title: str,
    division: str,
    buyer: Party,
    procuring_entity: Party,
    agent: Office,
    summary: str,
    document: UUID,
    roster_id: UUID | None,
    reason: str,
    work: Work,
    today: date,
    actor: Actor,
    rules: Rules,
) -> UUID:
    """Begin a project with version 1 of its plan."""
    if not actor.reaches(check_division(division)):
        raise NotFound("该行政区划不在办理范围内")
    law = Law(rules, division)
    require_file(work, document)
    project = Project(
        title=title,
        division=division,
        buyer=asdict(buyer),
        procuring_entity=asdict(procuring_entity),
        agent=asdict(agent),
        entity_name=procuring_entity.name,
        roster_id=roster_id,
        people_planned=_people_of(work, roster_id),
        planned_on=today,
    )
    deviations = [
        check_buyer(party.kind, BUYER_KINDS[party.kind], law("buyer_kinds"), reason=reason) for party in (buyer, procuring_entity)
    ]
    work.add(project, Plan(project_id=project.id, version=1, summary=summary, document=document, made_on=today, made_by=actor.account))
    work.about("project", project.id)
    keep_deviations(work, project.id, *deviations)
    return project.id


def revise_plan(project_id: UUID, *, summary: str, reason: str, document: UUID, work: Work, today: date, actor: Actor) -> dict[str, int]:
    """Keep a new version of the plan, until its budget has been submitted."""
    project = project_of(work, project_id)
    once(work.first(select(Budget).where(Budget.project_id == project_id)), "预算已申报，计划书不能再修订")
    require_file(work, document)
    project.plan_version += 1
    work.add(
        Plan(
            project_id=project_id,
            version=project.plan_version,
            summary=summary,
            reason=reason,
            document=document,
            made_on=today,
            made_by=actor.account,
        )
    )
    return {"version": project.plan_version}


def record_opinion(
    project_id: UUID,
    *,
    kind: str,
    body: str,
    points: int,
    adopted: int,
    summary: str,
    document: UUID,
    work: Work,
    today: date,
    actor: Actor,
) -> UUID:
    """Record what a body outside said, with its paper."""
    project_of(work, project_id)
    if adopted > points:
        raise MoreAdoptedThanGiven("采纳条数不能多于意见条数", field="adopted")
    require_file(work, document)
    opinion = Opinion(
        project_id=project_id,
        kind=kind,
        body=body,
        points=points,
        adopted=adopted,
        summary=summary,
        document=document,
        received_on=today,
        recorded_by=actor.account,
    )
    work.add(opinion)
    return opinion.id


def opinions_by_kind(work: Work, project_id: UUID) -> list[str]:
    """The kinds of the opinions received, once per opinion."""
    rows = work.rows(select(Opinion.kind, func.count()).where(Opinion.project_id == project_id).group_by(col(Opinion.kind)))
    return [kind for kind, count in rows for _ in range(count)]


def advisers_of(work: Work, project_id: UUID) -> frozenset[str]:
    """Bodies whose experts advised on the plan."""
    return frozenset(row[0] for row in work.rows(select(Opinion.body).where(Opinion.project_id == project_id, Opinion.kind == "expert")))


def _people_of(work: Work, roster_id: UUID | None) -> int | None:
    if roster_id is None:
        return None
    roster = work.find(Roster, roster_id)
    if roster is None:
        raise RosterUnknown("该名册尚未被本服务收到，请稍后再试", field="roster_id")
    return roster.people
