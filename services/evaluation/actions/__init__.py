"""What people do in evaluation: one function, one transaction."""

from services.evaluation.actions.commission import commission_evaluator, register_assessor
from services.evaluation.actions.context import record_context
from services.evaluation.actions.findings import answer_finding, close_finding, issue_finding
from services.evaluation.actions.results import (
    accept_rectification,
    conclude_round,
    decide_appeal,
    file_appeal,
    notify_round,
    score_round,
    sensitivity,
)
from services.evaluation.actions.rounds import draw_sample, open_round
from services.evaluation.actions.sheets import correct_sheet, record_sheets

__all__ = [
    "accept_rectification",
    "answer_finding",
    "close_finding",
    "commission_evaluator",
    "conclude_round",
    "correct_sheet",
    "decide_appeal",
    "draw_sample",
    "file_appeal",
    "issue_finding",
    "notify_round",
    "open_round",
    "record_context",
    "record_sheets",
    "register_assessor",
    "score_round",
    "sensitivity",
]
