"""Evaluation says something: rounds and their results, findings, and the city's context."""

from sqlmodel import col, select

from services.disclosure import contents
from services.disclosure.labels import KINDS, ROUNDS
from services.disclosure.publishing import Desk, due_on
from services.disclosure.reactions.record import project_of, project_under, tell, wait
from services.disclosure.settings import Settings
from services.disclosure.store import Publication
from shared.errors import NotYet
from shared.events import evaluation
from shared.plugins import Hooks
from shared.rules import Rules
from shared.work import Work


def evaluator_commissioned(event: evaluation.EvaluatorCommissioned, *, work: Work) -> None:
    project = project_under(work, event.contract_id)
    project.evaluator = event.model_dump(mode="json", include={"body", "body_uscc", "fee", "commissioned_on"})
    tell(work, project, event.commissioned_on, "commissioned", event.body)


def round_opened(event: evaluation.RoundOpened, *, work: Work) -> None:
    tell(work, project_under(work, event.contract_id), event.opened_on, "round", ROUNDS[event.kind])


def round_scored(event: evaluation.RoundScored, *, work: Work, rules: Rules, hooks: Hooks, settings: Settings) -> None:
    """A score counts when nobody can appeal any more; until then it is on no list."""
    project = project_of(work, event.project_id)
    tell(work, project, event.scored_on, "scored", ROUNDS[event.kind])
    content = contents.evaluated(event, project, rules)
    desk, title = Desk(work, settings, rules, hooks), f"{project.title}：{ROUNDS[event.kind]}"
    wait(desk, project, "evaluation", event.round_id, content, event.scored_on, title=title).status = "scored"


def round_concluded(event: evaluation.RoundConcluded, *, work: Work, rules: Rules) -> None:
    project = project_of(work, event.project_id)
    scored = select(Publication).where(Publication.source_id == event.round_id, Publication.status == "scored")
    found = work.first(scored.order_by(col(Publication.version).desc()))
    if found is None:
        raise NotYet("计分的消息尚未到达")
    found.status, found.arose_on = "waiting", event.concluded_on
    found.due_on = due_on(rules, event.concluded_on, project.division)
    found.content = {**found.content, "verdict": event.verdict, "concluded_on": event.concluded_on.isoformat()}
    tell(work, project, event.concluded_on, "concluded", ROUNDS[event.kind])


def finding_issued(event: evaluation.FindingIssued, *, work: Work) -> None:
    tell(work, project_under(work, event.contract_id), event.issued_on, "finding", event.party)


def finding_closed(event: evaluation.FindingClosed, *, work: Work) -> None:
    tell(work, project_under(work, event.contract_id), event.closed_on, "mended")


def context_recorded(event: evaluation.ContextRecorded, *, work: Work, rules: Rules, hooks: Hooks, settings: Settings) -> None:
    project = project_of(work, event.project_id)
    content = event.model_dump(mode="json", exclude={"context_id", "project_id"})
    desk, title = Desk(work, settings, rules, hooks), f"{event.year} 年{KINDS['petitions']}"
    wait(desk, project, "petitions", event.context_id, content, event.recorded_on, title=title)
