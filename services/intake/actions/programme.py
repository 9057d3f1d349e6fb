"""The programme (服务计划): opened with groups and quotas, its list proposed, and confirmed by a second officer."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlmodel import col

from services.intake.actions.criteria import known_flags
from services.intake.actions.screening import definitions_of
from services.intake.actions.survey import ProjectUnknown
from services.intake.domain.flag import written_out
from services.intake.domain.group import GroupDefinition, UnknownGroup
from services.intake.domain.naming import check_text
from services.intake.domain.programme import (
    SHORTEST_SEED,
    AlreadyScreened,
    GroupsRefused,
    WrongStage,
    check_adjustment,
    check_different_officer,
    check_may_confirm,
    check_stage,
    objections_until,
)
from services.intake.domain.selection import Applicant
from services.intake.domain.terms import GroupAsked, check_published, check_terms
from services.intake.store import (
    ALLOWANCE,
    Candidate,
    Objection,
    Person,
    Programme,
    ProgrammeGroup,
    Project,
    Screening,
    Survey,
    check_reach,
    counted,
    groups_of,
    reached_programme,
    upheld_about,
)
from shared.access import Actor
from shared.events.intake import CommunityCount, GroupPlan, GroupSelection, ProgrammeOpened, SelectionConfirmed, SelectionProposed
from shared.plugins import Hooks
from shared.rules import Rules
from shared.sentences import S_
from shared.work import Work


def open_programme(
    *,
    project_id: UUID,
    survey_id: UUID,
    name: str,
    purpose: str,
    division: str,
    reference_on: date,
    top_up_until: date,
    seed: str,
    score: str,
    precedence: str,
    categories: Sequence[str],
    groups: Sequence[GroupAsked],
    work: Work,
    today: date,
    actor: Actor,
    hooks: Hooks,
) -> UUID:
    """Say who may be served: groups with quotas, reserves and age bands, and the seed that decides among equals."""
    check_published(groups, name=name, purpose=purpose, seed=seed, score=score, precedence=precedence)
    groups, definitions, numbers = _checked(
        project_id, survey_id, division, groups, seed=seed, score=score, precedence=precedence, work=work, actor=actor, hooks=hooks
    )
    programme = Programme(
        project_id=project_id,
        survey_id=survey_id,
        name=name,
        purpose=purpose,
        division=division,
        reference_on=reference_on,
        top_up_until=top_up_until,
        seed=seed,
        score=numbers["score"],
        precedence=numbers["precedence"],
        categories=list(categories or ALLOWANCE),
        opened_by=actor.account,
        opened_on=today,
    )
    work.add(programme)
    _add_groups(work, programme, groups, definitions)
    return programme.id


def amend_programme(
    programme_id: UUID, *, groups: Sequence[GroupAsked], work: Work, today: date, actor: Actor, hooks: Hooks, **terms: Any
) -> UUID:
    """Write a programme anew while nobody has been screened by it; the terms are those of `open_programme`."""
    programme = reached_programme(work, programme_id, actor)
    work.about("programme", programme_id)
    if programme.screening_id is not None:
        raise AlreadyScreened(S_("服务计划已经筛选过，条件不再修改；可在幅度内调整名额，或另开服务计划"))
    check_stage(programme.status, "open")
    asked = {name: terms[name] for name in ("seed", "score", "precedence")}
    check_published(groups, name=terms["name"], purpose=terms["purpose"], **asked)
    groups, definitions, numbers = _checked(
        terms["project_id"], terms["survey_id"], terms["division"], groups, work=work, actor=actor, hooks=hooks, **asked
    )
    for name, value in (terms | numbers).items():
        setattr(programme, name, value)
    programme.categories = list(terms["categories"] or ALLOWANCE)
    work.execute(delete(ProgrammeGroup).where(col(ProgrammeGroup.programme_id) == programme_id))
    _add_groups(work, programme, groups, definitions)
    return programme_id


def _checked(
    project_id: UUID,
    survey_id: UUID,
    division: str,
    groups: Sequence[GroupAsked],
    *,
    seed: str,
    score: str,
    precedence: str,
    work: Work,
    actor: Actor,
    hooks: Hooks,
) -> tuple[list[GroupAsked], list[GroupDefinition], dict[str, str]]:
    """The groups and what they ask, need and order among equals, flags written out; if the terms can be kept."""
    check_reach(division, actor)
    project = work.find(Project, project_id)
    if project is None or not actor.reaches(project.division):
        raise ProjectUnknown(S_("尚未收到该项目立项的消息"), field="project_id")
    check_reach(work.get(Survey, survey_id).division, actor)
    if len(seed) < SHORTEST_SEED:
        raise GroupsRefused(S_("种子至少 {least} 个字符，随公告公布", least=SHORTEST_SEED), field="seed")
    flags = known_flags(hooks)
    asked = [each.written_out(flags) for each in groups]
    numbers = {
        "score": written_out(score, flags, field="score"),
        "precedence": written_out(precedence, flags, field="precedence"),
    }
    return asked, check_terms(asked, known=definitions_of(hooks), **numbers), numbers


def _add_groups(work: Work, programme: Programme, groups: Sequence[GroupAsked], definitions: Sequence[GroupDefinition]) -> None:
    work.add(*(_group(programme.id, position, *each) for position, each in enumerate(zip(groups, definitions, strict=True))))
    plans = [
        GroupPlan(code=definition.code, name=definition.name, quota=asked.quota.quota, reserve=asked.quota.reserve)
        for asked, definition in zip(groups, definitions, strict=True)
    ]
    work.emit(
        ProgrammeOpened(
            programme_id=programme.id,
            project_id=programme.project_id,
            division=programme.division,
            reference_on=programme.reference_on,
            groups=tuple(plans),
        )
    )


def adjust_quota(programme_id: UUID, *, code: str, quota: int, reason: str, work: Work, today: date, actor: Actor) -> dict[str, Any]:
    """Change the places of a group within its tolerance, for a stated reason; a list that was made is made again."""
    programme = reached_programme(work, programme_id, actor)
    work.about("programme", programme_id)
    check_stage(programme.status, "open", "screened")
    group = next((each for each in groups_of(work, programme_id) if each.code == code), None)
    if group is None:
        raise UnknownGroup(S_("服务计划没有类别 {code}", code=code), field="code")
    check_text(reason, field="reason", called=S_("调整理由"))
    check_adjustment(code, quota, planned=group.planned, tolerance=group.tolerance, reason=reason)
    change = {"quota": quota, "reason": reason, "by": actor.account, "on": today.isoformat()}
    group.quota, group.adjustments = quota, [*group.adjustments, change]
    group.quota_of()  # a band cannot keep more places than there are
    if programme.status == "screened":
        programme.status = "open"
    return {"code": code, "quota": quota}


def propose_selection(programme_id: UUID, *, work: Work, today: date, actor: Actor, rules: Rules) -> dict[str, date]:
    """Open the list to objections. No name leaves intake: seed, hashes and counts are public, people are told privately."""
    programme = reached_programme(work, programme_id, actor)
    work.about("programme", programme_id)
    check_stage(programme.status, "screened")
    _check_counted_once(work, programme_id)
    _check_all_present(work, programme_id)
    screening = work.get(Screening, programme.screening_id)
    _check_judged_anew(work, programme_id, screening)
    until = objections_until(today, rules("objection_window", division=programme.division))
    programme.status, programme.proposed_by, programme.proposed_on, programme.objections_until = "proposed", actor.account, today, until
    groups = groups_of(work, programme_id)
    lists = counted(work, programme_id, Candidate.group, Candidate.list)
    work.emit(
        SelectionProposed(
            programme_id=programme_id,
            project_id=programme.project_id,
            screened_on=screening.screened_on,
            objections_until=until,
            seed=screening.seed,
            inputs_hash=screening.inputs_hash,
            list_hash=screening.list_hash,
            distinct_eligible=screening.distinct_eligible,
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


def confirm_selection(programme_id: UUID, *, reason: str, work: Work, today: date, actor: Actor) -> dict[str, Any]:
    """Make the list final; neither who screened nor who proposed it."""
    check_text(reason, field="reason", called=S_("确认意见"))
    programme = reached_programme(work, programme_id, actor)
    work.about("programme", programme_id)
    check_stage(programme.status, "proposed")
    check_different_officer(actor.account, programme.screened_by, programme.proposed_by, act=S_("名单确认"))
    count = select(func.count()).select_from(Objection).where(col(Objection.programme_id) == programme_id)
    open_objections = int(work.scalar(count.where(col(Objection.upheld).is_(None))))
    check_may_confirm(today, programme.objections_until or today, open_objections)
    programme.status, programme.confirmed_by, programme.confirmed_on = "confirmed", actor.account, today
    programme.confirmation_reason = reason
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


def _group(programme_id: UUID, position: int, asked: GroupAsked, definition: GroupDefinition) -> ProgrammeGroup:
    quota, band = asked.quota, asked.quota.band
    return ProgrammeGroup(
        programme_id=programme_id,
        position=position,
        code=quota.code,
        name=definition.name,
        criterion=definition.criterion,
        expression=asked.expression,
        score=asked.score,
        quota=quota.quota,
        planned=quota.quota,
        tolerance=asked.tolerance,
        reserve=quota.reserve,
        band_from=band.from_age if band else None,
        band_to=band.to_age if band else None,
        band_minimum=band.minimum if band else None,
    )


def _check_all_present(work: Work, programme_id: UUID) -> None:
    """Raises WrongStage: somebody has died or moved away since the screening."""
    gone = select(col(Person.id)).where(col(Person.status).in_(("died", "moved")))
    of_list = (col(Candidate.programme_id) == programme_id, col(Candidate.person_id).in_(gone))
    if work.scalar(select(func.count()).select_from(Candidate).where(*of_list)):
        raise WrongStage(S_("筛选之后，名单中有人员死亡或迁出；请重新筛选"))


def _check_counted_once(work: Work, programme_id: UUID) -> None:
    """Raises WrongStage: a record of the list was merged into another since the screening, which would choose differently now."""
    merged = select(col(Person.id)).where(col(Person.merged_into).is_not(None))
    of_list = (col(Candidate.programme_id) == programme_id, col(Candidate.person_id).in_(merged))
    if work.scalar(select(func.count()).select_from(Candidate).where(*of_list)):
        raise WrongStage(S_("筛选之后，名单上有档案已并入另一份档案；请重新筛选"))


def _check_judged_anew(work: Work, programme_id: UUID, screening: Screening) -> None:
    """Raises WrongStage: an objection said rightly that somebody was left out, and the new list was made as if it had not."""
    eligible = {Applicant.read(line).key for line in screening.inputs.splitlines()}
    about = upheld_about(programme_id, "omitted", reader=work)
    if any(person.status == "present" and person.lot_no not in eligible for person in about):
        raise WrongStage(S_("“应入选而未入选”的异议已经成立，而该人员按现有档案仍不符合条件；请先更正其档案，再重新筛选"))


def _communities(work: Work, programme_id: UUID) -> tuple[CommunityCount, ...]:
    selected = (col(Candidate.programme_id) == programme_id, col(Candidate.list) == "selected")
    columns = (col(Candidate.division), col(Candidate.group))
    rows = work.rows(select(*columns, func.count()).where(*selected).group_by(*columns).order_by(*columns))
    return tuple(CommunityCount(division=row[0], code=row[1], selected=row[2]) for row in rows)
