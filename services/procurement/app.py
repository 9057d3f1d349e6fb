"""Builds procurement from its parts."""

from services.procurement import api, hooks, reactions
from services.procurement.labels import ROLES
from services.procurement.settings import Settings
from services.procurement.store import KERNEL, Table
from shared.events.casework import CaseClosed, CaseOpened, DataReturned, PlanSigned, SessionCorrected, SessionRecorded, WorkerVerified
from shared.events.disclosure import PublicationMade
from shared.events.evaluation import FindingClosed, FindingIssued, RoundConcluded, RoundScored
from shared.events.intake import RosterAccepted, SurveyProgressed
from shared.service import Service, on

SERVICE = Service(
    name="procurement",
    title="采购",
    port=8102,
    package="services.procurement",
    table=Table,
    kernel=KERNEL,
    roles=ROLES,
    hooks=hooks,
    settings=Settings,
    plugins=("open_tender", "competitive_negotiation", "negative_list", "recusal", "milestone_conditions"),
    reactions=[
        on(RosterAccepted, reactions.roster_accepted),
        on(SurveyProgressed, reactions.survey_progressed),
        on(WorkerVerified, reactions.worker_verified),
        on(CaseOpened, reactions.case_opened),
        on(PlanSigned, reactions.plan_signed),
        on(CaseClosed, reactions.case_closed),
        on(SessionRecorded, reactions.session_recorded),
        on(SessionCorrected, reactions.session_corrected),
        on(DataReturned, reactions.data_returned),
        on(RoundScored, reactions.round_scored),
        on(RoundConcluded, reactions.round_concluded),
        on(FindingIssued, reactions.finding_issued),
        on(FindingClosed, reactions.finding_closed),
        on(PublicationMade, reactions.publication_made),
    ],
    routers=[api.router],
    append_only=("plan", "opinion", "screening", "method_decision", "deviation", "notice", "argument", "talk", "audit"),
)
