"""What happens to households and their people, recorded by a clerk with its day and its paper; earlier records stay."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from services.intake.actions.leaving import leave_every_list
from services.intake.actions.person import names_of
from services.intake.domain.household import (
    HEAD,
    Basis,
    HouseholdActKind,
    HouseholdActRefused,
    ToConfirm,
    check_basis,
    check_departure,
    check_division,
    check_lead,
    check_split,
    doubts_of_relations,
    living_after,
)
from services.intake.labels import RELATION
from services.intake.store import (
    Household,
    HouseholdAct,
    Person,
    acts_on,
    category_acts_on,
    household_numbered,
    members_of,
    note_change,
    reached_household,
)
from shared.access import Actor
from shared.personal import Keyring
from shared.sentences import S_
from shared.work import Work

STATUS_AFTER = {"died": "died", "left": "moved", "restored": "present"}


@dataclass(slots=True)
class Ledger:
    """A household that is being acted on, and who is present in it."""

    work: Work
    actor: Actor
    kind: HouseholdActKind
    basis: Basis
    household: Household
    present: dict[UUID, Person]

    @property
    def head(self) -> UUID | None:
        return next((key for key, person in self.present.items() if person.relation == HEAD), None)

    def member(self, person_id: UUID) -> Person:
        if person_id not in self.present:
            raise HouseholdActRefused(S_("该人员不是本户的在册成员"), field="person")
        return self.present[person_id]

    def turn(self, person: Person, *, home: Household | None = None, relation: str = "", status: str = "", division: str = "") -> None:
        """Let a person stand differently from now on, and keep how they stood."""
        home = home or self.household
        act = HouseholdAct(
            kind=self.kind,
            person_id=person.id,
            before_household_id=person.household_id,
            before_relation=person.relation,
            before_status=person.status,
            before_division=self.household.division,
            household_id=home.id,
            relation=relation or person.relation,
            status=status or person.status,
            division=division or home.division,
            reason=self.basis.reason.strip(),
            acted_on=self.basis.acted_on,
            recorded_by=self.actor.account,
            recorded_on=self.work.today,
        )
        self.work.add(act)
        person.household_id, person.relation, person.status = act.household_id, act.relation, act.status
        person.row_hash = ""  # what the last roster said is no longer what the file says: the same row again is held against it anew
        note_change(person.id, "UPDATE" if act.status == "present" else "DELETE", self.work)

    def shrink(self, leave: int) -> None:
        stay = len(self.present) - leave
        self.household.living_members = living_after(self.household.living_members, leave=leave, stay=stay)


def record_departure(
    household_id: UUID,
    *,
    person_id: UUID,
    kind: Literal["died", "left", "restored"],
    basis: Basis,
    confirmed: bool = True,
    work: Work,
    actor: Actor,
    keyring: Keyring,
) -> dict[str, Any]:
    """Somebody has died or left the area, or was wrongly said to. Who goes leaves every list at once, and reserves move up.

    As of every act here that makes relations: raises ToConfirm where they are unlikely and it is not `confirmed`, else tells `warnings`.
    """
    ledger = open_ledger(household_id, kind, basis, work, actor, keyring)
    person = work.find(Person, person_id)
    if person is None or person.household_id != household_id:
        raise HouseholdActRefused(S_("该人员不是本户成员"), field="person")
    if basis.acted_on < person.birth:
        raise HouseholdActRefused(S_("发生日期不能早于出生日期"), field="acted_on")
    check_departure(person.relation, kind=kind, status=person.status, others=len(ledger.present.keys() - {person_id}))
    if kind == "restored":
        relation = _restored(person.relation, ledger)
        warnings = _doubts([*(each.relation for each in ledger.present.values()), relation], confirmed=confirmed)
        ledger.turn(person, relation=relation, status=STATUS_AFTER[kind])
        ledger.household.living_members += 1
        return {"household_id": household_id, "replaced_by": [], "warnings": warnings}
    ledger.turn(person, status=STATUS_AFTER[kind])
    ledger.shrink(1)
    return {"household_id": household_id, "replaced_by": leave_every_list(person_id, person.status, work=work, today=work.today)}


def relocate(household_id: UUID, *, division: str, basis: Basis, work: Work, actor: Actor, keyring: Keyring) -> dict[str, Any]:
    """The whole household moves to another division; from now on the clerks of that division reach its file."""
    ledger = open_ledger(household_id, "relocated", basis, work, actor, keyring)
    check_division(division, ledger.household.division)
    if not ledger.present:
        raise HouseholdActRefused(S_("本户没有在册成员"))
    for person in ledger.present.values():
        ledger.turn(person, division=division)
    ledger.household.division = division
    return {"household_id": household_id}


def change_head(
    household_id: UUID, *, relations: Mapping[UUID, str], basis: Basis, confirmed: bool = True, work: Work, actor: Actor, keyring: Keyring
) -> dict[str, Any]:
    """Another member leads the household; each member's relation is said anew."""
    ledger = open_ledger(household_id, "headed", basis, work, actor, keyring)
    check_lead(relations, members=ledger.present, head=ledger.head)
    warnings = _doubts(relations.values(), confirmed=confirmed)
    for person_id, relation in relations.items():
        if relation != ledger.present[person_id].relation:
            ledger.turn(ledger.present[person_id], relation=relation)
    return {"household_id": household_id, "warnings": warnings}


