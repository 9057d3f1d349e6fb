"""The topology is what the services really hear, and what a server can keep."""

import pytest

from shared.bus.topology import BATCH, MAX_ACK_PENDING, QIAO, Consumer, Topology
from shared.cli.installed import load_services
from shared.events import event_types, request_types


def test_the_topology_is_what_the_services_react_to() -> None:
    heard: dict[str, dict[str, set[str]]] = {}
    for service in load_services():
        for reaction in service.reactions:
            _, publisher, entity, *_ = reaction.event.subject.split(".")
            heard.setdefault(service.name, {}).setdefault(publisher, set()).add(entity)

    assert {reader: {publisher: set(entities) for publisher, entities in hears.items()} for reader, hears in QIAO.heard.items()} == heard


def test_every_question_has_somebody_who_puts_it_and_the_one_who_answers_it() -> None:
    answered = {(service.name, answer.request.subject) for service in load_services() for answer in service.answers}
    putting = {
        (service.name, subject)
        for service in load_services()
        for subject, request in request_types().items()
        for source in service.folder.rglob("*.py")
        if f"{request.__name__}(" in source.read_text("utf-8")
    }

    assert answered == {(subject.split(".")[1], subject) for subject in request_types()}
    assert putting == {(asker, subject) for asker, subjects in QIAO.asked.items() for subject in subjects}


def test_every_filter_meets_an_event_that_exists() -> None:
    said = {tuple(subject.split(".")[1:3]) for subject in event_types()}
    filters = {(publisher, entity) for hears in QIAO.heard.values() for publisher, entities in hears.items() for entity in entities}

    assert filters <= said


def test_each_publisher_has_a_stream_and_the_dead_have_theirs() -> None:
    assert {stream.name: stream.subjects for stream in QIAO.streams()} == {
        "CASEWORK": ("ev.casework.>",),
        "DISCLOSURE": ("ev.disclosure.>",),
        "EVALUATION": ("ev.evaluation.>",),
        "INTAKE": ("ev.intake.>",),
        "PROCUREMENT": ("ev.procurement.>",),
        "DLQ": ("dlq.>", "retry.>"),
    }


def test_a_reader_has_one_place_per_publisher_and_one_for_what_is_sent_once_more() -> None:
    assert [(consumer.name, consumer.stream, consumer.subjects) for consumer in QIAO.consumers("casework")] == [
        ("casework-procurement", "PROCUREMENT", ("ev.procurement.contract.>", "ev.procurement.project.>")),
        ("casework-intake", "INTAKE", ("ev.intake.recipient.>", "ev.intake.need.>")),
        ("casework-retry", "DLQ", ("retry.casework-procurement.>", "retry.casework-intake.>")),
    ]


def test_a_service_that_hears_nobody_has_no_consumer() -> None:
    assert list(Topology(heard={"alone": {}}).consumers()) == []


@pytest.mark.parametrize("consumer", list(QIAO.consumers()), ids=lambda consumer: consumer.name)
def test_no_filter_is_finer_than_an_entity(consumer: Consumer) -> None:
    assert all(subject.endswith(".>") for subject in consumer.subjects)


def test_a_batch_fits_into_what_may_be_unacknowledged() -> None:
    """With more, the server hands over one message a second (engineering facts 11)."""
    assert BATCH <= MAX_ACK_PENDING
