"""Questions between services over core NATS: answered at once or not at all, in the trace of the one who asks (decision 18)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg
from opentelemetry.trace import SpanKind, Status, StatusCode, Tracer
from pydantic import ValidationError

from shared.bus.faults import reason
from shared.bus.tracing import headers_of
from shared.errors import Busy, Forbidden, Malformed, NotFound, Refusal
from shared.events.event import Request
from shared.sentences import S_
from shared.store.store import Store
from shared.telemetry.context import context_of
from shared.work import Work

log = logging.getLogger("qiao.bus")

REFUSED = "qiao-refused"
"""Header of an answer that is none: the code of the refusal; its body is the message for people."""
FAILED = "failed"


class Answer(Protocol):
    def __call__(self, request: Any, /, *, work: Work) -> bytes: ...


class OnRefusal(Protocol):
    """Keeps a refused question for the auditor, as a refused access over HTTP is kept."""

    def __call__(self, refusal: Refusal, *, account: str, method: str, path_template: str) -> Awaitable[None]: ...


class WhenRefused(Protocol):
    """Keeps a refused question in the service's own tables."""

    def __call__(self, request: Any, refusal: Refusal, /, *, work: Work) -> None: ...


class AskRefused(Forbidden):
    """The other service refused to answer; `reason` is its code."""

    code = "ask-refused"

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


async def ask(client: Client, request: Request, *, tracer: Tracer, patience: float) -> bytes:
    """The answer's bytes. Raises AskRefused, or Busy when nobody answers in time."""
    with tracer.start_as_current_span(f"ask {request.subject}", kind=SpanKind.CLIENT, attributes={"messaging.system": "nats"}) as span:
        try:
            answer = await client.request(request.subject, request.model_dump_json().encode(), timeout=patience, headers=headers_of(span))
        except (nats.errors.Error, TimeoutError) as error:
            raise Busy(S_("对方服务暂时没有应答，请稍后再试"), retry_after=5) from error
    code = (answer.headers or {}).get(REFUSED)
    if code == FAILED:
        raise Busy(S_("对方服务未能处理该请求，请稍后再试"), retry_after=5)
    if code is not None:
        raise AskRefused(answer.data.decode(), reason=code)
    return answer.data


class Answering:
    """Answers the questions put to one service; its processes share them."""

    def __init__(
        self,
        client: Client,
        service: str,
        store: Store,
        answers: Mapping[type[Request], Answer],
        *,
        tracer: Tracer,
        on_refusal: OnRefusal | None = None,
        when_refused: Mapping[type[Request], WhenRefused] | None = None,
    ) -> None:
        self._client = client
        self._service = service
        self._store = store
        self._on_refusal = on_refusal
        self._when_refused = when_refused or {}
        self._answers = {request.subject: (request, answer) for request, answer in answers.items()}
        self._tracer = tracer
        self._running: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        for subject in self._answers:
            await self._client.subscribe(subject, queue=self._service, cb=self._take)

    async def _take(self, message: Msg) -> None:
        """Answer beside the others: the client hands over one message after another."""
        task = asyncio.create_task(self._answer(message))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _answer(self, message: Msg) -> None:
        traceparent = (message.headers or {}).get("traceparent")
        with self._tracer.start_as_current_span(
            f"answer {message.subject}",
            context_of(traceparent),
            SpanKind.SERVER,
            {"messaging.system": "nats"},
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                await self._respond(message, await self._found(message))
            except Refusal as refusal:
                span.set_attribute("qiao.refused", refusal.code)
                await self._record(refusal, message)
                await self._respond(message, refusal.message.encode(), refused=refusal.code)
            except ValidationError:
                await self._respond(message, S_("请求格式不符合约定").encode(), refused=Malformed.code)
            except Exception as error:  # the edge of the process: whoever asks must not wait for the time-out
                log.exception("a question could not be answered", extra={"subject": message.subject})
                span.set_status(Status(StatusCode.ERROR, reason(error)))
                await self._respond(message, b"", refused=FAILED)

    async def _found(self, message: Msg) -> bytes:
        kind, answer = self._answers[message.subject]
        request = kind.model_validate_json(message.data)

        def unit(work: Work) -> bytes:
            return answer(request, work=work)

        unit.__qualname__ = f"answer {message.subject}"
        return await self._store.run(unit, today=getattr(request, "asked_on", None))

    async def _record(self, refusal: Refusal, message: Msg) -> None:
        """Keep the refusal, in units of their own: the refused one has left nothing."""
        if not isinstance(refusal, Forbidden | NotFound):
            return
        kind, _ = self._answers[message.subject]
        request = kind.model_validate_json(message.data)
        try:
            if self._on_refusal is not None:
                await self._on_refusal(refusal, account=request.asker, method="ASK", path_template=message.subject)
            if (keep := self._when_refused.get(kind)) is not None:
                await self._store.run(self._keeping(keep, request, refusal), today=getattr(request, "asked_on", None))
        except Busy:
            log.warning("refusal not recorded", extra={"code": refusal.code})

    @staticmethod
    def _keeping(keep: WhenRefused, request: Request, refusal: Refusal) -> Callable[[Work], None]:
        def unit(work: Work) -> None:
            keep(request, refusal, work=work)

        unit.__qualname__ = f"refused {request.subject}"
        return unit

    async def _respond(self, message: Msg, body: bytes, *, refused: str = "") -> None:
        try:
            await self._client.publish(message.reply, body, headers={REFUSED: refused} if refused else None)
        except nats.errors.Error as error:  # the link broke meanwhile: the asker's time-out says the same
            log.warning("an answer was lost", extra={"subject": message.subject, "error": repr(error)})
