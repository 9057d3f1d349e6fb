"""One person signed in at one service, with nothing but its public HTTP interface."""

from collections.abc import Iterator
from time import monotonic, sleep
from typing import Any, Final
from uuid import uuid4

from httpx import Client, HTTPError, Response

from shared.clock import ACTED_ON
from shared.demo.paper import paper

TRY_FOR_SECONDS: Final = 30.0
PAGE: Final = 200
UNAVAILABLE: Final = 503


class NotAsTold(RuntimeError):
    """A service refused, or answered otherwise than, what the story needs."""


class Refused(NotAsTold):
    """A service refused an act."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class Desk:
    """Sends what a person does on a day, and reads what the person may read. The trace of the play goes with every request."""

    def __init__(self, http: Client, name: str, token: str = "", *, patience: float = 1) -> None:
        """`patience` multiplies how long a service may be away before the story fails."""
        self.name = name
        self._try_for = TRY_FOR_SECONDS * patience
        self._http = http
        self._token = token

    def post(self, path: str, body: Any = None, *, on: str = "") -> Any:
        """An act on a day (`YYYY-MM-DD`; none for what is no official act). Sent again with the same key while the service is busy."""
        headers = {"Idempotency-Key": str(uuid4())} | ({ACTED_ON: on} if on else {})
        return self._send("POST", path, headers=headers, json={} if body is None else body).json()

    def upload(self, name: str, content: bytes, *, on: str) -> str:
        """Hand in a file; returns its id."""
        headers = {"Idempotency-Key": str(uuid4()), ACTED_ON: on}
        answer = self._send("POST", "/api/v1/files", headers=headers, files={"file": (name, content)})
        return str(answer.json()["id"])

    def hand_in(self, title: str, *, on: str) -> str:
        """Hand in a paper; returns the id of its file."""
        return self.upload(f"{title}.pdf", paper(title), on=on)

    def get(self, path: str, *, seen_on: str = "", **query: Any) -> Any:
        """What the person reads; on a day of the story, or as things are."""
        headers = {ACTED_ON: seen_on} if seen_on else {}
        return self._send("GET", path, headers=headers, params={key: value for key, value in query.items() if value is not None}).json()

    def every(self, path: str, **query: Any) -> Iterator[Any]:
        """All items of a list, page by page."""
        after: str | None = None
        while True:
            page = self.get(path, **query, after=after, limit=PAGE)
            yield from page["items"]
            after = page["next"]
            if after is None:
                return

    def _send(self, method: str, path: str, *, headers: dict[str, str], **arguments: Any) -> Response:
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        deadline = monotonic() + self._try_for
        while True:
            try:
                answer = self._http.request(method, path, headers=headers, **arguments)
            except HTTPError as fault:
                if monotonic() > deadline:
                    raise NotAsTold(f"{self.name}：{method} {path} 没有回音：{fault!r}") from fault
                sleep(0.2)
                continue
            if answer.status_code == UNAVAILABLE and monotonic() < deadline:
                sleep(float(answer.headers.get("Retry-After", "1")) / 4)
                continue
            if answer.is_success:
                return answer
            raise Refused(f"{self.name}：{method} {path} → {answer.status_code} {_said(answer)}", answer.status_code)


def _said(answer: Response) -> str:
    """What a problem says: its sentence, then each fault with its field and rule."""
    try:
        problem = answer.json()
    except ValueError:
        return answer.text[:500]
    faults = (f"{fault.get('field', '')} {fault.get('rule', '')} {fault.get('message', '')}" for fault in problem.get("errors", []))
    return " ".join([problem.get("detail") or problem.get("title") or str(problem), *faults])
