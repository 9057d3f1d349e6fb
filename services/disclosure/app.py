"""Builds disclosure from its parts."""

from services.disclosure import api, hooks, pages, reactions
from services.disclosure.labels import ROLES
from services.disclosure.settings import Settings
from services.disclosure.store import KERNEL, Table
from shared.events import casework, evaluation, intake, procurement
from shared.service import Service, on

SERVICE = Service(
    name="disclosure",
    title="信息公开",
    port=8105,
    package="services.disclosure",
    table=Table,
    kernel=KERNEL,
    roles=ROLES,
    hooks=hooks,
    settings=Settings,
    plugins=("personal_data",),
    reactions=[
        on(procurement.ProjectOpened, reactions.project_opened),
        on(procurement.MethodDecided, reactions.method_decided),
        on(procurement.TenderFailed, reactions.tender_failed),
        on(procurement.ExpertsDrawn, reactions.experts_drawn),
        on(procurement.AwardDecided, reactions.award_decided),
        on(procurement.ContractSigned, reactions.contract_signed),
        on(procurement.NoticeIssued, reactions.notice_issued),
        on(procurement.MilestoneVerified, reactions.milestone_verified),
        on(procurement.PaymentReleased, reactions.payment_released),
        on(procurement.AcceptanceRecorded, reactions.contract_accepted),
        on(procurement.ProjectClosed, reactions.project_closed),
        on(intake.RosterAccepted, reactions.roster_accepted),
        on(intake.SurveyProgressed, reactions.survey_progressed),
        on(intake.ProgrammeOpened, reactions.programme_opened),
        on(intake.SelectionProposed, reactions.selection_proposed),
        on(intake.SelectionConfirmed, reactions.selection_confirmed),
        on(intake.RecipientEnrolled, reactions.recipient_enrolled),
        on(intake.RecipientWithdrawn, reactions.recipient_withdrawn),
        on(intake.EnrolmentCompleted, reactions.enrolment_completed),
        on(casework.WorkerVerified, reactions.worker_verified),
        on(casework.CaseOpened, reactions.case_opened),
        on(casework.SessionRecorded, reactions.session_recorded),
        on(casework.SessionCorrected, reactions.session_corrected),
        on(casework.ActivityHeld, reactions.activity_held),
        on(casework.OutcomeRecorded, reactions.outcome_recorded),
        on(casework.CaseClosed, reactions.case_closed),
        on(casework.DataReturned, reactions.data_returned),
        on(evaluation.EvaluatorCommissioned, reactions.evaluator_commissioned),
        on(evaluation.RoundOpened, reactions.round_opened),
        on(evaluation.RoundScored, reactions.round_scored),
        on(evaluation.RoundConcluded, reactions.round_concluded),
        on(evaluation.FindingIssued, reactions.finding_issued),
        on(evaluation.FindingClosed, reactions.finding_closed),
        on(evaluation.ContextRecorded, reactions.context_recorded),
    ],
    routers=[api.router, pages.router],
    on_start=pages.prepare,
)
