"""What people do in procurement: one function, one transaction."""

from services.procurement.actions.acceptance import publish_acceptance, record_acceptance
from services.procurement.actions.audit import draft_price_standard, issue_price_standard, record_audit
from services.procurement.actions.award import announce_award, confirm_award, deliver_report
from services.procurement.actions.bid import announce_failure, close_tender, receive_bid
from services.procurement.actions.budget import (
    grant_budget,
    hand_down_budget,
    publish_budget,
    record_congress_approval,
    review_budget,
    submit_budget,
)
from services.procurement.actions.challenge import answer_challenge, receive_challenge
from services.procurement.actions.closing import close_project, confirm_dossier, file_dossier
from services.procurement.actions.contract import accept_plan, file_contract, publish_contract, sign_contract, sign_supplement
from services.procurement.actions.conversion import apply_for_conversion, approve_conversion, consent_to_conversion, record_argument
from services.procurement.actions.expert import commit_seed, draw_experts, prepare_draw, register_experts, replace_expert, reveal_seed
from services.procurement.actions.method import decide_method
from services.procurement.actions.milestone import verify_milestone
from services.procurement.actions.negotiation import hold_talk, record_final_offer, record_offer, report
from services.procurement.actions.notice import correct_notice
from services.procurement.actions.panel import seat_panel
from services.procurement.actions.payment import apply_for_payment, approve_payment, release_payment
from services.procurement.actions.plan import draw_up_plan, record_opinion, revise_plan
from services.procurement.actions.project import file_implementation_plan, open_project, propose_project
from services.procurement.actions.requirement import answer_opinions, publish_requirement
from services.procurement.actions.supplier import register_supplier
from services.procurement.actions.tender import clarify_documents, confirm_documents, issue_documents, prepare_negotiation, publish_tender

__all__ = [
    "accept_plan",
    "announce_award",
    "announce_failure",
    "answer_challenge",
    "answer_opinions",
    "apply_for_conversion",
    "apply_for_payment",
    "approve_conversion",
    "approve_payment",
    "clarify_documents",
    "close_project",
    "close_tender",
    "commit_seed",
    "confirm_award",
    "confirm_documents",
    "confirm_dossier",
    "consent_to_conversion",
    "correct_notice",
    "decide_method",
    "deliver_report",
    "draft_price_standard",
    "draw_experts",
    "draw_up_plan",
    "file_contract",
    "file_dossier",
    "file_implementation_plan",
    "grant_budget",
    "hand_down_budget",
    "hold_talk",
    "issue_documents",
    "issue_price_standard",
    "open_project",
    "prepare_draw",
    "prepare_negotiation",
    "propose_project",
    "publish_acceptance",
    "publish_budget",
    "publish_contract",
    "publish_requirement",
    "publish_tender",
    "receive_bid",
    "receive_challenge",
    "record_acceptance",
    "record_argument",
    "record_audit",
    "record_congress_approval",
    "record_final_offer",
    "record_offer",
    "record_opinion",
    "register_experts",
    "register_supplier",
    "release_payment",
    "replace_expert",
    "report",
    "reveal_seed",
    "review_budget",
    "revise_plan",
    "seat_panel",
    "sign_contract",
    "sign_supplement",
    "submit_budget",
    "verify_milestone",
]
