"""A ministry's own server, for the tests: what it was sent, and what it says."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from tests.service.intake.ministry import now

PATIENCE: Final = 60


class Receiver:
    """A ministry's server: keeps what it is sent; `answers` are the statuses to give, the last for ever."""

    def __init__(self) -> None:
        self.got: list[tuple[str, Any]] = []
        self.answers: list[int] = [200]
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status = receiver.answers.pop(0) if len(receiver.answers) > 1 else receiver.answers[0]
                receiver.got.append((self.path, body))
                said = json.dumps({"message": {"ack_status": "ACK", "timestamp": now(), "correlation_id": "1"}}).encode()
                self.send_response(status)
                if status in (301, 307):
                    self.send_header("Location", f"{receiver.origin}/elsewhere")
                self.send_header("Content-Length", str(len(said)))
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def until(self, count: int) -> list[tuple[str, Any]]:
        deadline = time.monotonic() + PATIENCE
        while len(self.got) < count:
            assert time.monotonic() < deadline, self.got
            time.sleep(0.02)
        return self.got

    def only(self) -> tuple[str, Any]:
        return self.until(1)[0]
