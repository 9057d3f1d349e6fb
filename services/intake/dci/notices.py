"""Telling subscribers that registrations changed: from the notes that intake's own acts left, in one unit with taking the notes away."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select

from services.intake.dci.coverage import Coverage
from services.intake.dci.messages import header_of, post
from services.intake.dci.record import former_member, member
from services.intake.dci.search import REG_TYPE, Desk
from services.intake.domain.partner import Partner, RegistryTerms
from services.intake.domain.registry_query import Condition, names_one, of_json
from services.intake.store import (
    Household,
    PartnerCallback,
    PartnerSubscription,
    Person,
    RegistrationChange,
    end_subscription,
    hashed,
    registered,
)
from shared.access import account_of
from shared.ids import new_id
from shared.personal import Keyring, WrongKey
from shared.work import Work

AT_ONCE: Final = 100
MEANT: Final = {"REGISTER": ("REGISTER", "NewHouseHoldMember")}
"""Subscribed event → the changes it means, where more than its own: a new member of a household is registered too."""
NAMED: Final = ("REGISTER", "NewHouseHoldMember")
"""Events that the standard has a word for in a notice; others stand in the record."""


def tell(*, terms: RegistryTerms, work: Work, keyring: Keyring) -> bool:
    """Put notices of the oldest changes into the post. Returns whether there were changes."""
    work.alone("dci changes")
    changes = work.select(select(RegistrationChange).order_by(col(RegistrationChange.at), col(RegistrationChange.id)).limit(AT_ONCE))
    if not changes:
        return False
    for subscription in work.select(select(PartnerSubscription).where(col(PartnerSubscription.is_active).is_(True))):
        _tell_of(changes, subscription, terms, work, keyring)
    work.execute(delete(RegistrationChange).where(col(RegistrationChange.id).in_([change.id for change in changes])))
    return True


def _tell_of(
    changes: Sequence[RegistrationChange], subscription: PartnerSubscription, terms: RegistryTerms, work: Work, keyring: Keyring
) -> None:
    partner, actor = terms.partner(subscription.sender_id), account_of(subscription.account, reader=work)
    meant = [change for change in changes if change.event in MEANT.get(subscription.event, (subscription.event,))]
    if partner is None or actor is None or not actor.may("partner") or not meant or not _is_in_force(subscription, work):
        return
    desk = Desk(actor, partner, terms, work, keyring)
    try:
        condition = of_json(keyring.open(subscription.id, subscription.wrapped_key, subscription.sealed)["filter"])
    except WrongKey:
        _end_unreadable(subscription, work)
        return
    people = _concerned(meant, subscription, condition, desk)
    events = [_event(change, people[change.person_id], subscription, partner, desk) for change in meant if change.person_id in people]
    if events:
        header = header_of("notify", "succ", len(events), len(events), desk)
        message = {"transaction_id": str(new_id()), "notify_event": events}
        post(header, message, subscription.address, partner, work, keyring, subscription=subscription.id)
    if names_one(condition) and any(person.status == "erased" for person in people.values()):
        end_subscription(subscription, work.now)


def _concerned(
    changes: Sequence[RegistrationChange], subscription: PartnerSubscription, condition: Condition, desk: Desk
) -> dict[UUID, Person]:
    """Whom of the changed the subscription is about; of the erased that was found before."""
    found_before = [change.person_id for change in changes if change.subscription_id == subscription.id]
    to_find = [change.person_id for change in changes if change.subscription_id is None]
    found = desk.work.select(registered(hashed(condition, desk.keyring), actor=desk.actor).where(col(Person.id).in_(to_find)))
    erased = desk.work.select(select(Person).where(col(Person.id).in_(found_before)))
    return {person.id: person for person in (*found, *erased)}


def _end_unreadable(subscription: PartnerSubscription, work: Work) -> None:
    """It would be met at every change; the administrator sees that its partner is told no more."""
    end_subscription(subscription, work.now)
    lost = PartnerCallback(
        subscription=subscription.id,
        sender_id=subscription.sender_id,
        action="notify",
        address=subscription.address,
        status="dead",
        problem="订阅的内容不能用现有密钥打开，订阅已终止",
        made_at=work.now,
        due_at=work.now,
        ended_at=work.now,
    )
    work.add(lost)


def _is_in_force(subscription: PartnerSubscription, work: Work) -> bool:
    has_begun = subscription.starts_at is None or subscription.starts_at <= work.now
    return has_begun and (subscription.ends_at is None or work.now <= subscription.ends_at)


def _event(change: RegistrationChange, person: Person, subscription: PartnerSubscription, partner: Partner, desk: Desk) -> dict[str, Any]:
    allowed = [name for name in subscription.fields if name in partner.fields]  # the terms may be narrower by now
    coverage = Coverage(subscription.purpose, allowed, is_by_law=True)
    if person.status == "erased":
        record = former_member(person, partner, desk.keyring)
    else:
        household = desk.work.get(Household, person.household_id)
        record = member(person, household, coverage=coverage, partner=partner, work=desk.work, keyring=desk.keyring)
    data = {"version": "1.0.0", "reg_type": REG_TYPE, "reg_record_type": "Member", "reg_records": record | {"event": change.event}}
    if change.event in NAMED:
        data["reg_event_type"] = change.event
    return {"reference_id": subscription.reference_id, "timestamp": desk.now, "data": data}
