"""Casework says something: what was done. Each fact becomes one counted row; nothing is read, so thousands come in quickly."""

from services.disclosure import contents, store
from services.disclosure.publishing import Desk
from services.disclosure.reactions.record import is_known, project_under, tell, wait
from services.disclosure.settings import Settings
from services.disclosure.store import Counted
from shared.errors import NotYet
from shared.events import casework
from shared.plugins import Hooks
from shared.rules import Rules
from shared.work import Work


def worker_verified(event: casework.WorkerVerified, *, work: Work) -> None:
    id = f"worker/{event.worker_id}/{event.contract_id}"
    work.add(Counted(id=id, contract_id=event.contract_id, topic="worker", name=event.level, day=event.verified_on))


def case_opened(event: casework.CaseOpened, *, work: Work) -> None:
    work.add(Counted(id=f"case/{event.case_id}", contract_id=event.contract_id, topic="case", name=event.group, day=event.opened_on))


def session_recorded(event: casework.SessionRecorded, *, work: Work) -> None:
    id = f"session/{event.case_id}/{event.number}"
    work.add(Counted(id=id, contract_id=event.contract_id, topic="session", name=event.group, day=event.held_on))


def session_corrected(event: casework.SessionCorrected, *, work: Work) -> None:
    session = work.find(Counted, f"session/{event.case_id}/{event.number}")
    if session is None:
        raise NotYet("服务记录的消息尚未到达")
    session.day, session.is_counted = event.held_on, not event.is_withdrawn


def activity_held(event: casework.ActivityHeld, *, work: Work) -> None:
    id = f"activity/{event.activity_id}"
    work.add(Counted(id=id, contract_id=event.contract_id, topic="activity", name=event.kind, day=event.held_on))


def outcome_recorded(event: casework.OutcomeRecorded, *, work: Work) -> None:
    id, part = f"outcome/{event.outcome_id}", f"{event.detail}/{event.group}"
    work.add(Counted(id=id, contract_id=event.contract_id, topic="outcome", name=event.kind, part=part, day=event.achieved_on))


def case_closed(event: casework.CaseClosed, *, work: Work, rules: Rules, hooks: Hooks, settings: Settings) -> None:
    """When the last case is closed and enough people were served, the statistics are due."""
    work.alone(f"count the closings of {event.contract_id}")  # beside another one, neither would see that it is the last
    work.add(Counted(id=f"closing/{event.case_id}", contract_id=event.contract_id, topic="closing", name=event.reason, day=event.closed_on))
    opened, closed = store.total(work, event.contract_id, "case"), store.total(work, event.contract_id, "closing")
    if opened != closed:
        return
    project = project_under(work, event.contract_id)
    if opened >= project.clients_at_least and not is_known(work, "statistics", event.contract_id):
        content = contents.statistics(work, project, rules, event.closed_on)
        wait(Desk(work, settings, rules, hooks), project, "statistics", event.contract_id, content, event.closed_on)


def data_returned(event: casework.DataReturned, *, work: Work) -> None:
    tell(work, project_under(work, event.contract_id), event.returned_on, "returned")
