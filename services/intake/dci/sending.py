"""Bringing one answer to a partner: the address is resolved once, checked, and connected to as resolved; redirects are not followed."""

import json
import ssl
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from socket import IPPROTO_TCP, SHUT_RDWR, create_connection, getaddrinfo, socket
from threading import Timer
from typing import Any, Final
from urllib.parse import urlsplit

from shared.sentences import S_

SECONDS: Final = 8
"""To connect, to agree on TLS, and for each thing said after that."""
SECONDS_IN_ALL: Final = 10
"""Once connected: a receiver that says a little now and then is cut off. All together is less than the lease of a callback."""
LONGEST_ANSWER: Final = 65_536
WORTH_ANOTHER_TRY: Final = frozenset({408, 425, 429})
PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Delivery:
    """How it went. `is_final`: another try would go no other way."""

    problem: str = ""
    is_final: bool = False


def deliver(address: str, body: dict[str, Any], *, may_be_inside: bool) -> Delivery:
    """Post a message. Blocks, for half a minute at most."""
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    try:
        connection = _connection(parts.scheme, host, port, may_be_inside=may_be_inside)
    except (OSError, UnicodeError) as fault:  # a name that cannot be one is no fault of the network
        return Delivery(S_("地址无法解析（{name}）", name=type(fault).__name__))
    if connection is None:
        return Delivery(S_("地址指向内部网络，不予发送"), is_final=True)
    try:
        connection.connect()
        cut = Timer(SECONDS_IN_ALL, _cut, (connection.sock,))
    except OSError as fault:
        return Delivery(S_("无法送达（{name}）", name=type(fault).__name__))
    try:
        cut.start()
        sent = json.dumps(body, ensure_ascii=False).encode()
        connection.request("POST", parts.path or "/", sent, {"Content-Type": "application/json", "Accept": "application/json"})
        answer = connection.getresponse()
        return _judged(answer.status, answer.read(LONGEST_ANSWER))
    except (OSError, HTTPException) as fault:
        return Delivery(S_("无法送达（{name}）", name=type(fault).__name__))
    finally:
        cut.cancel()
        connection.close()


def _cut(connected: socket) -> None:
    """Whoever waits for it is told that the other side has gone. Not by a TLS socket's own method, which another thread is using."""
    with suppress(OSError):
        socket.shutdown(connected, SHUT_RDWR)


def _connection(scheme: str, host: str, port: int, *, may_be_inside: bool) -> HTTPConnection | None:
    """To the first address of the host, if all of its addresses may be called; the name is not looked up again when it connects."""
    found = [str(each[4][0]) for each in getaddrinfo(host, port, proto=IPPROTO_TCP)]
    if not may_be_inside and not all(ip_address(each.partition("%")[0]).is_global for each in found):
        return None
    return _PinnedTls(host, port, found[0]) if scheme == "https" else _Pinned(host, port, found[0])


class _Pinned(HTTPConnection):
    def __init__(self, host: str, port: int, address: str) -> None:
        super().__init__(host, port, timeout=SECONDS)
        self._address = address

    def connect(self) -> None:
        self.sock = create_connection((self._address, self.port), SECONDS)


class _PinnedTls(HTTPSConnection):
    def __init__(self, host: str, port: int, address: str) -> None:
        self._tls = ssl.create_default_context()
        super().__init__(host, port, timeout=SECONDS, context=self._tls)
        self._address = address

    def connect(self) -> None:
        plain: socket = create_connection((self._address, self.port), SECONDS)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)


def _judged(status: int, answer: bytes) -> Delivery:
    if 200 <= status < 300:
        return Delivery(S_("对方答复不能处理（ERR）"), is_final=True) if _ack(answer) == "ERR" else Delivery()
    return Delivery(S_("对方答复 {status}", status=status), is_final=status < 500 and status not in WORTH_ANOTHER_TRY)


def _ack(answer: bytes) -> str:
    """ACK, NACK or ERR; "" where the receiver says nothing of the kind."""
    try:
        said = json.loads(answer)
        return str(said["message"]["ack_status"])
    except (ValueError, KeyError, TypeError):
        return ""
