"""The only place where a NATS broker is made, since FastStream's defaults discard messages and can hang the loop (decision 4)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

import nats.errors
from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, PullSub
from faststream.nats.message import NatsBatchMessage
from faststream.nats.subscriber.usecases import BatchPullStreamSubscriber
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import ConsumerConfig
from nats.js.client import JetStreamContext

from shared.bus.options import Options
from shared.bus.sign_in import SignIn
from shared.bus.topology import BATCH, Consumer, inbox_of

log = logging.getLogger("qiao.bus")
library_log = logging.getLogger("qiao.bus.faststream")
library_log.setLevel(logging.WARNING)
"""FastStream tells of each of its tasks; only its warnings matter here."""

Take = Callable[[list[Msg]], Awaitable[None]]
"""Settles every message of a batch itself; must not raise."""


def make_broker(
    service: str,
    url: str,
    options: Options,
    *,
    sign_in: SignIn | None = None,
    on_error: Callable[[Exception], Awaitable[None]] | None = None,
    on_change: Callable[[], Awaitable[None]] | None = None,
    on_closed: Callable[[], Awaitable[None]] | None = None,
) -> NatsBroker:
    """A broker that reconnects for ever, answers on the service's own inbox and decides nothing about a message by itself."""
    return NatsBroker(
        url.split(","),
        name=f"qiao-{service}",
        max_reconnect_attempts=-1,
        reconnect_time_wait=options.reconnect,
        connect_timeout=2,
        ping_interval=10,
        inbox_prefix=inbox_of(service),
        security=sign_in.security() if sign_in is not None else None,
        ack_policy=AckPolicy.MANUAL,
        graceful_timeout=options.graceful,
        apply_types=False,
        logger=library_log,
        log_level=logging.DEBUG,
        error_cb=on_error,
        disconnected_cb=on_change,
        reconnected_cb=on_change,
        closed_cb=on_closed,
    )


class Listening:
    """A pull subscription of one durable consumer, that can be stopped and started again."""

    def __init__(self, broker: NatsBroker, service: str, consumer: Consumer, take: Take, options: Options) -> None:
        self._options = options
        self._subscriber: BatchPullStreamSubscriber = broker.subscriber(
            stream=JStream(consumer.stream, declare=False),
            durable=consumer.name,
            config=ConsumerConfig(filter_subjects=list(consumer.subjects)),
            pull_sub=PullSub(batch_size=BATCH, timeout=options.fetch, batch=True),
            inbox_prefix=f"{inbox_of(service)}.".encode(),
            ack_policy=AckPolicy.MANUAL,
            decoder=_raw,
            title=consumer.name,
        )
        self._subscriber(take)

    @property
    def is_running(self) -> bool:
        return self._subscriber.running

    async def start(self) -> None:
        await self._subscriber.start()
        held = self._subscriber.subscription
        if held is not None and not isinstance(held, _Prompt):
            self._subscriber.subscription = _Prompt(held, self._options.fetch)  # type: ignore[assignment]  # it fetches and unsubscribes, no more is asked of it

    async def stop(self) -> None:
        await self._subscriber.stop()


async def _raw(message: NatsBatchMessage) -> Sequence[Msg]:
    """The messages as they came: each is decoded by itself, so that a bad one spoils no other."""
    return message.raw_message


class _Prompt:
    """A pull subscription that hands over what is there.

    FastStream tops a batch up until its time-out, which holds every message back; a top-up is answered with the
    time-out that ends the batch. Other faults of the bus end a fetch too, after a pause, where FastStream would spin
    or give the subscription up.
    """

    def __init__(self, subscription: JetStreamContext.PullSubscription, pause: float) -> None:
        self._subscription = subscription
        self._pause = pause

    async def fetch(self, batch: int, timeout: float | None) -> list[Msg]:  # noqa: ASYNC109  # FastStream calls it so
        if batch < BATCH:
            raise nats.errors.TimeoutError
        try:
            return await self._subscription.fetch(batch, timeout)
        except TimeoutError as error:
            raise nats.errors.TimeoutError from error
        except nats.errors.Error as error:
            log.debug("a fetch failed", extra={"error": repr(error)})
            await asyncio.sleep(self._pause)
            raise nats.errors.TimeoutError from error

    async def unsubscribe(self) -> None:
        try:
            await self._subscription.unsubscribe()
        except nats.errors.Error as error:  # without a connection there is nothing to tell the server
            log.debug("unsubscribed without a connection", extra={"error": repr(error)})


async def close(broker: NatsBroker, client: Client | None, options: Options) -> None:
    """Let what runs finish, then disconnect, whatever state the connection is in."""
    try:
        async with asyncio.timeout(options.graceful + options.look):
            await broker.stop()
    except (nats.errors.Error, TimeoutError, ExceptionGroup) as error:
        log.info("the bus was left without a farewell", extra={"error": repr(error)})
    if client is not None and not client.is_closed:
        await client.close()
