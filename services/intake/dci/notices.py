"""Telling subscribers that registrations changed: from the notes that intake's own acts left, in one unit with taking the notes away."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import delete
from sqlmodel import col, select

from services.intake.dci.coverage import Coverage
from services.intake.dci.messages import header_of, post
from services.intake.dci.record import member
from services.intake.dci.search import REG_TYPE, Desk, hashed
from services.intake.domain.partner import Partner, RegistryTerms
from services.intake.domain.registry_query import of_json
from services.intake.store import Household, PartnerSubscription, Person, RegistrationChange, registered
from shared.access import account_of
from shared.ids import new_id
from shared.personal import Keyring
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
    condition = of_json(keyring.open(subscription.id, subscription.wrapped_key, subscription.sealed)["filter"])
    concerned = registered(hashed(condition, keyring), actor=actor).where(col(Person.id).in_([change.person_id for change in meant]))
    people = {person.id: person for person in work.select(concerned)}
    events = [_event(change, people[change.person_id], subscription, partner, desk) for change in meant if change.person_id in people]
    if events:
        header = header_of("notify", "succ", len(events), len(events), desk)
        message = {"transaction_id": str(new_id()), "notify_event": events}
        post(header, message, subscription.address, partner, work, keyring, subscription=subscription.id)


def _is_in_force(subscription: PartnerSubscription, work: Work) -> bool:
    has_begun = subscription.starts_at is None or subscription.starts_at <= work.now
    return has_begun and (subscription.ends_at is None or work.now <= subscription.ends_at)


def _event(change: RegistrationChange, person: Person, subscription: PartnerSubscription, partner: Partner, desk: Desk) -> dict[str, Any]:
    allowed = [name for name in subscription.fields if name in partner.fields]  # the terms may be narrower by now
    coverage = Coverage(subscription.purpose, allowed, is_by_law=True)
    household = desk.work.get(Household, person.household_id)
    record = member(person, household, coverage=coverage, partner=partner, work=desk.work, keyring=desk.keyring)
    data = {"version": "1.0.0", "reg_type": REG_TYPE, "reg_record_type": "Member", "reg_records": record | {"event": change.event}}
    if change.event in NAMED:
        data["reg_event_type"] = change.event
    return {"reference_id": subscription.reference_id, "timestamp": desk.now, "data": data}
