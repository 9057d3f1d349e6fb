"""A criterion in CEL means the same to the database, asked for everybody, as to the library, asked about one person."""

from datetime import date
from functools import partial
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import col

from services.intake.domain.cel import CriterionRefused, evaluate, read_truth
from services.intake.domain.criterion import Node
from services.intake.domain.person import age_on
from services.intake.store import ALLOWANCE, Household, Person, number_of, truth_of
from shared.demo.population import Population
from shared.divisions import contains
from shared.store.store import Store
from shared.work import Reader
from tests.conftest import HUANGSHI
from tests.service.intake.bureau import PROJECT, Bureau
from tests.service.intake.expressions import ON, everybody, fill, numbers, truths

PEOPLE = 30


def by_database(column: Any, reader: Reader) -> dict[str, Any]:
    statement = select(col(Person.id), column).join(Household, col(Household.id) == Person.household_id)
    return {row[0].hex: row[1] for row in reader.rows(statement)}


def agree(store: Store, *, examples: int) -> None:
    """Database and library agree on random people about random criteria and scores."""
    store.run_now(partial(fill, PEOPLE))
    people = store.read_now(everybody)
    read_truth("true")  # the library raises Python's recursion limit at its first use, which hypothesis would take for ours

    @settings(max_examples=examples, deadline=None)
    @given(truths(), st.sampled_from(sorted(people)))
    def about_truths(text: str, key: str) -> None:
        node = accepted(text)
        found = store.read_now(partial(by_database, truth_of(node, ON)))
        assert bool(found[key]) == evaluate(text, people[key], ON)

    @settings(max_examples=examples, deadline=None)
    @given(numbers(), st.sampled_from(sorted(people)))
    def about_numbers(text: str, key: str) -> None:
        node = accepted(f"{text} == 0")
        found = store.read_now(partial(by_database, number_of(node.left, ON)))  # type: ignore[union-attr]  # the comparison just written
        assert int(found[key]) == evaluate(text, people[key], ON)

    about_truths()
    about_numbers()


def accepted(text: str) -> Node:
    """Random ones may be too long or count too far, which is refused: the others are the subject."""
    try:
        return read_truth(text)
    except CriterionRefused as refusal:
        assume("不超过" not in refusal.message and "可能超过" not in refusal.message)
        raise


def test_database_and_library_agree_on_everybody(bureau: Bureau) -> None:
    agree(bureau.office.store, examples=150)


def test_an_officer_sees_how_many_a_criterion_would_admit_before_using_it(bureau: Bureau) -> None:
    bureau.office.store.run_now(partial(fill, 5 * PEOPLE))
    terms: dict[str, Any] = {"expression": "age >= 60 && living_members == 1", "division": HUANGSHI, "reference_on": "2017-01-01"}

    found = bureau.officer.get("/api/v1/criteria/count", **terms)

    people = [person for person in bureau.office.store.read_now(everybody).values() if contains(HUANGSHI, person.division)]
    covered = [person for person in people if person.category in ALLOWANCE]
    assert found["people"] == len(covered)
    assert found["admitted"] == sum(evaluate(terms["expression"], person, ON) for person in covered) > 0
    assert found["conditions"] == ["周岁年龄不低于60", "实际居住人数为1"]


def test_a_wrong_criterion_is_refused_with_its_place(bureau: Bureau) -> None:
    terms: dict[str, Any] = {"expression": "age >= 60 && incom > 3", "division": HUANGSHI, "reference_on": "2017-01-01"}

    refused = bureau.officer.get("/api/v1/criteria/count", expect=422, **terms)

    assert "第 14 个字符“incom”" in refused["detail"]


@pytest.mark.parametrize("role", ["clerk", "reviewer", "approver", "surveyor", "auditor"])
def test_nobody_but_an_officer_counts_people_by_a_criterion(bureau: Bureau, role: str) -> None:
    terms: dict[str, Any] = {"expression": "age >= 60", "division": HUANGSHI, "reference_on": "2017-01-01"}

    bureau.office.as_(role).get("/api/v1/criteria/count", expect=403, **terms)


def test_nobody_counts_people_of_another_city(bureau: Bureau) -> None:
    terms: dict[str, Any] = {"expression": "age >= 60", "division": "429004000000", "reference_on": "2017-01-01"}

    bureau.officer.get("/api/v1/criteria/count", expect=404, **terms)


def test_a_programme_is_screened_by_a_criterion_that_an_officer_wrote(bureau: Bureau, people: Population) -> None:
    survey = bureau.survey(people)
    own = {"code": "H1", "name": "六十岁以上女性", "expression": 'age >= 60 && sex == "female"', "quota": 2, "reserve": 1}
    terms = {"project_id": str(PROJECT), "survey_id": survey, "name": "服务计划", "division": HUANGSHI, "seed": "种子 2016-12-22"}
    dates = {"reference_on": "2017-01-01", "top_up_until": "2017-03-31"}
    groups = [own, {"code": "G3", "quota": 2, "reserve": 1}]

    programme = bureau.officer.post("/api/v1/programmes", {**terms, **dates, "score": "age", "groups": groups}, on="2016-12-22")["id"]
    bureau.screen(programme)

    women = [
        birth
        for number in (row.身份证号 for row in people.allowance)
        if (birth := born(number)) <= date(1957, 1, 1) and int(number[16]) % 2 == 0
    ]
    shown = bureau.officer.get(f"/api/v1/programmes/{programme}")["groups"][0]
    assert (shown["eligible"], shown["criterion"]) == (len(women), "H1 六十岁以上女性：周岁年龄不低于60，性别为女")
    assert bureau.officer.get(f"/api/v1/programmes/{programme}/proof")["matches"]
    assert max(each["score"] for each in bureau.candidates(programme, "listed") if each["group"] == "H1") == max(
        age_on(each, ON) for each in women
    )


def born(number: str) -> date:
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
