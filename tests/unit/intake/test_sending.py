"""A receiver that never comes to an end is cut off; what counts is the status that it gave, if it gave one."""

import socket
import threading
import time
from collections.abc import Iterator
from typing import Final

import pytest

from services.intake.dci import sending

WITH_STATUS: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n"


@pytest.fixture
def dripping(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a server that begins so, then says a little now and then, and never all."""
    is_over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connected, _ = listening.accept()
            with connected:
                connected.sendall(request.param)
                while not is_over.wait(0.05):
                    try:
                        connected.sendall(b"x")
                    except OSError:
                        return

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        is_over.set()
        thread.join()


@pytest.mark.parametrize(("dripping", "is_taken"), [(WITH_STATUS, True), (b"HTTP/1.1 2", False)], indirect=["dripping"])
def test_receiver_that_drips_is_cut_off(dripping: str, is_taken: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "SECONDS_IN_ALL", 0.5)
    began = time.monotonic()

    found = sending.deliver(dripping, {}, may_be_inside=True)

    assert (not found.problem, found.is_final) == (is_taken, False)
    assert time.monotonic() - began < 5
