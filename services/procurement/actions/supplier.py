"""Suppliers: who they are and whether their kind may supply."""

from datetime import date
from uuid import UUID

from sqlmodel import select

from services.procurement.domain.party import check_credit_code, check_provider
from services.procurement.labels import PROVIDER_KINDS
from services.procurement.store import Supplier
from shared.errors import RuleRefusal
from shared.rules import Rules
from shared.work import Work


class SupplierKnown(RuleRefusal):
    code = "supplier-known"


def register_supplier(
    *, name: str, uscc: str, kind: str, address: str, contact: str, reason: str, work: Work, today: date, rules: Rules
) -> UUID:
    """Register a supplier whose credit code and kind are in order."""
    code = check_credit_code(uscc, kind)
    check_provider(kind, PROVIDER_KINDS[kind], rules("provider_kinds"), reason=reason)
    if code and work.first(select(Supplier).where(Supplier.uscc == code)):
        raise SupplierKnown("该统一社会信用代码已登记", field="uscc")
    supplier = Supplier(name=name, uscc=code, kind=kind, address=address, contact=contact, registered_on=today)
    work.add(supplier)
    work.about("supplier", supplier.id)
    return supplier.id
