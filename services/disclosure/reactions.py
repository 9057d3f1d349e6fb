"""What disclosure does when another service's event arrives: keep the fact, note what must become public, publish what may at once."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from services.disclosure.labels import DRAW, KINDS, ROUNDS
from services.disclosure.publishing import Desk, NotPublishable, arise, draw_project, draw_site, publish
from services.disclosure.settings import Settings
from services.disclosure.store import (
    Entry,
    Payment,
    Project,
    Publication,
    Roster,
    add_to_tally,
    project_of_contract,
    project_of_programme,
    tallies,
)
from shared.errors import NotYet
from shared.events import casework, evaluation, intake, procurement
from shared.plugins import Hooks
from shared.rules import Rules
from shared.work import Work

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{2,60}")


# procurement


def project_opened(event: procurement.ProjectOpened, *, work: Work, rules: Rules, hooks: Hooks, settings: Settings) -> None:
    slug = event.project_no.lower()
    project = Project(
        id=event.project_id,
        slug=slug if SLUG.fullmatch(slug) else str(event.project_id),
        project_no=event.project_no,
        title=event.title,
        buyer=event.buyer,
        procuring_entity=event.procuring_entity,
        division=event.division,
        budget=event.budget,
        opened_on=event.opened_on,
    )
    work.add(project)
    _tell(work, project, event.opened_on, "opened")
    for earlier in work.select(select(Publication).where(Publication.project_id == project.id, Publication.status == "published")):
        _tell(work, project, earlier.published_on or event.opened_on, "published", earlier.title, earlier.path)
    _redraw(Desk(work, settings, rules, hooks), project)


def method_decided(event: procurement.MethodDecided, *, work: Work) -> None:
    project = _project(work, event.project_id)
    project.method, project.method_rule = event.method, event.rule
    project.method_article, project.method_reason = event.article, event.reason
    project.methods = [*project.methods, event.method]
    project.approved_on = event.approved_on
    fact = "converted" if event.approved_on else "method"
    _tell(work, project, event.approved_on or event.decided_on, fact, event.reason)


def tender_failed(event: procurement.TenderFailed, *, work: Work) -> None:
    project = _project(work, event.project_id)
    project.bidders = event.bidders
    _tell(work, project, event.failed_on, "failed", event.article)


def experts_drawn(event: procurement.ExpertsDrawn, *, work: Work, rules: Rules, hooks: Hooks, settings: Settings) -> None:
    """The record waits until the award: who judges is secret until then (EX-07)."""
    project = _project(work, event.project_id)
    _tell(work, project, event.drawn_on, "drawn")
    desk = Desk(work, settings, rules, hooks)
    title = f"{project.title}：{KINDS[DRAW]}"
    content = event.model_dump(mode="json")
    arise(desk, project_id=project.id, kind=DRAW, source_id=project.id, title=title, content=content, day=event.drawn_on)


def award_decided(event: procurement.AwardDecided, *, work: Work) -> None:
    project = _project(work, event.project_id)
    project.provider, project.provider_uscc, project.amount = event.provider, event.provider_uscc, event.amount
    _tell(work, project, event.awarded_on, "awarded", event.provider)


def contract_signed(event: procurement.ContractSigned, *, work: Work, rules: Rules, hooks: Hooks, settings: Settings) -> None:
    project = _project(work, event.project_id)
    project.contract_id, project.contract_no, project.signed_on = event.contract_id, event.contract_no, event.signed_on
    project.starts_on, project.ends_on, project.amount = event.starts_on, event.ends_on, event.amount
    project.provider, project.provider_uscc = event.provider, event.provider_uscc
    project.clients_at_least, project.workers, project.scheme_hash = event.clients_at_least, event.workers, event.scheme_hash
    _tell(work, project, event.signed_on, "signed", event.contract_no)
    _redraw(Desk(work, settings, rules, hooks), project)


def notice_issued(event: procurement.NoticeIssued, *, work: Work, rules: Rules, hooks: Hooks, settings: Settings) -> None:
    """Notices are published as they come; one that would show a person waits for somebody to look at it."""
    desk = Desk(work, settings, rules, hooks)
    content = event.model_dump(mode="json")
    named = {"project_id": event.project_id, "source_id": event.notice_id}
    publication = arise(desk, kind=event.kind, title=event.title, content=content, day=event.issued_on, **named)
    publication.version = event.version
    _publish_or_hold(desk, publication, event.issued_on)
    if event.kind == "award":
        waiting = select(Publication).where(
            Publication.project_id == event.project_id, Publication.kind == DRAW, Publication.status == "waiting"
        )
        for record in work.select(waiting):
            _publish_or_hold(desk, record, event.issued_on)


def milestone_verified(event: procurement.MilestoneVerified, *, work: Work) -> None:
    _tell(work, _project(work, event.project_id), event.verified_on, "milestone", event.code)


def payment_released(event: procurement.PaymentReleased, *, work: Work, rules: Rules, hooks: Hooks, settings: Settings) -> None:
    project = _project(work, event.project_id)
    work.add(Payment(id=event.payment_id, project_id=project.id, milestone=event.milestone, amount=event.amount, paid_on=event.paid_on))
    _tell(work, project, event.paid_on, "paid", event.milestone)
    _redraw(Desk(work, settings, rules, hooks), project)


def contract_accepted(event: procurement.AcceptanceRecorded, *, work: Work, rules: Rules, hooks: Hooks, settings: Settings) -> None:
    project = _project(work, event.project_id)
    project.accepted_on = event.accepted_on
    _tell(work, project, event.accepted_on, "accepted")
    _statistics_arise(Desk(work, settings, rules, hooks), project, event.accepted_on)


def project_closed(event: procurement.ProjectClosed, *, work: Work, rules: Rules, hooks: Hooks, settings: Settings) -> None:
    project = _project(work, event.project_id)
    project.closed_on = event.closed_on
    _tell(work, project, event.closed_on, "closed")
    _redraw(Desk(work, settings, rules, hooks), project)


# intake


def roster_accepted(event: intake.RosterAccepted, *, work: Work) -> None:
    if work.find(Roster, event.roster_id) is None:
        kept = event.model_dump(exclude={"roster_id", "rows", "rejected"})
        work.add(Roster(id=event.roster_id, **kept))


def survey_progressed(event: intake.SurveyProgressed, *, work: Work) -> None:
    project = _project(work, event.project_id)
    if event.files_verified >= project.files_verified:
        project.files_due, project.files_verified, project.people_surveyed = event.files_due, event.files_verified, event.people


def programme_opened(event: intake.ProgrammeOpened, *, work: Work) -> None:
    project = _project(work, event.project_id)
    project.programme_id = event.programme_id
    project.groups = [group.model_dump() for group in event.groups]
    _tell(work, project, work.today, "programme")


def selection_proposed(event: intake.SelectionProposed, *, work: Work, rules: Rules, hooks: Hooks, settings: Settings) -> None:
    project = _project(work, event.project_id)
    _tell(work, project, work.today, "proposed")
    names = {group["code"]: group["name"] for group in project.groups}
    content = event.model_dump(mode="json")
    content["groups"] = [{**group, "name": names.get(group["code"], group["code"])} for group in content["groups"]]
    desk = Desk(work, settings, rules, hooks)
    _waits(desk, project, "selection", event.programme_id, content, work.today)


def selection_confirmed(event: intake.SelectionConfirmed, *, work: Work) -> None:
    _tell(work, _project(work, event.project_id), event.confirmed_on, "confirmed")


def recipient_enrolled(event: intake.RecipientEnrolled, *, work: Work) -> None:
    if project_of_programme(work, event.programme_id) is None:
        raise NotYet("服务计划的消息尚未到达")
    add_to_tally(work, event.programme_id, "enrolled", event.group)


def recipient_withdrawn(event: intake.RecipientWithdrawn, *, work: Work) -> None:
    add_to_tally(work, event.programme_id, "withdrawn", event.reason)


def enrolment_completed(event: intake.EnrolmentCompleted, *, work: Work) -> None:
    _tell(work, _project(work, event.project_id), event.completed_on, "enrolled", str(event.enrolled))


# casework


def worker_verified(event: casework.WorkerVerified, *, work: Work) -> None:
    add_to_tally(work, _contract(work, event.contract_id), "workers", event.level)


def case_opened(event: casework.CaseOpened, *, work: Work) -> None:
    add_to_tally(work, _contract(work, event.contract_id), "cases", event.group)


def session_recorded(event: casework.SessionRecorded, *, work: Work) -> None:
    add_to_tally(work, _contract(work, event.contract_id), "sessions", event.group)


def session_corrected(event: casework.SessionCorrected, *, work: Work) -> None:
    if event.is_withdrawn:
        add_to_tally(work, _contract(work, event.contract_id), "sessions", event.group, -1)


def activity_held(event: casework.ActivityHeld, *, work: Work) -> None:
    add_to_tally(work, _contract(work, event.contract_id), "activities", event.kind)


def outcome_recorded(event: casework.OutcomeRecorded, *, work: Work) -> None:
    add_to_tally(work, _contract(work, event.contract_id), "outcomes", event.kind)


def case_closed(event: casework.CaseClosed, *, work: Work, rules: Rules, hooks: Hooks, settings: Settings) -> None:
    """When the last case is closed and enough people were served, the statistics are due."""
    contract_id = _contract(work, event.contract_id)
    add_to_tally(work, contract_id, "closings", event.reason)
    project = project_of_contract(work, contract_id)
    counts = tallies(work, contract_id)
    opened, closed = sum(counts.get("cases", {}).values()), sum(counts.get("closings", {}).values())
    if project is not None and opened == closed and opened >= project.clients_at_least:
        _statistics_arise(Desk(work, settings, rules, hooks), project, event.closed_on)


def data_returned(event: casework.DataReturned, *, work: Work) -> None:
    project = project_of_contract(work, _contract(work, event.contract_id))
    if project is not None:
        _tell(work, project, event.returned_on, "returned")


# evaluation


def evaluator_commissioned(event: evaluation.EvaluatorCommissioned, *, work: Work) -> None:
    _tell(work, _of_contract(work, event.contract_id), event.commissioned_on, "commissioned", event.body)


def round_opened(event: evaluation.RoundOpened, *, work: Work) -> None:
    _tell(work, _of_contract(work, event.contract_id), event.opened_on, "round", ROUNDS[event.kind])


def round_scored(event: evaluation.RoundScored, *, work: Work, rules: Rules, hooks: Hooks, settings: Settings) -> None:
    """A score counts when nobody can appeal any more; until then it waits and is not shown."""
    project = _project(work, event.project_id)
    _tell(work, project, event.scored_on, "scored", ROUNDS[event.kind])
    desk = Desk(work, settings, rules, hooks)
    title = f"{project.title}：{ROUNDS[event.kind]}"
    arise(
        desk,
        project_id=project.id,
        kind="evaluation",
        source_id=event.round_id,
        title=title,
        content=event.model_dump(mode="json"),
        day=event.scored_on,
    ).status = "scored"


def round_concluded(event: evaluation.RoundConcluded, *, work: Work, rules: Rules) -> None:
    project = _project(work, event.project_id)
    scored = select(Publication).where(Publication.source_id == event.round_id, Publication.status == "scored")
    found = work.select(scored.order_by(col(Publication.version).desc()))
    if not found:
        raise NotYet("计分的消息尚未到达")
    found[0].status = "waiting"
    found[0].arose_on = event.concluded_on
    _tell(work, project, event.concluded_on, "concluded", ROUNDS[event.kind])


def finding_issued(event: evaluation.FindingIssued, *, work: Work) -> None:
    _tell(work, _of_contract(work, event.contract_id), event.issued_on, "finding", event.party)


def finding_closed(event: evaluation.FindingClosed, *, work: Work) -> None:
    _tell(work, _of_contract(work, event.contract_id), event.closed_on, "mended")


def context_recorded(event: evaluation.ContextRecorded, *, work: Work, rules: Rules, hooks: Hooks, settings: Settings) -> None:
    project = _project(work, event.project_id)
    content = event.model_dump(mode="json")
    desk = Desk(work, settings, rules, hooks)
    title = f"{event.year} 年{KINDS['petitions']}"
    arise(desk, project_id=project.id, kind="petitions", source_id=event.context_id, title=title, content=content, day=event.recorded_on)


# what they share


def _project(work: Work, project_id: UUID) -> Project:
    project = work.find(Project, project_id)
    if project is None:
        raise NotYet("项目立项的消息尚未到达")
    return project


def _of_contract(work: Work, contract_id: UUID) -> Project:
    project = project_of_contract(work, contract_id)
    if project is None:
        raise NotYet("合同签订的消息尚未到达")
    return project


def _contract(work: Work, contract_id: UUID) -> UUID:
    return _of_contract(work, contract_id).contract_id or contract_id


def _tell(work: Work, project: Project, day: date, fact: str, detail: str = "", path: str = "") -> None:
    work.add(Entry(project_id=project.id, day=day, fact=fact, detail=detail, path=path))


def _waits(desk: Desk, project: Project, kind: str, source_id: UUID, content: dict[str, Any], day: date) -> None:
    title = f"{project.title}：{KINDS[kind]}"
    arise(desk, project_id=project.id, kind=kind, source_id=source_id, title=title, content=content, day=day)


def _statistics_arise(desk: Desk, project: Project, day: date) -> None:
    """Freeze the counts as they stand; once per contract, a later change is a correction."""
    contract_id = project.contract_id
    known: Sequence[Publication] = desk.work.select(
        select(Publication).where(Publication.kind == "statistics", Publication.source_id == contract_id)
    )
    if contract_id is not None and not known:
        _waits(desk, project, "statistics", contract_id, statistics_content(desk.work, project), day)


def statistics_content(work: Work, project: Project) -> dict[str, Any]:
    """The counts of a contract, as they are kept with the publication."""
    counts = tallies(work, project.contract_id) if project.contract_id else {}
    return {
        "groups": project.groups,
        "cases": counts.get("cases", {}),
        "sessions": counts.get("sessions", {}),
        "outcomes": counts.get("outcomes", {}),
        "closings": counts.get("closings", {}),
        "workers": sum(counts.get("workers", {}).values()),
        "activities": sum(counts.get("activities", {}).values()),
        "files": project.files_verified,
        "people": project.people_surveyed,
    }


def _publish_or_hold(desk: Desk, publication: Publication, day: date) -> None:
    try:
        publish(desk, publication, day)
    except NotPublishable as objection:
        publication.status, publication.problem = "waiting", objection.message


def _redraw(desk: Desk, project: Project) -> None:
    draw_project(desk, project)
    draw_site(desk)
