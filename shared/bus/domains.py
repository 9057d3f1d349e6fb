"""A department whose line may be cut has a server of its own, a leaf with its own JetStream domain, and works on meanwhile.

Each stream has one home, where it is written; where it is read in another domain, a mirror follows it, which catches up when the
line is back. A service speaks into its own domain and reads there, and knows nothing of all this.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from shared.bus.topology import DEAD_STREAM, Consumer, Stream, Topology, stream_of

HUB = "hub"
"""The domain that everybody without a leaf is in. The domain of a leaf has the name of its service."""


@dataclass(frozen=True, slots=True)
class Domain:
    """What is to be made on the server of one domain."""

    streams: tuple[Stream, ...]
    mirrors: Mapping[str, str]
    """Stream → the domain that it has its home in, where that is another."""
    consumers: tuple[Consumer, ...]


def whole(topology: Topology) -> Domain:
    """A bus without leaves."""
    return hub(topology, ())


def hub(topology: Topology, leaves: Collection[str]) -> Domain:
    """The middle of a bus on which the named services have leaves."""
    return Domain(
        tuple(topology.streams()),
        {stream_of(service): service for service in leaves},
        tuple(consumer for service in topology.services if service not in leaves for consumer in topology.consumers(service)),
    )


def leaf(topology: Topology, service: str) -> Domain:
    """The part of one service: what it says, what it hears, and its dead letters."""
    consumers = tuple(topology.consumers(service))
    wanted = {stream_of(service), DEAD_STREAM, *(consumer.stream for consumer in consumers)}
    return Domain(
        tuple(stream for stream in topology.streams() if stream.name in wanted),
        {name: HUB for name in sorted(wanted - {stream_of(service), DEAD_STREAM})},
        consumers,
    )
