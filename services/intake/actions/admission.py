"""Somebody comes into the files by an act: into a household that is there (新增成员), or as the head of a new one (建户).

The act is to the person what a row of a roster is to others: the lot is drawn over it, the fields say that they are from it, and whoever
wants to be told of registrations is told. No roster of an earlier day undoes it.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from services.intake import labels
from services.intake.actions.household_act import Ledger, open_ledger
from services.intake.actions.roster_plan import WITHOUT_NUMBER
from services.intake.actions.search import start_indexing
from services.intake.domain.admission import Newcomer, check_place, read_newcomer, told_of
from services.intake.domain.household import (
    HEAD,
    Basis,
    HouseholdActRefused,
    ToConfirm,
    check_basis,
    check_category,
    check_founding,
    doubts_of_relations,
)
from services.intake.domain.naming import check_reason
from services.intake.domain.selection import lot_no_of_act
from services.intake.store import (
    CategoryAct,
    Household,
    HouseholdAct,
    Person,
    PersonSecret,
    count_people_of_file,
    household_numbered,
    known_people,
    note_change,
)
from shared.access import Actor
from shared.ids import new_id
from shared.personal import Keyring
from shared.sentences import S_, together
from shared.work import Reader, Work

FOR_GOOD: Final = S_("登记后不能撤销；有误的只能另行更正或合并档案")


class FiledAlready(HouseholdActRefused):
    """The number has a record. Where the actor reaches it, `household_id` says in which file, and whether the person is present there."""

    code = "filed-already"

    def __init__(self, message: str, *, household_id: UUID | None = None, may_join: bool = False) -> None:
        super().__init__(message, field="identity_number")
        self.household_id = household_id
        self.may_join = may_join


def admit(
    household_id: UUID,
    *,
    newcomer: Mapping[str, str],
    cause: str,
    basis: Basis,
    confirmed: bool = True,
    work: Work,
    actor: Actor,
    keyring: Keyring,
) -> dict[str, Any]:
    """File somebody new as a member of a household; `newcomer` by the fields of `domain.admission.FIELDS`.

    Raises HouseholdActRefused; FiledAlready for a number that has a record, wherever it is; ToConfirm until it is `confirmed`.
    """
    ledger = open_ledger(household_id, "admitted", basis, work, actor, keyring)
    found = read_newcomer(newcomer, cause=cause, basis=basis)
    check_reason(basis.reason, names=(found.name,), called=S_("依据"))
    check_place(found.relation, has_head=ledger.head is not None)
    _check_not_filed(found, household_id, work, actor, keyring)
    doubts = doubts_of_relations([*(person.relation for person in ledger.present.values()), found.relation])
    if not confirmed:
        raise ToConfirm(doubts, [*told_of(found, cause=cause, on=basis.acted_on), FOR_GOOD])
    person_id = _file(found, ledger, cause, keyring)
    ledger.household.living_members += 1
    count_people_of_file(household_id, work)
    return {"household_id": household_id, "person_id": person_id, "warnings": doubts}


def found_household(
    *,
    division: str,
    category: str,
    household_no: str,
    newcomer: Mapping[str, str],
    cause: str,
    basis: Basis,
    confirmed: bool = True,
    work: Work,
    actor: Actor,
    keyring: Keyring,
) -> dict[str, Any]:
    """File a new household with its head; the others are admitted one by one. Without a number it gets one as an unnumbered roster gives.

    Raises as `admit`.
    """
    check_basis(basis, names=(newcomer.get("name", ""),), today=work.today, latest=None)
    head = read_newcomer({**newcomer, "relation": HEAD}, cause=cause, basis=basis)
    number = household_no.strip() or WITHOUT_NUMBER + keyring.search_hash(head.identity.number)[:16]
    is_taken = household_numbered(number, reader=work) is not None
    check_founding(category, division, number, is_taken=is_taken, is_reached=actor.reaches(division))
    _check_not_filed(head, None, work, actor, keyring)
    if not confirmed:
        raise ToConfirm([], [S_("户编号：{number}", number=number), *told_of(head, cause=cause, on=basis.acted_on), FOR_GOOD])
    household = Household(household_no=number, category=category, division=division, living_members=1)
    work.add(household)
    work.about("household", household.id)
    work.add(category_act(household.id, "", category, basis, work, actor))
    person_id = _file(head, Ledger(work, actor, "founded", basis, household, {}), cause, keyring)
    return {"household_id": household.id, "household_no": number, "person_id": person_id, "warnings": []}


def recategorise(household_id: UUID, *, category: str, basis: Basis, work: Work, actor: Actor, keyring: Keyring) -> dict[str, Any]:
    """The household is of another category of assistance from that day on; a list that is not proposed yet is screened again."""
    ledger = open_ledger(household_id, "recategorised", basis, work, actor, keyring)
    check_category(category, ledger.household.category)
    work.add(category_act(household_id, ledger.household.category, category, basis, work, actor))
    ledger.household.category = category
    for person in ledger.present.values():
        person.row_hash = ""  # the last roster's row says the former category: the same row again is held against the file anew
        note_change(person.id, "UPDATE", work)
    return {"household_id": household_id}


def category_act(household_id: UUID, before: str, category: str, basis: Basis, work: Work, actor: Actor) -> CategoryAct:
    return CategoryAct(
        household_id=household_id,
        before=before,
        category=category,
        reason=basis.reason.strip(),
        acted_on=basis.acted_on,
        recorded_by=actor.account,
        recorded_on=work.today,
        recorded_at=work.now,
    )


def _check_not_filed(found: Newcomer, household_id: UUID | None, reader: Reader, actor: Actor, keyring: Keyring) -> None:
    """Nobody has two records under one number. Of a record that the actor does not reach nothing is told but that there is one."""
    known = next(iter(known_people(keyring.search_hashes(found.identity.number), reader=reader).values()), None)
    if known is None:
        return
    home = household_numbered(known.household_no, reader=reader)
    if home is None or not actor.reaches(known.division):
        raise FiledAlready(S_("该身份证号已有档案，不在您的经办范围内，不能再建；请报上一级经办人员办理“并入他户”或“迁移”"))
    if known.is_merged:
        raise FiledAlready(S_("该身份证号的档案已并入另一份档案，请改填现行的身份证号"), household_id=home.id)
    status = labels.PERSON_STATUS[known.status]
    if home.id == household_id:
        message = S_("该身份证号已是本户成员（{status}），不能再新增", status=status)
        further = S_("恢复的请办理“更正：恢复在册”")
        raise FiledAlready(message if known.status == "present" else together([message, further]), household_id=home.id)
    if known.status == "present":
        message = S_(
            "该身份证号已在户 {household_no} 建档（{status}）；来到本户的，请在那一户办理“并入他户”，另立门户的办理“分户”",
            household_no=home.household_no,
            status=status,
        )
        raise FiledAlready(message, household_id=home.id, may_join=True)
    message = S_(
        "该身份证号已在户 {household_no} 建档（{status}）；请先在那一户办理“更正：恢复在册”，再办理“并入他户”",
        household_no=home.household_no,
        status=status,
    )
    raise FiledAlready(message, household_id=home.id)


def _file(found: Newcomer, ledger: Ledger, cause: str, keyring: Keyring) -> UUID:
    """Keep the person, the sealed fields and the act; the index and the search for records alike follow by a job."""
    work, household, identity = ledger.work, ledger.household, found.identity
    act_id, person_id = new_id(), new_id()
    secret = PersonSecret(person_id=person_id, **asdict(keyring.seal(person_id, found.personal())))
    person = Person(
        id=person_id,
        household_id=household.id,
        lot_no=lot_no_of_act(act_id),
        secret_id=secret.id,
        identity_key=keyring.search_hash(identity.number),
        birth=identity.birth,
        sex=identity.sex,
        relation=found.relation,
        schooling="",
        has_single_parent=False,
        disability_kind=0,
        disability_level=0,
        is_seriously_ill=False,
        registered_on=work.today,
    )
    act = HouseholdAct(
        id=act_id,
        kind=ledger.kind,
        person_id=person_id,
        before_household_id=household.id,
        before_relation=found.relation,
        before_status="present",
        before_division=household.division,
        household_id=household.id,
        relation=found.relation,
        status="present",
        division=household.division,
        reason=ledger.basis.reason.strip(),
        acted_on=ledger.basis.acted_on,
        recorded_by=ledger.actor.account,
        recorded_on=work.today,
        cause=cause,
        said=found.said,
    )
    work.add(secret, person, act)
    start_indexing(work)
    note_change(person_id, "NewHouseHoldMember" if ledger.kind == "admitted" else "REGISTER", work)
    return person_id
