"""A clerk puts a person's file right, with the day and the paper; what it said before is kept sealed (个人信息保护法 art 46)."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from services.intake.actions.person import personal_of
from services.intake.actions.search import start_indexing
from services.intake.domain.correction import CLEAR, CorrectionRefused, check_correction, clear_of
from services.intake.domain.household import Basis, check_basis
from services.intake.store import Correction, CorrectionBefore, PersonSecret, note_change, reached_person
from shared.access import Actor
from shared.personal import Keyring
from shared.sentences import S_
from shared.work import Reader, Work


def correct_person(
    person_id: UUID, *, given: Mapping[str, str], basis: Basis, work: Work, today: date, actor: Actor, keyring: Keyring
) -> dict[str, Any]:
    """Let the file say something else from now on; gives the fields that changed. Raises CorrectionRefused, HouseholdActRefused.

    Everything sealed of the person gets a new key: the old one opens what was wrong. No roster of an earlier day undoes it.
    """
    person, household = reached_person(work, person_id, actor)
    work.about("person", person_id)
    if person.status in ("erased", "merged"):
        raise CorrectionRefused(
            S_("该人员的个人信息已删除") if person.status == "erased" else S_("该档案已并入另一份档案，请在那份档案上更正")
        )
    before = personal_of(work, person, keyring)
    check_basis(basis, names=(before["name"], given.get("name", "")), today=today, latest=None)
    corrected = check_correction(given, number=before["identity_number"], name=before["name"], today=today)
    said = before | clear_of(person)
    changed = {field: text for field, text in corrected.said.items() if text != said.get(field, "")}
    if not changed:
        raise CorrectionRefused(S_("所填内容与档案相同，不需要更正"), field=next(iter(given)))
    act = Correction(
        person_id=person_id,
        fields=list(changed),
        reason=basis.reason.strip(),
        acted_on=basis.acted_on,
        recorded_by=actor.account,
        recorded_on=today,
        recorded_at=work.now,
    )
    work.add(act)
    old = keyring.seal(act.id, {field: said.get(field, "") for field in changed})
    work.add(CorrectionBefore(id=act.id, wrapped_key=old.wrapped_key, wrapped_by=old.wrapped_by, sealed=old.sealed))
    fields = before | {field: text for field, text in changed.items() if field not in CLEAR}
    secret = work.get(PersonSecret, person.secret_id)
    new = keyring.seal(person_id, {name: value for name, value in fields.items() if value})
    secret.wrapped_key, secret.sealed, secret.wrapped_by = new.wrapped_key, new.sealed, new.wrapped_by
    for name, value in corrected.facts.items():
        setattr(person, name, value)
    person.row_hash = ""  # what the last roster said is no longer what the file says: the same row again is held against it anew
    person.indexed_by = ""
    start_indexing(work)
    note_change(person_id, "UPDATE", work)
    return {"id": act.id, "household_id": household.id, "fields": list(changed)}


def person_to_correct(person_id: UUID, *, reader: Reader, actor: Actor) -> dict[str, Any]:
    """Whose file a form puts right; nothing that says who it is."""
    person, household = reached_person(reader, person_id, actor)
    shown = person.model_dump(include={"birth", "sex", "relation", "status"})
    return shown | {"person_id": person_id, "household_id": household.id, "household_no": household.household_no}
