"""A service that runs in several processes, reached as through a load balancer: in turn, and past a door that is closed."""

from collections.abc import Mapping, Sequence
from itertools import count

from httpx import URL, BaseTransport, ConnectError, HTTPTransport, Limits, Request, Response

Endpoints = Mapping[str, str | Sequence[str]]
"""Service → its address, or the addresses of its processes."""


class Doors(BaseTransport):
    """Sends each request to the next address. Only a door that nobody opens is passed by: a request that went in is not repeated here."""

    def __init__(self, addresses: Sequence[str], *, max_connections: int) -> None:
        self._doors = [URL(address) for address in addresses]
        self._transport = HTTPTransport(limits=Limits(max_connections=max_connections * len(addresses)), trust_env=False)
        self._turn = count()

    def handle_request(self, request: Request) -> Response:
        first = next(self._turn)
        for number in range(len(self._doors)):
            door = self._doors[(first + number) % len(self._doors)]
            request.url = request.url.copy_with(host=door.host, port=door.port)
            try:
                return self._transport.handle_request(request)
            except ConnectError:
                if number == len(self._doors) - 1:
                    raise
        raise ConnectError("there is no door", request=request)

    def close(self) -> None:
        self._transport.close()
