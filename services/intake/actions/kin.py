"""Near relatives of who handles assistance are put on the register, and taken off it, by an officer (民发〔2021〕57号 art 11)."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col

from services.intake.actions.person import names_of
from services.intake.domain.household import Basis, check_basis
from services.intake.domain.kin import Kin, KinRefused, check_kin
from services.intake.store import members_of, reached_household
from services.intake.store.kin import KinNotice, kin_of_household, kin_on_list, reached_kin
from services.intake.store.programme import reached_programme
from shared.access import Actor
from shared.access.accounts import names_of_accounts
from shared.errors import WrongState
from shared.personal import Keyring
from shared.sentences import S_
from shared.work import Reader, Work


class KinEnded(WrongState):
    code = "kin-ended"


def note_kin(household_id: UUID, *, kin: Kin, basis: Basis, work: Work, actor: Actor, keyring: Keyring) -> dict[str, Any]:
    """Put a member on the register. Raises KinRefused, HouseholdActRefused, NamesSomebody."""
    reached_household(work, household_id, actor)
    work.about("household", household_id)
    members = members_of(household_id, reader=work)
    check_basis(basis, names=[*names_of(members, keyring, reader=work), kin.staff], today=work.today, latest=None)
    standing = {(each.person_id, each.relation, each.office) for each in kin_of_household(household_id, reader=work) if not each.ended_on}
    check_kin(kin, members={each.id for each in members if each.status == "present"}, known=standing)
    notice = KinNotice(
        person_id=kin.person_id,
        relation=kin.relation,
        office=kin.office,
        wrapped_key=None,
        sealed=b"",
        acted_on=basis.acted_on,
        reason=basis.reason.strip(),
        recorded_by=actor.account,
        recorded_on=work.today,
    )
    sealed = keyring.seal(notice.id, {"staff": kin.staff.strip()})
    notice.wrapped_key, notice.wrapped_by, notice.sealed = sealed.wrapped_key, sealed.wrapped_by, sealed.sealed
    work.add(notice)
    return {"id": notice.id, "household_id": household_id}


def end_kin(notice_id: UUID, *, basis: Basis, work: Work, actor: Actor, keyring: Keyring) -> dict[str, Any]:
    """It is so no longer, or never was. The entry stays, with the day and the reason. Raises KinEnded."""
    notice, household = reached_kin(work, notice_id, actor)
    work.about("household", household.id)
    names = [*names_of(members_of(household.id, reader=work), keyring, reader=work), _staff(notice, keyring)]
    check_basis(basis, names=names, today=work.today, latest=None)
    if notice.ended_on is not None:
        raise KinEnded(S_("该备案已于 {day} 解除", day=notice.ended_on))
    if basis.acted_on < notice.acted_on:
        raise KinRefused(S_("解除日期不能早于备案日期 {day}", day=notice.acted_on), field="acted_on")
    notice.ended_on, notice.ended_by, notice.end_reason = basis.acted_on, actor.account, basis.reason.strip()
    return {"id": notice_id, "household_id": household.id}


def kin_at_home(household_id: UUID, *, reader: Reader, keyring: Keyring) -> list[dict[str, Any]]:
    """What a household's file says of it, with whose relative; `account_name` where that is an account."""
    found = [(each, _staff(each, keyring)) for each in kin_of_household(household_id, reader=reader)]
    names = names_of_accounts([staff for _, staff in found], reader=reader)
    shown = {"id", "person_id", "relation", "office", "acted_on", "reason", "recorded_by", "ended_on", "ended_by", "end_reason"}
    return [each.model_dump(include=shown) | {"staff": staff, "account_name": names.get(staff, "")} for each, staff in found]


def kin_in_programme(programme_id: UUID, *, reader: Reader, actor: Actor) -> list[dict[str, Any]]:
    """For who confirms a list: who of it lives with somebody of the register. Raises NotFound out of the actor's reach."""
    reached_programme(reader, programme_id, actor)
    return kin_on_list(programme_id, reader=reader)


def forget_kin(records: Collection[UUID], work: Work) -> None:
    """Destroy whose relatives these records of a person are; that there was an entry stays."""
    of_them = col(KinNotice.person_id).in_(records)
    work.execute(update(KinNotice).where(of_them).values(wrapped_key=None, sealed=b""))


def _staff(notice: KinNotice, keyring: Keyring) -> str:
    if notice.wrapped_key is None:
        return ""
    return str(keyring.open(notice.id, notice.wrapped_key, notice.sealed)["staff"])
