"""What each user of the bus may do, made from the topology: a service speaks for itself, reads its own places, and no more.

The server holds to it (`qiao bus config`), so that a service that was taken over can neither speak for another, nor read what is
not meant for it, nor delete anything. What it says is still checked by who hears it (`Misdirected`, `Unreadable`).
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from shared.bus.domains import HUB, leaf
from shared.bus.topology import Topology, inbox_of, stream_of

OPERATOR = "operator"
"""Who makes streams and consumers and deals with dead letters. It cannot speak for a service."""
ANSWER_WITHIN = "10s"
_FOLLOWING = ("$JS.M.>", "$JS.S.>", "$JS.FC.>", "$JSC.R.>", "_INBOX.>", "_R_.>")
"""What servers say to each other when one follows a stream of the other."""


@dataclass(frozen=True, slots=True)
class Permissions:
    """Subjects, in the words of NATS; everything else is refused."""

    publish: tuple[str, ...]
    subscribe: tuple[str, ...]
    answers: bool = False
    """May answer once, where the question says."""
    deaf_to: tuple[str, ...] = ()
    """Of what it may subscribe to, what it may not."""


def permissions(topology: Topology, leaves: Collection[str] = ()) -> Mapping[str, Permissions]:
    """User → what it may do: one for each service, the operator, and the line of each department that has a leaf."""
    services = {service: _of_service(topology, service) for service in topology.services}
    return services | {OPERATOR: _of_operator()} | {f"leaf-{service}": _of_leaf(topology, service) for service in leaves}


def _of_service(topology: Topology, service: str) -> Permissions:
    questions = _questions_to(topology, service)
    publish = (
        f"ev.{service}.>",
        f"$JS.API.STREAM.INFO.{stream_of(service)}",
        *(subject for consumer in topology.consumers(service) for subject in _of_consumer(consumer.stream, consumer.name)),
        *(f"dlq.{consumer.name}" for consumer in topology.consumers(service)),
        *topology.asked.get(service, ()),
    )
    return Permissions(publish, (f"{inbox_of(service)}.>", *(f"{question} {service}" for question in questions)), bool(questions))


def _questions_to(topology: Topology, service: str) -> list[str]:
    return [question for asked in topology.asked.values() for question in asked if question.split(".")[1] == service]


def _of_consumer(stream: str, consumer: str) -> Iterator[str]:
    yield f"$JS.API.CONSUMER.INFO.{stream}.{consumer}"
    yield f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"
    yield f"$JS.API.CONSUMER.RESET.{stream}.{consumer}"
    yield f"$JS.ACK.{stream}.{consumer}.>"
    yield f"$JS.ACK.*.*.{stream}.{consumer}.>"  # with the domain and account that newer servers and leaf nodes put before it


def _of_operator() -> Permissions:
    return Permissions(("$JS.API.>", "retry.>"), (f"{inbox_of(OPERATOR)}.>",))


def _of_leaf(topology: Topology, service: str) -> Permissions:
    """Over its line a leaf follows the streams that its service hears, lets its own be followed, and asks and answers."""
    part = leaf(topology, service)
    follows = [subject for stream in part.mirrors for subject in _to_follow(HUB, stream)]
    others = [stream for stream in topology.streams() if stream not in part.streams]
    inboxes = [f"{inbox_of(other)}.>" for other in (*topology.services, OPERATOR) if other != service]
    answered = _questions_to(topology, service)
    askers = (asker for asker, asked in topology.asked.items() if set(asked) & set(answered))
    return Permissions(
        (f"ev.{service}.>", *follows, *_FOLLOWING, *topology.asked.get(service, ()), *(f"{inbox_of(asker)}.>" for asker in askers)),
        (">",),
        deaf_to=(*(subject for stream in others for subject in stream.subjects), *inboxes),
    )


def _to_follow(domain: str, stream: str) -> tuple[str, str]:
    """What a server asks another for when it begins to follow a stream there."""
    return f"$JS.{domain}.API.CONSUMER.CREATE.{stream}", f"$JS.{domain}.API.CONSUMER.CREATE.{stream}.>"


def configuration(topology: Topology, hashes: Mapping[str, str], leaves: Collection[str] = ()) -> str:
    """The users in the form of nats-server, to be included in its configuration. `hashes`: user → bcrypt hash of its password."""
    users = "\n".join(_user(name, hashes[name], each) for name, each in permissions(topology, leaves).items())
    return f"# Made by `qiao bus config`; make it anew after an upgrade.\nauthorization {{\n  users: [\n{users}\n  ]\n}}\n"


def _user(name: str, digest: str, allowed: Permissions) -> str:
    answers = f', allow_responses: {{ max: 1, expires: "{ANSWER_WITHIN}" }}' if allowed.answers else ""
    publish, subscribe = json.dumps(allowed.publish), json.dumps(allowed.subscribe)
    deaf = f", deny: {json.dumps(allowed.deaf_to)}" if allowed.deaf_to else ""
    return (
        f"    {{ user: {json.dumps(name)}, password: {json.dumps(digest)},\n"
        f"      permissions: {{ publish: {{ allow: {publish} }},\n"
        f"                     subscribe: {{ allow: {subscribe}{deaf} }}{answers} }} }}"
    )
