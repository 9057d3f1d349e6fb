"""One authenticated request: who asks, on which business date, and the two things a route does with it.

call.act(action, …)    a command: one unit, idempotent by its key, recorded as an act
call.read(query, …)    a question: one snapshot
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import BaseModel
from pydantic_core import to_json
from sqlalchemy import select

from shared.access import Actor
from shared.clock import ACTED_ON
from shared.http import idempotency
from shared.inject import wanted
from shared.work import Reader, Work

if TYPE_CHECKING:
    from shared.service import Runtime

KEY_HEADER = "Idempotency-Key"


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


class Call:
    def __init__(self, runtime: "Runtime", request: Request, actor: Actor) -> None:
        self.runtime = runtime
        self.request = request
        self.actor = actor
        self.content: bytes | None = None
        """What stands for the body where it was read as a form already, e.g. the hash of an uploaded file."""
        self.today: date = runtime.clock.acted_on(request.headers.get(ACTED_ON))

    async def act(self, action: Callable[..., Any], *args: Any, **arguments: Any) -> Response:
        """Run an action as one unit. The same `Idempotency-Key` again gives the same answer and does nothing."""
        key = idempotency.key_of(self.request.headers.get(KEY_HEADER))
        unit = partial(
            self._once,
            key=f"{self.actor.account}:{key}",
            request_hash=await self._fingerprint(),
            action=partial(action, *args, **arguments),
            name=action.__name__,
            status=getattr(self.request.scope.get("route"), "status_code", None) or 200,
        )
        answer = await self.runtime.store.run(unit, actor=self.actor, today=self.today)
        headers = {"Idempotency-Replayed": "true"} if answer.is_repeat else {}
        return Response(answer.body, status_code=answer.status, media_type="application/json", headers=headers)

    async def read(self, query: Callable[..., Any], *args: Any, **arguments: Any) -> Response:
        """Answer a question as JSON. The query gets `reader` and, if it asks for them, `actor`, `today`, `rules`, `hooks`, `keyring`."""

        def ask(reader: Reader) -> str:
            offered = self.runtime.offers_to_question(reader) | {"actor": self.actor}
            return render(query(*args, **wanted(query, offered), **arguments))

        today = self.today if ACTED_ON in self.request.headers else None
        return Response(await self.runtime.store.read(ask, today=today), media_type="application/json")

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
        actor = await runtime.access.actor(request)
        request.state.actor = actor
        if roles:
            runtime.access.check_role(actor, roles)
        return Call(runtime, request, actor)

    return Depends(authenticated)
