"""Search requests: each of a message is answered by itself, one refused does not refuse the others."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select

from services.intake.dci.coverage import Coverage, NotCovered, coverage_of
from services.intake.dci.envelope import LONGEST_ID, is_id, moment_of
from services.intake.dci.record import group, member
from services.intake.domain.partner import Partner, RegistryTerms
from services.intake.domain.registry_query import (
    Condition,
    FilterInvalid,
    condition_of,
    names_somebody,
)
from services.intake.store import Household, Person, hashed, registered, registered_households, sorting
from shared.access import Actor
from shared.personal import Keyring
from shared.work import Work

RECORDS: Final = {"member": "Member", "srperson": "Member", "person": "Member", "group": "Group", "household": "Group"}
REG_TYPE: Final = "ns:org:RegistryType:Social"
DEFAULT_PAGE: Final = 50
MOST_PAGES: Final = 100_000


class ItemRejected(Exception):
    """One request of a message is rejected, with the standard's reason code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Desk:
    """Who asks, and with what an answer is found."""

    actor: Actor
    partner: Partner
    terms: RegistryTerms
    work: Work
    keyring: Keyring

    @property
    def now(self) -> str:
        return self.work.now.isoformat(timespec="milliseconds")


@dataclass(frozen=True, slots=True)
class Found:
    records: list[dict[str, Any]]
    total: int
    size: int
    number: int


def answer_item(item: Any, seen: set[str], desk: Desk) -> dict[str, Any]:
    """The answer to one request, whatever is wrong with it."""
    reference = reference_of(item)
    told: dict[str, Any] = {"reference_id": reference, "timestamp": desk.now}
    try:
        check_item(item, reference, seen)
        criteria = item.get("search_criteria")
        if not isinstance(criteria, dict):
            raise ItemRejected("rjct.search_criteria.invalid", "缺少 search_criteria")
        kind = _record_kind(criteria)
        found = _search(criteria, kind, desk)
    except ItemRejected as rejected:
        return rejection(told, rejected)
    data = {"version": "1.0.0", "reg_type": REG_TYPE, "reg_record_type": kind, "reg_records": found.records}
    return told | {
        "status": "succ",
        "data": data,
        "pagination": {"page_size": found.size, "page_number": found.number, "total_count": found.total},
    }


def reference_of(item: Any) -> str:
    """What the asker calls the request; an answer must name something, also to one that names nothing."""
    reference = item.get("reference_id") if isinstance(item, dict) else None
    return reference[:LONGEST_ID] if isinstance(reference, str) else ""


def check_item(item: Any, reference: str, seen: set[str]) -> None:
    """Raises ItemRejected; notes the reference."""
    if not isinstance(item, dict) or not is_id(reference) or item["reference_id"] != reference:
        raise ItemRejected("rjct.reference_id.invalid", f"reference_id 须为 1 至 {LONGEST_ID} 个字符")
    if reference in seen:
        raise ItemRejected("rjct.reference_id.duplicate", "reference_id 在本消息中重复")
    seen.add(reference)
    if moment_of(item.get("timestamp")) is None:
        raise ItemRejected("rjct.timestamp.invalid", "timestamp 须为带时区的时间")


def rejection(told: Mapping[str, Any], rejected: ItemRejected) -> dict[str, Any]:
    return {**told, "status": "rjct", "status_reason_code": rejected.code, "status_reason_message": rejected.message}


def _record_kind(criteria: Mapping[str, Any]) -> str:
    reg_type = criteria.get("reg_type", REG_TYPE)
    if not isinstance(reg_type, str) or "social" not in reg_type.lower():
        raise ItemRejected("rjct.search_criteria.invalid", f"本系统只有社会登记：{REG_TYPE}")
    asked = criteria.get("response_entity", criteria.get("reg_record_type", "Member"))
    kind = RECORDS.get(str(asked).rsplit(":", 1)[-1].lower())
    if kind is None:
        raise ItemRejected("rjct.search_criteria.invalid", "response_entity 须为 Group 或 Member")
    return kind


def _search(criteria: Mapping[str, Any], kind: str, desk: Desk) -> Found:
    size, number = _page(criteria.get("pagination"), desk.terms)
    try:
        coverage = coverage_of(criteria, partner=desk.partner, terms=desk.terms, now=desk.work.now)
        condition = condition_of(str(criteria.get("query_type")), criteria.get("query"))
    except NotCovered as refusal:
        raise ItemRejected("rjct.search_criteria.invalid", refusal.message) from refusal
    except FilterInvalid as refusal:
        raise ItemRejected("rjct.filter.invalid", refusal.message) from refusal
    if not names_somebody(condition) and not (desk.partner.may_list and coverage.is_by_law):
        raise ItemRejected("rjct.filter.invalid", "须以身份证号或户编号查询；按其他条件查询须有约定并附 authorize")
    return _records(hashed(condition, desk.keyring), kind, _orders(criteria.get("sort", [])), (size, number), coverage, desk)


def _records(
    condition: Condition, kind: str, orders: list[tuple[str, bool]], page: tuple[int | None, int], coverage: Coverage, desk: Desk
) -> Found:
    table: type[Person] | type[Household] = Person if kind == "Member" else Household
    statement = (registered if kind == "Member" else registered_households)(condition, actor=desk.actor)
    try:
        order = sorting(table, orders)
    except KeyError as fault:
        raise ItemRejected("rjct.sort.invalid", "不能按该属性排序") from fault
    total = int(desk.work.scalar(select(func.count()).select_from(statement.subquery())))
    size, number = page
    if size is None and total > DEFAULT_PAGE:
        raise ItemRejected("rjct.search.too_many_records_found", f"超过 {DEFAULT_PAGE} 条，请分页（pagination）")
    size = size or DEFAULT_PAGE
    rows = desk.work.select(statement.order_by(*order).limit(size).offset((number - 1) * size))
    shown: dict[str, Any] = {"coverage": coverage, "partner": desk.partner, "work": desk.work, "keyring": desk.keyring}
    records = [
        member(row, desk.work.get(Household, row.household_id), **shown) if isinstance(row, Person) else group(row, **shown) for row in rows
    ]
    return Found(records, total, size, number)


def _page(given: Any, terms: RegistryTerms) -> tuple[int | None, int]:
    if given is None:
        return None, 1
    size, number = (given.get("page_size"), given.get("page_number", 1)) if isinstance(given, dict) else (None, None)
    if not _is_whole(size, terms.most_records) or not _is_whole(number, MOST_PAGES):
        raise ItemRejected("rjct.pagination.invalid", f"page_size 须为 1 至 {terms.most_records}，page_number 从 1 开始")
    return int(size), int(number)  # type: ignore[arg-type]  # both are whole numbers, that was checked


def _is_whole(value: Any, most: int) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 1 <= value <= most and value == int(value)


def _orders(given: Any) -> list[tuple[str, bool]]:
    """Attribute, and whether it descends."""
    if not isinstance(given, list) or len(given) > 3:
        raise ItemRejected("rjct.sort.invalid", "sort 须为至多 3 项的列表")
    orders = []
    for each in given:
        if not isinstance(each, dict) or each.get("sort_order", "asc") not in ("asc", "desc"):
            raise ItemRejected("rjct.sort.invalid", "sort 须有 attribute_name 和 sort_order（asc 或 desc）")
        orders.append((str(each.get("attribute_name")), each.get("sort_order") == "desc"))
    return orders
