"""docs/asyncapi.json is AsyncAPI 3.0, in step with what is declared, and describes what the kernel really sends.

`asyncapi/3.0.0.json` is the specification's own schema, from the npm package @asyncapi/specs 6.11.1 (Apache-2.0).
"""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from jsonschema import Draft7Validator  # type: ignore[import-untyped]  # it brings no types

from shared.bus.asyncapi import asyncapi_text
from shared.bus.cloudevents import Said, to_message
from shared.bus.topology import QIAO
from shared.cli.installed import load_services
from shared.events import Event, event_types, request_types
from shared.events.contract import ASYNCAPI
from shared.events.evaluation import DimensionScore, RoundScored
from shared.events.intake import RecipientWithdrawn

Document = dict[str, Any]

SPECIFICATION = Draft7Validator(json.loads((Path(__file__).parent / "asyncapi" / "3.0.0.json").read_text("utf-8")))
DOCUMENT: Document = json.loads(ASYNCAPI.read_text("utf-8"))
TRACE = {"traceparent": f"00-{uuid4().hex}-{uuid4().hex[:16]}-01"}


def test_the_document_is_in_step_with_what_is_declared() -> None:
    assert ASYNCAPI.read_text("utf-8") == asyncapi_text(), "run: python -m shared.events.contract"


def test_the_document_is_valid() -> None:
    assert [f"{list(fault.path)}: {fault.message}" for fault in SPECIFICATION.iter_errors(DOCUMENT)] == []


def _without_version(document: Document) -> None:
    del document["info"]["version"]


def _with_an_unknown_action(document: Document) -> None:
    next(iter(document["operations"].values()))["action"] = "shout"


def _with_a_server_without_protocol(document: Document) -> None:
    del document["servers"]["city"]["protocol"]


def _with_a_foreign_field_in_the_binding(document: Document) -> None:
    document["operations"]["intake.answers.req.intake.dossier.v1"]["bindings"]["nats"]["durable"] = "no such field"


@pytest.mark.parametrize(
    "spoil", [_without_version, _with_an_unknown_action, _with_a_server_without_protocol, _with_a_foreign_field_in_the_binding]
)
def test_the_specification_refuses_a_spoilt_document(spoil: Callable[[Document], None]) -> None:
    spoilt = deepcopy(DOCUMENT)
    spoil(spoilt)

    assert not SPECIFICATION.is_valid(spoilt)


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from ([value["$ref"]] if isinstance(value.get("$ref"), str) else [])
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_every_reference_leads_to_a_place_in_the_document() -> None:
    for reference in set(references(DOCUMENT)):
        place: Any = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            assert step in place, reference
            place = place[step]


def test_there_is_a_channel_for_every_subject_and_for_every_answer() -> None:
    addresses = {name: channel["address"] for name, channel in DOCUMENT["channels"].items()}

    assert addresses == {subject: subject for subject in [*event_types(), *request_types()]} | {
        f"answer.{subject}": None for subject in request_types()
    }


def test_each_service_says_hears_asks_and_answers_what_its_code_does() -> None:
    operations = set(DOCUMENT["operations"])

    assert {name for name in operations if ".says." in name} == {f"{subject.split('.')[1]}.says.{subject}" for subject in event_types()}
    for service in load_services():
        assert {f"{service.name}.hears.{reaction.event.subject}" for reaction in service.reactions} <= operations
        assert {name for name in operations if name.startswith(f"{service.name}.answers.")} == {
            f"{service.name}.answers.{answer.request.subject}" for answer in service.answers
        }


def test_what_a_reader_hears_names_its_place_on_the_server() -> None:
    consumers = {consumer.name: (consumer.stream, list(consumer.subjects)) for consumer in QIAO.consumers()}
    heard = [operation for name, operation in DOCUMENT["operations"].items() if ".hears." in name]

    for place in (operation["x-jetstream"] for operation in heard):
        assert consumers[place["durable"]] == (place["stream"], place["filters"])
    assert {place["x-jetstream"]["durable"] for place in heard} == {name for name in consumers if not name.endswith("-retry")}


# what is really sent


WITHDRAWN = RecipientWithdrawn(
    recipient_id=uuid4(), programme_id=uuid4(), contract_id=uuid4(), withdrawn_on=date(2016, 9, 1), reason="moved"
)
SCORED = RoundScored(
    round_id=uuid4(),
    contract_id=uuid4(),
    project_id=uuid4(),
    kind="mid",
    scored_on=date(2016, 12, 1),
    dimensions=(DimensionScore(code="D1", name="服务对象", score="88.5", weight=30, weighted="26.55", sheets=40),),
    composite="88.5",
    band="良好",
    satisfaction="0.93",
    sampled=40,
    answered=38,
    scheme_hash="0" * 64,
    appeal_until=date(2016, 12, 8),
)


def sent(event: Event, division: str | None = "420200000000") -> tuple[dict[str, str], Any]:
    """Headers and body of the message that the relay makes of it."""
    entity, entity_id = event.aggregate
    message = to_message(
        Said(
            7,
            uuid4(),
            entity,
            entity_id,
            event.subject,
            event.model_dump_json(),
            datetime.now(UTC),
            date(2016, 9, 1),
            division,
            None,
            False,
        ),
        traceparent=TRACE if division else {},
    )
    return message.headers, json.loads(message.body)


def described(subject: str, what: str) -> Draft7Validator:
    schema = {"$ref": f"#/components/messages/{subject}/{what}", "components": DOCUMENT["components"]}
    return Draft7Validator(schema, format_checker=Draft7Validator.FORMAT_CHECKER)


@pytest.mark.parametrize("event", [WITHDRAWN, SCORED], ids=lambda event: event.subject)
@pytest.mark.parametrize("division", ["420200000000", None])
def test_what_the_relay_sends_is_what_the_document_describes(event: Event, division: str | None) -> None:
    headers, body = sent(event, division)

    described(event.subject, "headers").validate(headers)
    described(event.subject, "payload").validate(body)


@pytest.mark.parametrize("missing", ["ce-id", "ce-type", "ce-businesstime", "ce-sequence", "content-type", "Nats-Msg-Id"])
def test_a_message_without_a_needed_header_is_not_what_the_document_describes(missing: str) -> None:
    headers, _ = sent(WITHDRAWN)

    assert not described(WITHDRAWN.subject, "headers").is_valid({name: value for name, value in headers.items() if name != missing})


def test_a_message_of_another_subject_or_shape_is_not_what_the_document_describes() -> None:
    headers, body = sent(WITHDRAWN)

    assert not described(SCORED.subject, "headers").is_valid(headers)
    assert not described(WITHDRAWN.subject, "payload").is_valid({**body, "reason": "because"})
    assert not described(SCORED.subject, "payload").is_valid(body)


def test_the_question_is_described_as_it_is_put() -> None:
    dossier = request_types()["req.intake.dossier.v1"]
    question: Document = {name: str(UUID(int=1)) for name in ("recipient_id", "contract_id", "case_id", "worker_id")}
    question |= {"actor": "w1", "purpose": "visit", "asked_on": "2016-09-01", "reply_key": "AAAA"}

    assert dossier.model_validate(question)
    described(dossier.subject, "payload").validate(question)
    assert not described(dossier.subject, "payload").is_valid({**question, "purpose": "curiosity"})
