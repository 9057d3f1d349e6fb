"""Subscribing to changes of registrations, and ending it."""

import json
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlmodel import col, select

from services.intake.dci.address import callback_address
from services.intake.dci.coverage import NotCovered, coverage_of
from services.intake.dci.envelope import Envelope, moment_of
from services.intake.dci.search import REG_TYPE, Desk, ItemRejected, check_item, reference_of, rejection
from services.intake.domain.registry_query import NAMES, Condition, FilterInvalid, as_json, condition_of, names_somebody
from services.intake.store import PartnerSubscription, end_subscription
from shared.ids import new_id

EVENTS: Final = {each.lower(): each for each in ("REGISTER", "NewHouseHoldMember", "UPDATE", "DELETE")}
AT_ONCE: Final = frozenset({"* * * * *", "* * * * * *", "* * * * * ?", "* * * * * ? *", "0 * * * * ?", "0 * * * * ? *"})
"""Cron expressions that mean: as it happens, which is how we tell."""


def subscribe_item(item: Any, seen: set[str], envelope: Envelope, desk: Desk) -> dict[str, Any]:
    """The answer to one request to be told, whatever is wrong with it."""
    reference = reference_of(item)
    told: dict[str, Any] = {"reference_id": reference, "timestamp": desk.now}
    try:
        check_item(item, reference, seen)
        kept = _subscribed(item.get("subscribe_criteria"), reference, envelope, desk)
    except ItemRejected as rejected:
        return rejection(told, rejected)
    info = {"version": "1.0.0", "code": str(kept.id), "status": "subscribe", "timestamp": desk.now, "reg_type": REG_TYPE}
    return told | {"status": "succ", "subscriptions": [info | {"reg_event_type": kept.event, "notify_record_type": kept.record_type}]}


def unsubscribe(envelope: Envelope, desk: Desk) -> dict[str, Any]:
    """End those of the codes that are the partner's own and in force; one that is not makes the answer a rejection, the others end."""
    ended, reason = [], ""
    for code in envelope.requests:
        found = desk.work.find(PartnerSubscription, _id(code))
        if found is None or found.sender_id != desk.partner.sender_id:
            reason = "rjct.subscription_code.invalid"
        elif not found.is_active:
            reason = reason or "rjct.event.already_unsubscribed"
        else:
            end_subscription(found, desk.work.now)
            ended.append({"code": str(code), "status": "unsubscribe"})
    told = {"timestamp": desk.now, "status": "rjct" if reason else "succ", "subscription_status": ended}
    return told | ({"status_reason_code": reason, "status_reason_message": "有订阅编号不存在或已取消"} if reason else {})


def _subscribed(criteria: Any, reference: str, envelope: Envelope, desk: Desk) -> PartnerSubscription:
    if not isinstance(criteria, dict):
        raise ItemRejected("rjct.notify_details.invalid", "缺少 subscribe_criteria")
    event = EVENTS.get(str(criteria.get("reg_event_type")).rsplit(":", 1)[-1].lower())
    if event is None:
        raise ItemRejected("rjct.notify_types.invalid", "reg_event_type 须为 REGISTER、NewHouseHoldMember、UPDATE 或 DELETE")
    if str(criteria.get("notify_record_type")).rsplit(":", 1)[-1].lower() not in ("member", "srperson", "person"):
        raise ItemRejected("rjct.notify_types.invalid", "notify_record_type 须为 Member")
    starts, ends = _times(criteria.get("frequency"))
    try:
        coverage = coverage_of(criteria, partner=desk.partner, terms=desk.terms, now=desk.work.now)
        condition = _filter(criteria)
    except (NotCovered, FilterInvalid) as refusal:
        raise ItemRejected("rjct.notify_details.invalid", refusal.message) from refusal
    if not names_somebody(condition) and not desk.partner.may_list:
        raise ItemRejected("rjct.notify_details.invalid", "须以身份证号或户编号订阅；订阅整个地区须有约定")
    kept_filter = as_json(condition)
    fingerprint = desk.keyring.search_hash(json.dumps([event, kept_filter], sort_keys=True))
    desk.work.alone(f"dci subscriptions of {desk.partner.sender_id}")
    _check_new(fingerprint, desk)
    subscription_id = new_id()
    sealed = desk.keyring.seal(subscription_id, {"filter": kept_filter})
    kept = PartnerSubscription(
        id=subscription_id,
        sender_id=desk.partner.sender_id,
        account=desk.actor.account,
        event=event,
        record_type="Member",
        fingerprint=fingerprint,
        reference_id=reference,
        fields=list(coverage.fields),
        purpose=coverage.purpose,
        address=callback_address(envelope.header.get("sender_uri"), "notify", desk.partner),
        starts_at=starts,
        ends_at=ends,
        made_at=desk.work.now,
        wrapped_key=sealed.wrapped_key,
        wrapped_by=sealed.wrapped_by,
        sealed=sealed.sealed,
    )
    desk.work.add(kept)
    return kept


def _check_new(fingerprint: str, desk: Desk) -> None:
    same = (PartnerSubscription.sender_id == desk.partner.sender_id, PartnerSubscription.fingerprint == fingerprint)
    if desk.work.first(select(PartnerSubscription).where(*same, col(PartnerSubscription.is_active).is_(True))):
        raise ItemRejected("rjct.event.already_subscribed", "已经订阅")


def _filter(criteria: Mapping[str, Any]) -> Condition:
    """By its `filter_type`, else by its form. Raises FilterInvalid."""
    given = criteria.get("filter")
    is_number = isinstance(given, dict) and str(given.get("type")).rsplit(":", 1)[-1].lower() in NAMES
    meant = "predicate" if isinstance(given, list) else "idtype-value" if is_number else "expression"
    return condition_of(str(criteria.get("filter_type", meant)), given)


def _times(frequency: Any) -> tuple[Any, Any]:
    if frequency is None:
        return None, None
    given = frequency if isinstance(frequency, dict) else {}
    starts, ends = moment_of(given.get("start_time")), moment_of(given.get("end_time"))
    if starts is None or ends is None or ends <= starts or str(given.get("frequency")) not in AT_ONCE:
        raise ItemRejected("rjct.notify_details.invalid", "frequency 须有 start_time、end_time；只支持发生时即通知（* * * * *）")
    return starts, ends


def _id(code: Any) -> UUID | None:
    try:
        return UUID(str(code))
    except ValueError:
        return None