def split(
    household_id: UUID,
    *,
    household_no: str,
    relations: Mapping[UUID, str],
    basis: Basis,
    confirmed: bool = True,
    work: Work,
    actor: Actor,
    keyring: Keyring,
) -> dict[str, Any]:
    """Some members become a household of their own, in the same division and category; nobody has visited it yet."""
    ledger = open_ledger(household_id, "split", basis, work, actor, keyring)
    is_taken = household_numbered(household_no, reader=work) is not None
    check_split(relations, members=ledger.present, head=ledger.head, household_no=household_no, is_taken=is_taken)
    warnings = _doubts(relations.values(), confirmed=confirmed)
    old = ledger.household
    new = Household(
        household_no=household_no.strip(),
        category=old.category,
        division=old.division,
        living_members=len(relations),
        roster_id=old.roster_id,
    )
    work.add(new)
    for person_id, relation in relations.items():
        ledger.turn(ledger.present[person_id], home=new, relation=relation)
    ledger.shrink(len(relations))
    return {"household_id": new.id, "warnings": warnings}


def join(
    household_id: UUID,
    *,
    person_id: UUID,
    household_no: str,
    relation: str,
    basis: Basis,
    confirmed: bool = True,
    work: Work,
    actor: Actor,
    keyring: Keyring,
) -> dict[str, Any]:
    """A member of this household joins another one that the actor reaches."""
    ledger = open_ledger(household_id, "joined", basis, work, actor, keyring)
    person = ledger.member(person_id)
    home = household_numbered(household_no, reader=work)
    if home is None or not actor.reaches(home.division) or home.id == household_id:
        raise HouseholdActRefused(S_("没有找到要并入的户"), field="household_no")
    if relation not in RELATION:
        raise HouseholdActRefused(S_("请选择与户主关系"), field="relation")
    there = [each.relation for each in members_of(home.id, reader=work) if each.status == "present"]
    has_head = HEAD in there
    if (relation == HEAD) == has_head:
        raise HouseholdActRefused(S_("要并入的户已有户主") if has_head else S_("要并入的户没有户主，关系应为“本人”"), field="relation")
    check_departure(person.relation, kind="joined", status=person.status, others=len(ledger.present) - 1)
    _check_basis(basis, home.id, work, keyring)
    warnings = _doubts([*there, relation], confirmed=confirmed)
    ledger.turn(person, home=home, relation=relation)
    ledger.shrink(1)
    home.living_members += 1
    return {"household_id": home.id, "warnings": warnings}


def _restored(relation: str, ledger: Ledger) -> str:
    """One head, whoever comes back: who leads by now stays the head, and who comes back to an empty house leads it."""
    if ledger.head is not None:
        return "other" if relation == HEAD else relation
    return relation if ledger.present else HEAD


def _doubts(relations: Iterable[str], *, confirmed: bool) -> list[str]:
    """What is unlikely in these relations. Raises ToConfirm unless somebody has looked."""
    found = doubts_of_relations(relations)
    if found and not confirmed:
        raise ToConfirm(found)
    return found


def open_ledger(household_id: UUID, kind: HouseholdActKind, basis: Basis, work: Work, actor: Actor, keyring: Keyring) -> Ledger:
    """Begin an act on a household. Raises NotFound out of the actor's reach, HouseholdActRefused for a basis that will not do."""
    household = reached_household(work, household_id, actor)
    work.about("household", household_id)
    _check_basis(basis, household_id, work, keyring)
    present = {person.id: person for person in members_of(household_id, reader=work) if person.status == "present"}
    return Ledger(work, actor, kind, basis, household, present)


def _check_basis(basis: Basis, household_id: UUID, work: Work, keyring: Keyring) -> None:
    """Whoever is or was in the household is not named in what is kept of it."""
    names = names_of(members_of(household_id, reader=work), keyring, reader=work)
    check_basis(basis, names=names, today=work.today, latest=_latest(household_id, work))


def _latest(household_id: UUID, work: Work) -> date | None:
    days = [act.acted_on for act in acts_on(household_id, reader=work)]
    return max([*days, *(act.acted_on for act in category_acts_on(household_id, reader=work))], default=None)
