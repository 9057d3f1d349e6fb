"""Forms that were imported for a division (XLSForm); the database refuses to change a row, the latest of a form counts."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import Field, col, select

from services.intake.store.roster import check_reach, in_divisions
from services.intake.store.table import Table
from shared.access import Actor
from shared.divisions import contains, level
from shared.http.paging import Listing, Page, listing
from shared.ids import new_id
from shared.store.types import Json
from shared.work import Reader


class ImportedForm(Table, table=True):
    """One version of a form, or its withdrawal."""

    __tablename__ = "imported_form"
    id: UUID = Field(default_factory=new_id, primary_key=True)
    division: str = Field(index=True)
    """Asked in every survey of this division and below."""
    form_id: str
    version: str
    title: str
    sections: list[dict[str, Any]] = Json()
    is_withdrawn: bool = False
    recorded_by: str
    recorded_on: date


def imported_forms(*, reader: Reader, actor: Actor, page: Page) -> Listing:
    """Every version and withdrawal in the actor's divisions, the latest first; `is_asked` says which are asked today."""
    statement = select(ImportedForm).where(in_divisions(col(ImportedForm.division), actor))
    asked = {form.id for form in _latest(reader) if not form.is_withdrawn}

    def item(row: ImportedForm) -> dict[str, Any]:
        questions = sum(len(section["questions"]) for section in row.sections)
        return row.model_dump(exclude={"sections"}) | {"questions": questions, "is_asked": row.id in asked}

    return listing(reader, statement, page, sort=(ImportedForm.recorded_on, ImportedForm.id), newest_first=True, item=item)


def forms_in_force(division: str, *, reader: Reader) -> list[ImportedForm]:
    """What is asked in a division beside fixed sections and plugins; of one form for a city and for a district of it the district's."""
    here = [form for form in _latest(reader) if division and not form.is_withdrawn and contains(form.division, division)]
    found = {form.form_id: form for form in sorted(here, key=lambda form: level(form.division))}
    return sorted(found.values(), key=lambda form: form.form_id)


def versions_of(form_id: str, division: str, *, reader: Reader) -> list[ImportedForm]:
    """The last one counts."""
    same = (col(ImportedForm.form_id) == form_id, col(ImportedForm.division) == division)
    return reader.select(select(ImportedForm).where(*same).order_by(col(ImportedForm.id)))


def reached_form(reader: Reader, form: UUID, actor: Actor) -> ImportedForm:
    """Raises NotFound, also for one of another division."""
    found = reader.get(ImportedForm, form)
    check_reach(found.division, actor)
    return found


def _latest(reader: Reader) -> list[ImportedForm]:
    found = {(form.division, form.form_id): form for form in reader.select(select(ImportedForm).order_by(col(ImportedForm.id)))}
    return list(found.values())
