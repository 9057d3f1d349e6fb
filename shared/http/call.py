"""One authenticated request: who asks, on which business date, and the two things a route does with it.

call.act(action, …)      a command: one unit, idempotent by its key, recorded as an act
call.read(query, …)      a question: one snapshot
call.submit(form, …)     the command of a page, whose form carries the key in a hidden field
call.find(query, …)      the question of a page
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import BaseModel
from pydantic_core import from_json, to_json
from sqlalchemy import select

from shared.access import Actor
from shared.clock import ACTED_ON, Clock
from shared.errors import Malformed
from shared.http import idempotency
from shared.inject import wanted
from shared.work import Reader, Work

T = TypeVar("T")

if TYPE_CHECKING:
    from shared.service import Runtime

KEY_HEADER = "Idempotency-Key"
ACTED_ON_COOKIE = "qiao_acted_on"
"""The day chosen on the pages, in rehearsal."""
KEY_FIELD = "key"
"""Hidden field of every form: a UUID made when the page was drawn."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: str
    is_repeat: bool = False


def fields(body: BaseModel) -> dict[str, Any]:
    """The fields of a request body as keyword arguments of an action; nested models stay models."""
    return {name: getattr(body, name) for name in type(body).model_fields}


def render(value: Any) -> str:
    """An action's result as JSON: an id becomes `{"id": …}`, nothing becomes `{}`."""
    if isinstance(value, UUID):
        value = {"id": value}
    elif value is None:
        value = {}
    elif isinstance(value, str | int):
        value = {"value": value}
    return to_json(value).decode()


def acted_on(request: Request, clock: Clock) -> date | None:
    """The day that a request names, in rehearsal: a program by its header, a reader of pages by a choice made before."""
    if (header := request.headers.get(ACTED_ON)) is not None:
        return clock.acted_on(header)
    if clock.rehearsal and (chosen := request.cookies.get(ACTED_ON_COOKIE)):
        with suppress(Malformed):  # an old cookie must not keep anybody from choosing another day
            return clock.acted_on(chosen)
    return None


class Call:
    def __init__(self, runtime: "Runtime", request: Request, actor: Actor) -> None:
        self.runtime = runtime
        self.request = request
        self.actor = actor
        self.content: bytes | None = None
        """What stands for the body where it was read as a form already, e.g. the hash of an uploaded file."""
        self.acted_on = acted_on(request, runtime.clock)
        self.today: date = self.acted_on or runtime.clock.today()

    async def act(self, action: Callable[..., Any], *args: Any, **arguments: Any) -> Response:
        """Run an action as one unit. The same `Idempotency-Key` again gives the same answer and does nothing."""
        answer = await self._decide(self.request.headers.get(KEY_HEADER), partial(action, *args, **arguments), action.__name__)
        headers = {"Idempotency-Replayed": "true"} if answer.is_repeat else {}
        return Response(answer.body, status_code=answer.status, media_type="application/json", headers=headers)

    async def submit(self, form: Mapping[str, str], action: Callable[..., Any], *args: Any, **arguments: Any) -> Any:
        """Run an action as one unit; gives its result as JSON has it. Sent twice, the same form is one act."""
        if self.content is None:
            self.content = to_json(dict(form))
        answer = await self._decide(form.get(KEY_FIELD), partial(action, *args, **arguments), action.__name__)
        return from_json(answer.body)

    async def _decide(self, key_given: str | None, action: "partial[Any]", name: str) -> Answer:
        key = f"{self.actor.account}:{idempotency.key_of(key_given)}"
        request_hash = await self._fingerprint()
        status = getattr(self.request.scope.get("route"), "status_code", None) or 200

        def unit(work: Work) -> Answer:
            return self._once(work, key=key, request_hash=request_hash, action=action, name=name, status=status)

        unit.__qualname__ = name  # what the log calls it when it holds the writer for long
        return await self.runtime.store.run(unit, actor=self.actor, today=self.today)

    async def read(self, query: Callable[..., Any], *args: Any, **arguments: Any) -> Response:
        """Answer a question as JSON. The query gets `reader` and, if it asks for them, `actor`, `today`, `rules`, `hooks`, `keyring`."""
        return Response(await self._ask(partial(query, *args, **arguments), render), media_type="application/json")

    async def find(self, query: Callable[..., T], *args: Any, **arguments: Any) -> T:
        """Answer a question with its values, which must not be rows of the store."""
        found: T = await self._ask(partial(query, *args, **arguments))
        return found

    async def _ask(self, query: "partial[T]", shape: Callable[[T], Any] | None = None) -> Any:
        def ask(reader: Reader) -> Any:
            offered = self.runtime.offers_to_question(reader) | {"actor": self.actor}
            found = query(**wanted(query.func, offered))
            return shape(found) if shape else found

        return await self.runtime.store.read(ask, today=self.acted_on)

    async def _fingerprint(self) -> str:
        """What makes two requests the same: method, address, business date and body; keyed, as a body may hold a person's data."""
        address = f"{self.request.url.path}?{self.request.url.query} {self.today}"
        body = self.content if self.content is not None else await self.request.body()
        return idempotency.fingerprint(self.request.method, address, body, self.runtime.fingerprint_key)

    def _once(self, work: Work, *, key: str, request_hash: str, action: "partial[Any]", name: str, status: int) -> Answer:
        if before := self._before(work, key, request_hash):
            return before
        with self.runtime.telemetry.span(f"unit {name}"):
            value = action(**self.runtime.offers(action.func, work))
            work.record_act(name)
        answer = Answer(status, render(value))
        work.keep(
            work.kernel.idempotency,
            {
                "key": key,
                "account": work.actor.account,
                "request_hash": request_hash,
                "status": status,
                "answer": answer.body,
                "at": work.now,
            },
        )
        return answer

    @staticmethod
    def _before(work: Work, key: str, request_hash: str) -> Answer | None:
        """The answer given to this key already. On PostgreSQL two requests with one key wait for each other."""
        work.alone(key)
        kept = work.kernel.idempotency.c
        rows = work.rows(select(kept.request_hash, kept.status, kept.answer).where(kept.key == key))
        if not rows:
            return None
        idempotency.check_same(rows[0].request_hash, request_hash)
        return Answer(rows[0].status, rows[0].answer, is_repeat=True)


def allows(*roles: str) -> Any:
    """A dependency: the request's `Call`, if its actor has one of these roles (any signed-in actor when none is named)."""

    async def authenticated(request: Request) -> Call:
        runtime: Runtime = request.app.state.runtime
        session = await runtime.access.session(request)
        actor = session.actor
        request.state.session, request.state.actor = session, actor
        if roles:
            runtime.access.check_role(actor, roles)
        return Call(runtime, request, actor)

    return Depends(authenticated)
