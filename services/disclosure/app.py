"""Builds disclosure from its parts."""

from services.disclosure import api, console, hooks, pages
from services.disclosure.labels import ROLES
from services.disclosure.reactions import casework as heard_casework
from services.disclosure.reactions import evaluation as heard_evaluation
from services.disclosure.reactions import intake as heard_intake
from services.disclosure.reactions import procurement as heard_procurement
from services.disclosure.settings import Settings
from services.disclosure.store import KERNEL, Feedback, Table
from shared.events import casework, evaluation, intake, procurement
from shared.rewrapping import Wrapped
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
    plugins=("personal_data", "illnesses"),
    wrapped=(Wrapped(Feedback, person="id"),),
    reactions=[
        on(procurement.ProjectOpened, heard_procurement.project_opened),
        on(procurement.MethodDecided, heard_procurement.method_decided),
        on(procurement.TenderFailed, heard_procurement.tender_failed),
        on(procurement.ExpertsDrawn, heard_procurement.experts_drawn),
        on(procurement.AwardDecided, heard_procurement.award_decided),
        on(procurement.ContractSigned, heard_procurement.contract_signed),
        on(procurement.NoticeIssued, heard_procurement.notice_issued),
        on(procurement.MilestoneVerified, heard_procurement.milestone_verified),
        on(procurement.PaymentReleased, heard_procurement.payment_released),
        on(procurement.AcceptanceRecorded, heard_procurement.contract_accepted),
        on(procurement.ProjectClosed, heard_procurement.project_closed),
        on(intake.RosterAccepted, heard_intake.roster_accepted),
        on(intake.SurveyProgressed, heard_intake.survey_progressed),
        on(intake.ProgrammeOpened, heard_intake.programme_opened),
        on(intake.SelectionProposed, heard_intake.selection_proposed),
        on(intake.SelectionReopened, heard_intake.selection_reopened),
        on(intake.SelectionConfirmed, heard_intake.selection_confirmed),
        on(intake.EnrolmentCompleted, heard_intake.enrolment_completed),
        on(casework.WorkerVerified, heard_casework.worker_verified),
        on(casework.CaseOpened, heard_casework.case_opened),
        on(casework.SessionRecorded, heard_casework.session_recorded),
        on(casework.SessionCorrected, heard_casework.session_corrected),
        on(casework.ActivityHeld, heard_casework.activity_held),
        on(casework.OutcomeRecorded, heard_casework.outcome_recorded),
        on(casework.CaseClosed, heard_casework.case_closed),
        on(casework.DataReturned, heard_casework.data_returned),
        on(evaluation.EvaluatorCommissioned, heard_evaluation.evaluator_commissioned),
        on(evaluation.RoundOpened, heard_evaluation.round_opened),
        on(evaluation.RoundScored, heard_evaluation.round_scored),
        on(evaluation.RoundConcluded, heard_evaluation.round_concluded),
        on(evaluation.FindingIssued, heard_evaluation.finding_issued),
        on(evaluation.FindingClosed, heard_evaluation.finding_closed),
        on(evaluation.ContextRecorded, heard_evaluation.context_recorded),
    ],
    routers=[api.router, console.router, pages.router],
    finished=pages.finished,
    on_start=pages.prepare,
)
