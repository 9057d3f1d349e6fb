"""What people do in casework: one function, one transaction."""

from services.casework.actions.cases import ask_dossier, mark_crisis, open_cases
from services.casework.actions.closings import approve_closings, close_cases, record_outcome, send_back
from services.casework.actions.contract import register_agency_key, register_worker, return_data, verify_worker
from services.casework.actions.needs import report_need, report_need_of_another
from services.casework.actions.plans import approve_plans, assess, sign_plans
from services.casework.actions.sessions import correct_session, hold_activity, record_sessions

__all__ = [
    "approve_closings",
    "approve_plans",
    "ask_dossier",
    "assess",
    "close_cases",
    "correct_session",
    "hold_activity",
    "mark_crisis",
    "open_cases",
    "record_outcome",
    "record_sessions",
    "register_agency_key",
    "register_worker",
    "report_need",
    "report_need_of_another",
    "return_data",
    "send_back",
    "sign_plans",
    "verify_worker",
]
