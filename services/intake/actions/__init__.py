"""What people do in intake: one function, one transaction."""

from services.intake.actions.acceptance import accept_roster, acceptance_chunk, reject_roster, rejection_chunk
from services.intake.actions.criteria import criterion_facts, preview
from services.intake.actions.enrolment import complete_enrolment, enrol, record_consents, withdraw
from services.intake.actions.household import read_household_file
from services.intake.actions.objection import decide_objection, object_to_selection
from services.intake.actions.person import read_person_file, readings
from services.intake.actions.programme import confirm_selection, open_programme, propose_selection
from services.intake.actions.report import report
from services.intake.actions.roster import import_chunk, read_roster, read_workbook, upload_roster
from services.intake.actions.screening import definitions_of, fairness_view, prove, screen, screening_chunk, start_screening
from services.intake.actions.survey import accept_survey, open_survey, record_visits

__all__ = [
    "accept_roster",
    "accept_survey",
    "acceptance_chunk",
    "complete_enrolment",
    "confirm_selection",
    "criterion_facts",
    "decide_objection",
    "definitions_of",
    "enrol",
    "fairness_view",
    "import_chunk",
    "object_to_selection",
    "open_programme",
    "open_survey",
    "preview",
    "propose_selection",
    "prove",
    "read_household_file",
    "read_person_file",
    "read_roster",
    "read_workbook",
    "readings",
    "record_consents",
    "record_visits",
    "reject_roster",
    "rejection_chunk",
    "report",
    "screen",
    "screening_chunk",
    "start_screening",
    "upload_roster",
    "withdraw",
]
