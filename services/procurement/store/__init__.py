"""Tables of procurement, and questions to them."""

from services.procurement.store.budget import Budget
from services.procurement.store.closing import Audit, Dossier, PriceStandard
from services.procurement.store.contract import Acceptance, Contract, Milestone, Payment, Supplement
from services.procurement.store.expert import Draw, Expert, Member
from services.procurement.store.notice import Notice
from services.procurement.store.progress import Case, Finding, Publication, Roster, Round, Session, Survey, Worker
from services.procurement.store.project import Consultation, DeviationKept, MethodDecision, Opinion, Plan, Project, Screening
from services.procurement.store.table import Table
from services.procurement.store.tender import Argument, Bid, Challenge, Conversion, OfferKept, Supplier, TalkKept, Tender
from shared.store.tables import kernel_tables

KERNEL = kernel_tables(Table.metadata)

__all__ = [
    "KERNEL",
    "Acceptance",
    "Argument",
    "Audit",
    "Bid",
    "Budget",
    "Case",
    "Challenge",
    "Consultation",
    "Contract",
    "Conversion",
    "DeviationKept",
    "Dossier",
    "Draw",
    "Expert",
    "Finding",
    "Member",
    "MethodDecision",
    "Milestone",
    "Notice",
    "OfferKept",
    "Opinion",
    "Payment",
    "Plan",
    "PriceStandard",
    "Project",
    "Publication",
    "Roster",
    "Round",
    "Screening",
    "Session",
    "Supplement",
    "Supplier",
    "Survey",
    "Table",
    "TalkKept",
    "Tender",
    "Worker",
]
