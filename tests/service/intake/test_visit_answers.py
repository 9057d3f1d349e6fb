"""Answers beside the fixed questions of a visit: asked by plugins, sealed, read in the file by their form, erased with the person."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from services.intake.app import SERVICE
from services.intake.domain.survey_form import Choice, Question, Section
from services.intake.plugins.left_behind_children import CARE
from services.intake.store import KeptForm, Visit, VisitAnswers
from shared.demo.population import Population
from shared.rewrapping import Wrapped, begin, is_due, rewrap_chunk
from shared.work import Reader
from tests.conftest import Office
from tests.service.intake.bureau import Bureau, visit
from tests.service.intake.test_console import Clerk
from tests.service.intake.test_visit_pages import ON, at_work, filled, household_file, sheet

WHO = "邻居汪桂兰"
CAUSES = Section(
    "causes",
    "致困原因",
    "household",
    (Question("cause", "致困原因", "several", (Choice("illness", "疾病"), Choice("age", "年老"))), Question("note", "说明", "text")),
)


@pytest.fixture
def bureau(service_client: Callable[..., Office]) -> Bureau:
    """With a section of a department's own beside the built-in one about children."""
    found = Bureau(service_client(SERVICE))
    ask(found, CARE, CAUSES)
    return found


def ask(bureau: Bureau, *sections: Section) -> None:
    """Let the enabled plugin ask these and nothing else."""
    [answerer] = bureau.office.runtime.hooks.questions["survey_questions"].answerers
    object.__setattr__(answerer, "function", lambda: list(sections))


@pytest.fixture
def survey(bureau: Bureau, people: Population) -> str:
    found = bureau.open_survey()
    more: dict[str, Any] = {"purpose": "survey", "survey_id": found, "reference_on": "2016-10-10"}
    bureau.accept(bureau.upload(people.allowance[:60], on="2016-10-10", **more)["roster_id"], on="2016-10-10")
    return found


def with_a_child(bureau: Bureau, survey: str) -> tuple[dict[str, Any], str, str]:
    """A file, a child of its household and somebody grown up there."""
    for file in bureau.files(survey):
        found = sheet(bureau, file["id"])
        children = [member["id"] for member in found["members"] if member["age"] < 16]
        grown = [member["id"] for member in found["members"] if member["age"] >= 18]
        if children and grown:
            return found["file"], children[0], grown[0]
    raise AssertionError("no child in the survey")


def answer(bureau: Bureau, survey: str, file: dict[str, Any], child: str, *, expect: int | None = None, **changes: Any) -> Any:
    body = visit(file, answers={"causes.cause": ["illness"], "causes.note": WHO}) | changes
    body.setdefault("members", [{"person_id": child, "answers": {"child_care.carer": "other", "child_care.other_carer": WHO}}])
    return bureau.surveyor.post(f"/api/v1/surveys/{survey}/visits", {"visits": [body]}, on=ON, expect=expect)


def stored(bureau: Bureau, question: Callable[[Reader], Any]) -> Any:
    return bureau.office.store.read_now(question)


def on_disk(bureau: Bureau, mark: bytes) -> bool:
    return any(mark in path.read_bytes() for path in bureau.office.runtime.settings.data.rglob("*") if path.is_file())


def erase(bureau: Bureau, person: str, scope: str) -> None:
    asked = bureau.clerk.post(f"/api/v1/persons/{person}/erasure", {"scope": scope, "reason": "own_request"}, on="2016-12-05")["id"]
    bureau.officer.post(f"/api/v1/erasures/{asked}/confirmation", {}, on="2016-12-06")


