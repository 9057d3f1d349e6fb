"""Procurement says something: projects, methods, notices, contracts, money."""

import re

from sqlmodel import select

from services.disclosure import contents
from services.disclosure.labels import DRAW
from services.disclosure.publishing import Desk, arise
from services.disclosure.reactions.record import is_known, project_of, project_under, publish_or_hold, redraw, tell, wait, waiting
from services.disclosure.settings import Settings
from services.disclosure.store import Entry, Payment, Project, Publication
from shared.events import procurement
from shared.plugins import Hooks
from shared.rules import Rules
from shared.work import Work

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{2,60}")
TELL_WHO_WON = ("award", "contract")
"""Notices that name the provider."""


def project_opened(event: procurement.ProjectOpened, *, work: Work, rules: Rules, hooks: Hooks, settings: Settings) -> None:
    slug = event.project_no.lower()
    is_taken = work.first(select(Project).where(Project.slug == slug)) is not None
    project = Project(
        **event.model_dump(), id=event.project_id, slug=slug if SLUG.fullmatch(slug) and not is_taken else str(event.project_id)
    )
    work.add(project)
    tell(work, project, event.opened_on, "opened")
    for earlier in work.select(select(Publication).where(Publication.project_id == project.id, Publication.status == "published")):
        project.is_award_public = project.is_award_public or earlier.kind in TELL_WHO_WON
        day = earlier.published_on or event.opened_on
        work.add(Entry(project_id=project.id, day=day, fact="published", detail=earlier.short_title(project), path=earlier.path))
    redraw(Desk(work, settings, rules, hooks), project)


def method_decided(event: procurement.MethodDecided, *, work: Work, rules: Rules, hooks: Hooks, settings: Settings) -> None:
    project = project_of(work, event.project_id)
    project.method = event.method
    project.decisions = [*project.decisions, event.model_dump(mode="json", exclude={"project_id"})]
    fact = "converted" if event.approved_on else "method"
    tell(work, project, event.approved_on or event.decided_on, fact, event.reason, article=event.article)
    redraw(Desk(work, settings, rules, hooks), project)


def tender_failed(event: procurement.TenderFailed, *, work: Work) -> None:
    project = project_of(work, event.project_id)
    project.bidders = event.bidders
    tell(work, project, event.failed_on, "failed", article=event.article)


def experts_drawn(event: procurement.ExpertsDrawn, *, work: Work, rules: Rules, hooks: Hooks, settings: Settings) -> None:
    """The record waits until the award: who judges is secret until then (EX-07). The notice of the award may have come before it."""
    project = project_of(work, event.project_id)
    tell(work, project, event.drawn_on, "drawn")
    desk = Desk(work, settings, rules, hooks)
    record = wait(desk, project, DRAW, project.id, event.model_dump(mode="json"), event.drawn_on)
    if award := work.first(select(Publication).where(Publication.project_id == project.id, Publication.kind == "award")):
        publish_or_hold(desk, record, award.arose_on)


def award_decided(event: procurement.AwardDecided, *, work: Work) -> None:
    """Kept, and shown to nobody before the result notice."""
    project = project_of(work, event.project_id)
    project.provider, project.provider_uscc, project.amount = event.provider, event.provider_uscc, event.amount
    tell(work, project, event.awarded_on, "awarded", event.provider, amount=event.amount)


def contract_signed(event: procurement.ContractSigned, *, work: Work) -> None:
    """Kept, and shown to nobody before the contract notice."""
    project = project_of(work, event.project_id)
    project.contract_id, project.contract_no, project.signed_on = event.contract_id, event.contract_no, event.signed_on
    project.starts_on, project.ends_on, project.amount = event.starts_on, event.ends_on, event.amount
    project.provider, project.provider_uscc = event.provider, event.provider_uscc
    project.clients_at_least = event.clients_at_least
    project.milestones = [terms.model_dump(mode="json") for terms in event.milestones]
    project.scheme, project.scheme_hash = event.scheme.model_dump(mode="json"), event.scheme_hash
    tell(work, project, event.signed_on, "signed", event.contract_no, amount=event.amount)


def notice_issued(event: procurement.NoticeIssued, *, work: Work, rules: Rules, hooks: Hooks, settings: Settings) -> None:
    """Notices are published as they come; one that would show a person waits for somebody to look at it."""
    desk = Desk(work, settings, rules, hooks)
    content = event.model_dump(mode="json", exclude={"notice_id", "project_id"})
    named = {"project_id": event.project_id, "source_id": event.notice_id}
    publication = arise(desk, kind=event.kind, title=event.title, content=content, day=event.issued_on, **named)
    publication.version = event.version
    project = work.find(Project, event.project_id)
    if event.kind in TELL_WHO_WON and project is not None:
        project.is_award_public = True
    publish_or_hold(desk, publication, event.issued_on)
    if event.kind == "award":
        for record in waiting(work, event.project_id, DRAW):
            publish_or_hold(desk, record, event.issued_on)


def milestone_verified(event: procurement.MilestoneVerified, *, work: Work) -> None:
    project = project_under(work, event.contract_id)
    verified = {"verified_on": event.verified_on.isoformat()}
    project.milestones = [terms | verified if terms["code"] == event.code else terms for terms in project.milestones]
    tell(work, project, event.verified_on, "milestone", event.code)


def payment_released(event: procurement.PaymentReleased, *, work: Work, rules: Rules, hooks: Hooks, settings: Settings) -> None:
    project = project_of(work, event.project_id)
    work.add(Payment(id=event.payment_id, project_id=project.id, milestone=event.milestone, amount=event.amount, paid_on=event.paid_on))
    tell(work, project, event.paid_on, "paid", event.milestone, amount=event.amount)
    redraw(Desk(work, settings, rules, hooks), project)


def contract_accepted(event: procurement.AcceptanceRecorded, *, work: Work, rules: Rules, hooks: Hooks, settings: Settings) -> None:
    project = project_of(work, event.project_id)
    project.accepted_on = event.accepted_on
    tell(work, project, event.accepted_on, "accepted")
    if not is_known(work, "statistics", event.contract_id):
        content = contents.statistics(work, project, rules, event.accepted_on)
        wait(Desk(work, settings, rules, hooks), project, "statistics", event.contract_id, content, event.accepted_on)


def project_closed(event: procurement.ProjectClosed, *, work: Work, rules: Rules, hooks: Hooks, settings: Settings) -> None:
    project = project_of(work, event.project_id)
    project.closed_on = event.closed_on
    tell(work, project, event.closed_on, "closed")
    redraw(Desk(work, settings, rules, hooks), project)
