"""What a person's sealed fields said before a roster said them otherwise; sealed under a key of its own, and gone with an erasure.

What they said before somebody put them right is kept with the correction (`store.correction`); together they are the versions of a file.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlmodel import Field, col

from services.intake.store.correction import Correction, CorrectionBefore, corrections_of
from services.intake.store.roster import Roster
from services.intake.store.table import Table
from shared.ids import new_id
from shared.personal import Keyring
from shared.store.types import Instant, Json
from shared.work import Reader, Work


class FormerFields(Table, table=True):
    """The fields of one person that one accepted roster changed, as they were."""

    __tablename__ = "former_fields"
    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    roster_id: UUID
    """That changed them."""
    fields: list[str] = Json()
    replaced_at: datetime = Instant()
    wrapped_key: bytes | None
    wrapped_by: str = Field(default="", index=True, sa_column_kwargs={"server_default": ""})
    """Under which key (`Keyring.id`)."""
    sealed: bytes


def former_fields(
    person_id: UUID, roster_id: UUID, *, before: Mapping[str, str], after: Mapping[str, str], at: datetime, keyring: Keyring
) -> dict[str, Any] | None:
    """A row with what is about to be said otherwise; None where nothing is. What was not said before is kept as ""."""
    changed = {name: before.get(name, "") for name in (*before, *(each for each in after if each not in before))}
    changed = {name: text for name, text in changed.items() if text != after.get(name, "")}
    if not changed:
        return None
    row_id = new_id()
    sealed = keyring.seal(row_id, changed)
    kept = {"wrapped_key": sealed.wrapped_key, "wrapped_by": sealed.wrapped_by, "sealed": sealed.sealed}
    return {"id": row_id, "person_id": person_id, "roster_id": roster_id, "fields": list(changed), "replaced_at": at, **kept}


def versions_of_person(person_id: UUID, *, reader: Reader, keyring: Keyring) -> list[dict[str, Any]]:
    """What the fields said before, the latest change first: `before` by field, until when (`on`), and by whom and by what it was replaced.

    `kind` is a code of `labels.SOURCE`: a roster with its `name`, or a correction with its `reason`. What was erased is left out.
    """
    told = []
    for each in reader.select(select(FormerFields).where(col(FormerFields.person_id) == person_id)):
        roster = reader.get(Roster, each.roster_id)
        by, on = roster.decided_by or roster.uploaded_by, roster.decided_on or roster.uploaded_on
        shown = {"kind": "roster", "on": on, "by": by, "name": roster.name, "reason": "", "at": each.replaced_at}
        told.append(shown | {"before": _opened(each, keyring)})
    for act in corrections_of([person_id], reader=reader):
        shown = {"kind": "correction", "on": act.acted_on, "by": act.recorded_by, "name": "", "reason": act.reason, "at": act.recorded_at}
        told.append(shown | {"before": _opened(reader.get(CorrectionBefore, act.id), keyring)})
    return sorted((each for each in told if each["before"]), key=lambda each: each["at"], reverse=True)


def forget_former(records: Collection[UUID], fields: Collection[str] | None, work: Work, keyring: Keyring) -> None:
    """Destroy what these records of a person said before, by rosters and by corrections: of some fields, or (None) all of it."""
    of_corrections = select(col(Correction.id)).where(col(Correction.person_id).in_(records))
    tables: tuple[tuple[Any, ColumnElement[bool]], ...] = (
        (FormerFields, col(FormerFields.person_id).in_(records)),
        (CorrectionBefore, col(CorrectionBefore.id).in_(of_corrections)),
    )
    for table, theirs in tables:
        if fields is None:
            work.execute(update(table).where(theirs).values(wrapped_key=None, sealed=b""))
            continue
        for kept in work.select(select(table).where(theirs, col(table.wrapped_key).is_not(None))):
            before = keyring.open(kept.id, kept.wrapped_key, kept.sealed)
            sealed = keyring.seal(kept.id, {name: value for name, value in before.items() if name not in fields})
            kept.wrapped_key, kept.sealed, kept.wrapped_by = sealed.wrapped_key, sealed.sealed, sealed.wrapped_by


def _opened(kept: FormerFields | CorrectionBefore, keyring: Keyring) -> dict[str, str]:
    return keyring.open(kept.id, kept.wrapped_key, kept.sealed) if kept.wrapped_key is not None else {}
