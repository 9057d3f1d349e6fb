"""What people do in intake: one function, one transaction."""

from services.intake.actions.acceptance import accept_roster, acceptance_chunk, reject_roster
from services.intake.actions.admission import FiledAlready, admit, found_household, recategorise
from services.intake.actions.attachment import attach, read_attachment
from services.intake.actions.campaign import record_call, set_team
from services.intake.actions.check import checks_at_home, record_check
from services.intake.actions.circumstance import circumstances, record_circumstances
from services.intake.actions.correction import correct_person, person_to_correct
from services.intake.actions.criteria import count_groups, criterion_facts, known_flags, preview
from services.intake.actions.discovered_need import answer_need, read_need, refuse_need, take_need
from services.intake.actions.doors import door_list
from services.intake.actions.duplicates import compare_records, count_records, duplicates_chunk
from services.intake.actions.enrolment import complete_enrolment, enrol, read_consent_document, record_consents, withdraw
from services.intake.actions.erasure import confirm_erasure, overwrite_erased, propose_erasure, refuse_erasure, retention, retention_due
from services.intake.actions.erasure_batch import ask_due_erasures, asking_chunk, confirm_due_erasures, confirming_chunk, overwrite_batch
from services.intake.actions.explanation import explain, note_explanation, told_of
from services.intake.actions.household import read_household_file
from services.intake.actions.household_act import change_head, join, record_departure, relocate, split
from services.intake.actions.imported_form import import_form, withdraw_form
from services.intake.actions.kin import end_kin, kin_at_home, kin_in_programme, note_kin
from services.intake.actions.merging import merge, propose_merge, reopen_pair, tell_apart, undo_merge
from services.intake.actions.minor_access import approve_access, ask_for_minors, refuse_access
from services.intake.actions.notice import kept_notice, letters, public_notice
from services.intake.actions.objection import decide_objection, object_to_selection, read_document
from services.intake.actions.person import read_person_file, readings
from services.intake.actions.programme import adjust_quota, amend_programme, confirm_selection, open_programme, propose_selection
from services.intake.actions.record import record_of, record_of_objection
from services.intake.actions.report import report
from services.intake.actions.reserve import strike
from services.intake.actions.roster import (
    headings_of_file,
    import_chunk,
    map_columns,
    mapped_table,
    read_roster,
    read_workbook,
    upload_roster,
)
from services.intake.actions.roster_marked import marked_workbook, take_marked
from services.intake.actions.screening import definitions_of, fairness_view, prove, screen, screening_chunk, start_screening
from services.intake.actions.search import hash_again, index_if_needed, search_index_chunk, search_people
from services.intake.actions.subject import copy_for_subject
from services.intake.actions.survey import accept_survey, open_survey
from services.intake.actions.visit import form_of_survey, record_visits, survey_form, visit_sheet

__all__ = [
    "FiledAlready",
    "accept_roster",
    "accept_survey",
    "acceptance_chunk",
    "adjust_quota",
    "admit",
    "amend_programme",
    "answer_need",
    "approve_access",
    "ask_due_erasures",
    "ask_for_minors",
    "asking_chunk",
    "attach",
    "change_head",
    "checks_at_home",
    "circumstances",
    "compare_records",
    "complete_enrolment",
    "confirm_due_erasures",
    "confirm_erasure",
    "confirm_selection",
    "confirming_chunk",
    "copy_for_subject",
    "correct_person",
    "count_groups",
    "count_records",
    "criterion_facts",
    "decide_objection",
    "definitions_of",
    "door_list",
    "duplicates_chunk",
    "end_kin",
    "enrol",
    "explain",
    "fairness_view",
    "form_of_survey",
    "found_household",
    "hash_again",
    "headings_of_file",
    "import_chunk",
    "import_form",
    "index_if_needed",
    "join",
    "kept_notice",
    "kin_at_home",
    "kin_in_programme",
    "known_flags",
    "letters",
    "map_columns",
    "mapped_table",
    "marked_workbook",
    "merge",
    "note_explanation",
    "note_kin",
    "object_to_selection",
    "open_programme",
    "open_survey",
    "overwrite_batch",
    "overwrite_erased",
    "person_to_correct",
    "preview",
    "propose_erasure",
    "propose_merge",
    "propose_selection",
    "prove",
    "public_notice",
    "read_attachment",
    "read_consent_document",
    "read_document",
    "read_household_file",
    "read_need",
    "read_person_file",
    "read_roster",
    "read_workbook",
    "readings",
    "recategorise",
    "record_call",
    "record_check",
    "record_circumstances",
    "record_consents",
    "record_departure",
    "record_of",
    "record_of_objection",
    "record_visits",
    "refuse_access",
    "refuse_erasure",
    "refuse_need",
    "reject_roster",
    "rejection_chunk",
    "relocate",
    "reopen_pair",
    "report",
    "retention",
    "retention_due",
    "screen",
    "screening_chunk",
    "search_index_chunk",
    "search_people",
    "set_team",
    "split",
    "start_screening",
    "strike",
    "survey_form",
    "take_marked",
    "take_need",
    "tell_apart",
    "told_of",
    "undo_merge",
    "upload_roster",
    "visit_sheet",
    "withdraw",
    "withdraw_form",
]
