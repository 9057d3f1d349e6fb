"""The bus: there, new enough, as the topology says, and of the same time."""

import json
from datetime import UTC, datetime

import nats.errors
from nats.aio.client import Client

from shared.bus.provision import ServerTooOld, check_version, connected, drift
from shared.bus.sign_in import SignIn
from shared.cli.doctor.finding import Finding, Findings, fails, fine, warns
from shared.cli.doctor.machine import clock

SECONDS = 5


async def bus(url: str, sign_in: SignIn, *, is_expected: bool) -> list[Finding]:
    """`is_expected` is False where `up` would start it and has not been asked to: then its absence is no fault."""
    todo = (
        "启动 NATS，检查 QIAO_NATS_URL 与账户；服务期间会保存要说的话",
        "start NATS, look at QIAO_NATS_URL and the user; services keep what they have to say",
    )
    try:
        async with connected(url, sign_in) as client:
            return [*_version(client), *await _topology(client), *await _time(client)]
    except (nats.errors.Error, OSError, TimeoutError) as error:
        why = type(error).__name__
        if is_expected:
            return [fails("bus", url, (f"连不上消息总线：{why}", f"the bus cannot be reached: {why}"), todo)]
        return [warns("bus", url, ("消息总线没有运行", "the bus is not running"), ("qiao up 会启动它", "qiao up starts it"))]


def _version(client: Client) -> Findings:
    has = str(client.connected_server_version)
    try:
        check_version(client)
    except ServerTooOld as error:
        yield fails("versions", "nats", (str(error), f"the NATS server is {has}, too old"), ("升级 NATS 服务器", "upgrade the NATS server"))
    else:
        yield fine("bus", "nats", f"已连接 NATS {has}", f"connected to NATS {has}")


async def _topology(client: Client) -> list[Finding]:
    found = await drift(client.jetstream(timeout=SECONDS))
    todo = ("qiao bus provision", "qiao bus provision")
    if found:
        return [fails("topology", "bus", (f"与拓扑不符：{each}", f"differs from the topology: {each}"), todo) for each in found]
    return [fine("topology", "bus", "流与消费者与拓扑一致", "streams and consumers are as the topology says")]


async def _time(client: Client) -> list[Finding]:
    """A stream's state bears the server's time."""
    began = datetime.now(UTC)
    answer = json.loads((await client.request("$JS.API.STREAM.INFO.DLQ", b"", timeout=SECONDS)).data)
    ended = datetime.now(UTC)
    theirs = answer.get("ts")
    return list(clock("NATS", began + (ended - began) / 2, datetime.fromisoformat(theirs))) if theirs else []