def of(file: dict[str, Any], person: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = next(member["visits"] for member in file["members"] if member["id"] == person)
    return found


def test_answers_are_read_in_the_file_and_stand_nowhere_in_clear(bureau: Bureau, survey: str) -> None:
    file, child, grown = with_a_child(bureau, survey)

    answer(bureau, survey, file, child)

    shown = household_file(bureau, file["household_id"])
    assert shown["visits"][0]["answers"] == [["致困原因", "疾病"], ["说明", WHO]]
    assert of(shown, child) == [{"visited_on": ON, "answers": [["平时由谁照料", "其他人"], ["其他人是谁", WHO]], "is_erased": False}]
    assert of(shown, grown) == []
    assert not on_disk(bureau, WHO.encode())
    assert not on_disk(bureau, json.dumps(WHO)[1:-1].encode())
    assert WHO not in "\n".join(str(event.model_dump()) for event in bureau.office.everything_said())
    [kept] = stored(bureau, lambda reader: reader.select(select(KeptForm)))
    [recorded] = stored(bureau, lambda reader: reader.select(select(Visit)))
    assert recorded.form == kept.version == bureau.surveyor.get("/api/v1/survey-form")["version"]


def test_wrong_answers_are_named_where_they_stand(bureau: Bureau, survey: str) -> None:
    file, child, grown = with_a_child(bureau, survey)

    def faults(**changes: Any) -> list[str]:
        return [error["field"] for error in answer(bureau, survey, file, child, expect=422, **changes)["errors"]]

    assert faults(answers={"causes.cause": ["luck"]}) == ["visits.0.answers.causes.cause"]
    assert faults(answers={"needs.economy": "1"}) == ["visits.0.answers"]
    assert faults(answers={WHO: "x"}) == ["visits.0.answers"]
    of_grown = [{"person_id": grown, "answers": {"child_care.carer": "parent"}}]
    assert faults(members=of_grown) == ["visits.0.members.0.answers.child_care.carer"]
    of_child = [{"person_id": child, "answers": {"child_care.carer": "parent", "child_care.other_carer": WHO}}]
    assert faults(members=of_child) == ["visits.0.members.0.answers.child_care.other_carer"]
    answer(bureau, survey, file, child, expect=400, answers={"causes.note": {"a": 1}})


def test_a_form_that_asks_otherwise_leaves_what_was_answered_readable(bureau: Bureau, survey: str) -> None:
    file, child, _ = with_a_child(bureau, survey)
    answer(bureau, survey, file, child)

    ask(bureau)
    answer(bureau, survey, file, child, answers={}, members=[])

    shown = household_file(bureau, file["household_id"])
    assert [each["answers"] for each in shown["visits"]] == [[], [["致困原因", "疾病"], ["说明", WHO]]]
    assert of(shown, child)[0]["answers"][0] == ["平时由谁照料", "其他人"]
    assert len(stored(bureau, lambda reader: reader.select(select(KeptForm)))) == 2


@pytest.mark.parametrize("scope", ["sensitive", "all"])
def test_answers_go_with_the_person_and_those_of_the_household_with_any_of_its_people(bureau: Bureau, survey: str, scope: str) -> None:
    file, child, grown = with_a_child(bureau, survey)
    answer(bureau, survey, file, child)
    keys = [row[0] for row in stored(bureau, lambda reader: reader.rows(select(col(VisitAnswers.wrapped_key))))]
    assert all(on_disk(bureau, key) for key in keys)

    erase(bureau, grown, scope)
    shown = household_file(bureau, file["household_id"])
    assert (shown["visits"][0]["is_erased"], shown["visits"][0]["answers"]) == (True, [])
    assert of(shown, child)[0]["answers"] != [], "what is about the child alone stays"

    erase(bureau, child, scope)
    assert of(household_file(bureau, file["household_id"]), child)[0]["is_erased"]
    assert not any(on_disk(bureau, key) for key in keys)


def test_a_copy_has_what_is_about_the_person_and_nothing_of_the_others(bureau: Bureau, survey: str) -> None:
    file, child, grown = with_a_child(bureau, survey)
    answer(bureau, survey, file, child)
    alone = next(found for each in bureau.files(survey) if len((found := sheet(bureau, each["id"]))["members"]) == 1)
    answer(bureau, survey, alone["file"], child, members=[])

    def copied(person: str) -> list[Any]:
        return [each["answers"] for each in bureau.officer.get(f"/api/v1/persons/{person}/copy", on=ON)["visits"]]

    assert copied(child) == [[["平时由谁照料", "其他人"], ["其他人是谁", WHO]]]
    assert copied(grown) == []
    assert copied(alone["members"][0]["id"]) == [[["致困原因", "疾病"], ["说明", WHO]]]


def test_answers_open_after_the_outer_key_was_changed(bureau: Bureau, survey: str) -> None:
    file, child, _ = with_a_child(bureau, survey)
    answer(bureau, survey, file, child)
    runtime = bureau.office.runtime
    assert runtime.settings.key_file is not None
    assert begin(runtime.settings.key_file)

    assert bureau.office.store.run_now(lambda work: rewrap_chunk(Wrapped(VisitAnswers, person="id"), runtime.keyring, work)) == 2

    assert stored(bureau, lambda reader: reader.rows(select(col(VisitAnswers.id)).where(is_due(VisitAnswers, runtime.keyring)))) == []
    assert of(household_file(bureau, file["household_id"]), child)[0]["answers"][1] == ["其他人是谁", WHO]


def test_the_page_asks_the_added_questions_of_whom_they_concern(bureau: Bureau, survey: str) -> None:
    file, child, grown = with_a_child(bureau, survey)
    surveyor = at_work(Clerk(bureau.office, "sun", "surveyor"))
    path = f"/console/visits/{file['id']}/"
    page = surveyor.get(path)
    assert f'name="{child}-child_care-carer"' in page
    assert f'name="{grown}-child_care-carer"' not in page
    assert 'name="causes-note"' in page
    assert "只在这样回答时填写：平时由谁照料 · 其他人" in page

    wrong: Any = filled(**{f"{child}-child_care-carer": "parent", f"{child}-child_care-other_carer": WHO})
    refused = surveyor.post(path, 422, key=surveyor.key(path), **wrong)
    assert f'href="#{child}-child_care-other_carer"' in refused
    assert f">{WHO}</textarea>" in refused
    right: Any = filled(**{f"{child}-child_care-carer": "other", f"{child}-child_care-other_carer": WHO, "causes-note": WHO})
    surveyor.post(path, key=surveyor.key(path), **right)

    shown = household_file(bureau, file["household_id"])
    assert shown["visits"][0]["answers"] == [["说明", WHO]]
    assert of(shown, child)[0]["answers"] == [["平时由谁照料", "其他人"], ["其他人是谁", WHO]]
    clerk = Clerk(bureau.office, "liu", "clerk").sign_in()
    clerk.post("/console/households/purpose/", purpose="registration", back="/console/")
    assert clerk.get(f"/console/households/{file['household_id']}/").count(WHO) == 2
