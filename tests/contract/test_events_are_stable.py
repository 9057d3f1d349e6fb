"""The contract between departments: what was released keeps its shape, and says nothing about a person."""

import json
import re
from typing import Any

import pytest

from shared.events import Event, event_types, schema_of
from shared.events.contract import DOCUMENT, SCHEMAS, breaking_changes, document, schema_file, schema_text

EVENTS = list(event_types().values())

PERSONAL = {
    "name",
    "names",
    "person_id",
    "identity_number",
    "id_no",
    "phone",
    "address",
    "illness",
    "disease",
    "disability",
    "birth",
    "born_on",
    "card_no",
}
PUBLIC_NAMES = {
    ("GroupPlan", "name"),
    ("SchemeDimension", "name"),
    ("SchemeBand", "name"),
    ("DimensionScore", "name"),
    ("ContextFigure", "name"),
}
"""Names of groups, dimensions, bands and figures, which belong to nobody."""


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.subject)
def test_event_has_its_checked_in_schema(event: type[Event]) -> None:
    assert schema_file(event).read_text("utf-8") == schema_text(event), "run: python -m shared.events.contract"


def test_no_schema_is_left_of_an_event_that_is_gone() -> None:
    assert {path.name for path in SCHEMAS.glob("*.json")} == {schema_file(event).name for event in EVENTS}


def test_document_is_in_step_with_the_docstrings() -> None:
    assert DOCUMENT.read_text("utf-8") == document(), "run: python -m shared.events.contract"


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.subject)
def test_event_says_what_it_means_and_what_it_is_about(event: type[Event]) -> None:
    head, service, entity, fact, major = event.subject.split(".")

    assert (head, event.__module__) == ("ev", f"shared.events.{service}")
    assert all((entity, fact))
    assert re.fullmatch(r"v\d+", major)
    assert event.aggregate_id in event.model_fields
    assert event.__doc__ != Event.__doc__
    assert (event.__doc__ or "").strip()


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.subject)
def test_event_has_no_field_for_a_person(event: type[Event]) -> None:
    schema = schema_of(event)
    fields = [(event.__name__, name) for name in schema["properties"]]
    fields += [(part, name) for part, definition in schema.get("$defs", {}).items() for name in definition.get("properties", {})]

    assert not [field for field in fields if field[1] in PERSONAL and field not in PUBLIC_NAMES]


OLD: dict[str, Any] = {"properties": {"id": {"type": "string"}, "kind": {"enum": ["a"], "type": "string"}}, "required": ["id"]}


@pytest.mark.parametrize(
    ("new", "fault"),
    [
        ({"properties": {"kind": OLD["properties"]["kind"]}, "required": []}, "id is gone"),
        ({"properties": {**OLD["properties"], "id": {"type": "integer"}}, "required": ["id"]}, "id changed"),
        ({"properties": {**OLD["properties"], "more": {"type": "string"}}, "required": ["id", "more"]}, "more became required"),
        ({"properties": {**OLD["properties"], "kind": {"enum": ["b"], "type": "string"}}, "required": ["id"]}, "kind changed"),
    ],
)
def test_a_breaking_edit_is_found(new: dict[str, object], fault: str) -> None:
    found = list(breaking_changes(OLD, new))

    assert len(found) == 1
    assert found[0].startswith(fault)


def test_an_optional_addition_is_allowed() -> None:
    new = json.loads(json.dumps(OLD))
    new["properties"]["more"] = {"type": "string", "default": ""}
    new["properties"]["kind"]["enum"].append("b")

    assert list(breaking_changes(OLD, new)) == []
