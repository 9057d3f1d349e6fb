"""Answers beside the fixed questions of a visit: sealed when they are recorded, opened for a household's file or a person's copy."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from pydantic_core import to_jsonable_python

from services.intake.domain.survey import BEYOND
from services.intake.domain.survey_form import SurveyForm, read_form
from services.intake.store import KeptForm, Visit, VisitAnswers, VisitAnswersPerson, answers_about, answers_of_visits
from shared.ids import new_id
from shared.personal import Erased, Keyring
from shared.work import Reader, Work

Told = list[tuple[str, str]]
"""Questions and answers in words."""


def keep_form(form: SurveyForm, work: Work, today: date) -> None:
    """The form as it is asked now, once for each version."""
    work.alone(f"survey form {form.version}")
    if work.find(KeptForm, form.version) is None:
        work.add(KeptForm(version=form.version, sections=to_jsonable_python(form.sections), kept_on=today))


def keep_answers(
    found: Iterable[tuple[UUID, Mapping[str, Any], Sequence[tuple[UUID, Mapping[str, Any]]], Sequence[UUID]]], work: Work, keyring: Keyring
) -> None:
    """Of each visit (id, answers about the household, answers by member, who is present) what stands in no column of its own."""
    sealed, concerned = [], []
    for visit_id, of_household, of_members, present in found:
        told = [("household", of_household, tuple(present)), *(("person", answers, (person_id,)) for person_id, answers in of_members)]
        for about, answers, people in told:
            added = {place: answer for place, answer in answers.items() if place != BEYOND}
            if not added:
                continue
            answers_id = new_id()
            kept = keyring.seal(answers_id, added)
            row = {"id": answers_id, "visit_id": visit_id, "about": about}
            sealed.append(row | {"wrapped_key": kept.wrapped_key, "wrapped_by": kept.wrapped_by, "sealed": kept.sealed})
            concerned += [{"answers_id": answers_id, "person_id": person_id} for person_id in people]
    if sealed:
        work.insert(VisitAnswers, sealed)
        work.insert(VisitAnswersPerson, concerned)


class Answers:
    """Opens answers, each by the form by which it was asked."""

    def __init__(self, reader: Reader, keyring: Keyring) -> None:
        self._reader, self._keyring = reader, keyring
        self._forms: dict[str, SurveyForm] = {}

    def of_visits(self, visits: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
        """By visit `answers` about the household, and whether they were erased with one of its people."""
        found = answers_of_visits(visits, reader=self._reader)
        return {each.visit_id: self._told(each, self._reader.get(Visit, each.visit_id)) for each in found}

    def about(self, person_id: UUID, *, alone: bool = False) -> list[dict[str, Any]]:
        """Of each visit at which something was answered about the person, the latest first: the day and `answers`."""
        found = answers_about(person_id, reader=self._reader, alone=alone)
        return [{"visited_on": visit.visited_on} | self._told(each, visit) for each, visit in found]

    def _told(self, kept: VisitAnswers, visit: Visit) -> dict[str, Any]:
        about: Final = "household" if kept.about == "household" else "person"
        try:
            answers = self._keyring.open(kept.id, kept.wrapped_key, kept.sealed)
        except Erased:
            return {"answers": [], "is_erased": True}
        return {"answers": self._form(visit.form).words(about, answers), "is_erased": False}

    def _form(self, version: str) -> SurveyForm:
        if version not in self._forms:
            self._forms[version] = read_form({"sections": self._reader.get(KeptForm, version).sections})
        return self._forms[version]
