"""What procurement does when another service's event arrives: it keeps what milestones, payments and closing will ask for."""

from datetime import date

from services.procurement.actions.closing import close_if_finished
from services.procurement.store import Case, Contract, Finding, Project, Publication, Roster, Round, Session, Survey, Worker
from shared.errors import NotYet
from shared.events.casework import CaseClosed, CaseOpened, DataReturned, PlanSigned, SessionCorrected, SessionRecorded, WorkerVerified
from shared.events.disclosure import PublicationMade
from shared.events.evaluation import FindingClosed, FindingIssued, RoundConcluded, RoundScored
from shared.events.intake import RosterAccepted, SurveyProgressed
from shared.inbox import is_overtaken
from shared.work import Work


def roster_accepted(event: RosterAccepted, *, work: Work) -> None:
    """A plan may be sized by it from now on."""
    if work.find(Roster, event.roster_id) is None:
        work.add(Roster(id=event.roster_id, purpose=event.purpose, reference_on=event.reference_on, people=event.people))


def survey_progressed(event: SurveyProgressed, *, work: Work) -> None:
    """Carries state: an older event says nothing new."""
    if is_overtaken(work):
        return
    survey = work.find(Survey, event.survey_id)
    if survey is None:
        work.add(Survey(id=event.survey_id, project_id=event.project_id, files_due=event.files_due, files_verified=event.files_verified))
    else:
        survey.files_due, survey.files_verified = event.files_due, event.files_verified


def worker_verified(event: WorkerVerified, *, work: Work) -> None:
    if work.find(Worker, event.worker_id) is None:
        work.add(Worker(id=event.worker_id, contract_id=event.contract_id, verified_on=event.verified_on))


def case_opened(event: CaseOpened, *, work: Work) -> None:
    case = _case(work, event)
    case.recipient_id, case.opened_on = event.recipient_id, event.opened_on


def plan_signed(event: PlanSigned, *, work: Work) -> None:
    _case(work, event).plan_signed_on = event.signed_on


def case_closed(event: CaseClosed, *, work: Work) -> None:
    _case(work, event).closed_on = event.closed_on


def session_recorded(event: SessionRecorded, *, work: Work) -> None:
    key = f"{event.case_id}/{event.number}"
    if work.find(Session, key) is None:
        work.add(Session(id=key, contract_id=event.contract_id, held_on=event.held_on))


def session_corrected(event: SessionCorrected, *, work: Work) -> None:
    """A later version of a session moves or withdraws it; the versions of one session may arrive in any order."""
    key = f"{event.case_id}/{event.number}"
    session = work.find(Session, key)
    if session is None:
        session = Session(id=key, contract_id=event.contract_id, held_on=event.held_on, version=0)
        work.add(session)
    if event.version > session.version:
        session.held_on, session.version, session.is_withdrawn = event.held_on, event.version, event.is_withdrawn


def data_returned(event: DataReturned, *, work: Work, today: date) -> None:
    """The recipients' data is back or gone; if that was the last thing, the project is closed."""
    contract = work.find(Contract, event.contract_id)
    if contract is None:
        raise NotYet("合同不在本服务，等待合同数据")
    contract.data_returned_on, contract.certificate_hash = event.returned_on, event.certificate_hash
    close_if_finished(work, work.get(Project, contract.project_id), max(today, event.returned_on))


def round_scored(event: RoundScored, *, work: Work) -> None:
    """Which scheme was used: only the frozen one counts."""
    scored = work.find(Round, event.round_id)
    if scored is None:
        work.add(Round(id=event.round_id, contract_id=event.contract_id, kind=event.kind, scheme_hash=event.scheme_hash))
    else:
        scored.scheme_hash = event.scheme_hash


def round_concluded(event: RoundConcluded, *, work: Work) -> None:
    """The result counts from its day. A round may be concluded anew, e.g. after rectification; the newest word holds."""
    if is_overtaken(work):
        return
    concluded = work.find(Round, event.round_id)
    if concluded is None:
        concluded = Round(id=event.round_id, contract_id=event.contract_id, kind=event.kind)
        work.add(concluded)
    concluded.composite, concluded.satisfaction, concluded.verdict = event.composite, event.satisfaction, event.verdict
    concluded.concluded_on = event.concluded_on


def finding_issued(event: FindingIssued, *, work: Work) -> None:
    finding = work.find(Finding, event.finding_id)
    if finding is None:
        work.add(Finding(id=event.finding_id, round_id=event.round_id, party=event.party))
    else:
        finding.party = event.party


def finding_closed(event: FindingClosed, *, work: Work) -> None:
    finding = work.find(Finding, event.finding_id)
    if finding is None:
        work.add(Finding(id=event.finding_id, round_id=event.round_id, closed_on=event.closed_on))
    else:
        finding.closed_on = event.closed_on


def publication_made(event: PublicationMade, *, work: Work) -> None:
    """Contract or acceptance can be read by everybody: payments may follow."""
    known = work.find(Publication, event.publication_id)
    if known is None:
        work.add(
            Publication(
                id=event.publication_id,
                project_id=event.project_id,
                kind=event.kind,
                source_id=event.source_id,
                version=event.version,
                published_on=event.published_on,
            )
        )
    elif event.version > known.version:
        known.version = event.version


def _case(work: Work, event: CaseOpened | PlanSigned | CaseClosed) -> Case:
    """The case, made by whichever of its events comes first."""
    case = work.find(Case, event.case_id)
    if case is None:
        case = Case(id=event.case_id, contract_id=event.contract_id)
        work.add(case)
    return case
