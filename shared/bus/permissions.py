"""What each user of the bus may do, made from the topology: a service speaks for itself, reads its own places, and no more.

The server holds to it (`qiao bus config`), so that a service that was taken over can neither speak for another, nor read what is
not meant for it, nor delete anything. What it says is still checked by who hears it (`Misdirected`, `Unreadable`).
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shared.bus.topology import Topology, inbox_of, stream_of

OPERATOR = "operator"
"""Who makes streams and consumers and deals with dead letters. It cannot speak for a service."""
ANSWER_WITHIN = "10s"


@dataclass(frozen=True, slots=True)
class Permissions:
    """Subjects, in the words of NATS; everything else is refused."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]
    answers: bool = False
    """May answer once, where the question says."""


def permissions(topology: Topology) -> Mapping[str, Permissions]:
    """User → what it may do: one for each service, and the operator."""
    return {service: _of_service(topology, service) for service in topology.services} | {OPERATOR: _of_operator()}


def _of_service(topology: Topology, service: str) -> Permissions:
    questions = [question for asked in topology.asked.values() for question in asked if question.split(".")[1] == service]
    publish = (
        f"ev.{service}.>",
        f"$JS.API.STREAM.INFO.{stream_of(service)}",
        *(subject for consumer in topology.consumers(service) for subject in _of_consumer(consumer.stream, consumer.name)),
        *(f"dlq.{consumer.name}" for consumer in topology.consumers(service)),
        *topology.asked.get(service, ()),
    )
    return Permissions(publish, (f"{inbox_of(service)}.>", *(f"{question} {service}" for question in questions)), bool(questions))


def _of_consumer(stream: str, consumer: str) -> Iterator[str]:
    yield f"$JS.API.CONSUMER.INFO.{stream}.{consumer}"
    yield f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"
    yield f"$JS.API.CONSUMER.RESET.{stream}.{consumer}"
    yield f"$JS.ACK.{stream}.{consumer}.>"
    yield f"$JS.ACK.*.*.{stream}.{consumer}.>"  # with the domain and account that newer servers and leaf nodes put before it


def _of_operator() -> Permissions:
    return Permissions(("$JS.API.>", "retry.>"), (f"{inbox_of(OPERATOR)}.>",))


def configuration(topology: Topology, hashes: Mapping[str, str]) -> str:
    """The users in the form of nats-server, to be included in its configuration. `hashes`: user → bcrypt hash of its password."""
    users = "\n".join(_user(name, hashes[name], each) for name, each in permissions(topology).items())
    return f"# Made by `qiao bus config`; make it anew after an upgrade.\nauthorization {{\n  users: [\n{users}\n  ]\n}}\n"


def _user(name: str, digest: str, allowed: Permissions) -> str:
    answers = f', allow_responses: {{ max: 1, expires: "{ANSWER_WITHIN}" }}' if allowed.answers else ""
    publish, subscribe = json.dumps(allowed.publish), json.dumps(allowed.subscribe)
    return (
        f"    {{ user: {json.dumps(name)}, password: {json.dumps(digest)},\n"
        f"      permissions: {{ publish: {{ allow: {publish} }},\n"
        f"                     subscribe: {{ allow: {subscribe} }}{answers} }} }}"
    )
