"""Where the case is played: the services, the people with their accounts, the trace, and what the audience sees."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from secrets import token_hex
from time import monotonic, perf_counter, sleep
from typing import Any, Final, TypeVar

from httpx import Client
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from shared.demo.desk import Desk, NotAsTold, Refused
from shared.demo.doors import Doors, Endpoints
from shared.demo.figures import Figures
from shared.telemetry import Telemetry, current_trace_id, current_traceparent

T = TypeVar("T")
U = TypeVar("U")

CITY: Final = "420200000000"
WAIT_SECONDS: Final = 60.0
JOB_SECONDS: Final = 300.0
HEAR_SECONDS: Final = 20.0
LOOK_EVERY_SECONDS: Final = 0.05
UNHEARD: Final = (404, 409, 422)
"""Statuses of an act whose prerequisite another service has said but this one has not heard yet."""
AT_ONCE: Final = 4
"""People who work at the same time where the story lets them."""


def new_password() -> str:
    """One for the people of a play, as the rule on passwords wants it."""
    return f"Qiao-{token_hex(10)}"


@dataclass(frozen=True, slots=True)
class Person:
    """Who has an account at which service. `reaches` is what the account is for: the city, or the contract once there is one."""

    service: str
    account: str
    name: str
    roles: tuple[str, ...]
    by_contract: bool = False


@dataclass
class Stage:
    """One play. `ids` holds the identifiers that the services gave to the things of the story.

    `patience` multiplies how long it waits for a service or an event, e.g. where processes are being killed. Everybody in it signs in
    with one `password`, so that who watches can take any seat afterwards.
    """

    endpoints: Endpoints
    admin_tokens: Mapping[str, str]
    figures: Figures
    console: Console
    telemetry: Telemetry
    patience: float = 1
    password: str = field(default_factory=new_password, repr=False)
    ids: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    trace_id: str = ""
    _clients: dict[str, Client] = field(default_factory=dict)
    _desks: dict[tuple[str, str], Desk] = field(default_factory=dict)
    _traceparent: str = ""

    @contextmanager
    def open(self) -> Iterator["Stage"]:
        """Within it there are connections and one trace."""
        for service, addresses in self.endpoints.items():
            doors = [addresses] if isinstance(addresses, str) else addresses
            self._clients[service] = Client(
                base_url=doors[0],
                timeout=30,
                transport=Doors(doors, max_connections=AT_ONCE * 2),
                event_hooks={"request": [self._follow]},
                trust_env=False,
            )
        try:
            with self.telemetry.span("huangshi"):
                self.trace_id = current_trace_id()
                yield self
        finally:
            for client in self._clients.values():
                client.close()
            self.telemetry.close()

    @contextmanager
    def part(self, name: str, title: str) -> Iterator[None]:
        """A chapter of the story, timed under its name and traced."""
        self.console.rule(f"[bold]{title}", align="left", style="dim")
        started = perf_counter()
        with self.telemetry.span(name):
            self._traceparent = current_traceparent() or ""
            yield
        self.seconds[name] = round(perf_counter() - started, 2)

    def tell(self, on: str, who: str, what: str) -> None:
        """One line of the story."""
        self.console.print(f"[cyan]{on}[/] [bold]{who}[/] {what}", highlight=False)

    def enrol(self, people: Iterable[Person]) -> None:
        """Open accounts through the administrators' interface and sign everybody in, all services at once."""
        by_service: dict[str, list[Person]] = {}
        for person in people:
            by_service.setdefault(person.service, []).append(person)
        self.together(self._enrol_at, by_service.values())

    def desk(self, service: str, account: str) -> Desk:
        """The desk of a person who has an account."""
        return self._desks[service, account]

    def visitor(self, service: str) -> Desk:
        """Somebody from the public: no account."""
        return Desk(self._clients[service], "公众", patience=self.patience)

    def admin(self, service: str) -> Desk:
        """Who keeps the accounts of a service, with the token made when it was set up."""
        return Desk(self._clients[service], "系统管理员", self.admin_tokens[service], patience=self.patience)

    def until(self, what: str, look: Callable[[], T | None], within: float = WAIT_SECONDS) -> T:
        """Wait for what an event will bring. Raises NotAsTold if it does not come in time."""
        deadline = monotonic() + within * self.patience
        while (found := look()) is None or found is False:
            if monotonic() > deadline:
                raise NotAsTold(f"等待超过 {within:.0f} 秒：{what}")
            sleep(LOOK_EVERY_SECONDS)
        return found

    def when_known(self, what: str, act: Callable[[], T]) -> T:
        """Do an act as soon as the service has heard what it needs from another one; a refused act leaves nothing behind."""
        deadline = monotonic() + HEAR_SECONDS * self.patience
        while True:
            try:
                return act()
            except Refused as refusal:
                if refusal.status not in UNHEARD or monotonic() > deadline:
                    raise NotAsTold(f"{what}：{refusal}") from refusal
                sleep(LOOK_EVERY_SECONDS * 4)

    def job(self, desk: Desk, job_id: str, label: str) -> None:
        """Watch a long piece of work of a service to its end."""
        with self.bar(label) as show:

            def done() -> bool | None:
                job = desk.get(f"/api/v1/jobs/{job_id}")
                show(job["position"], job["total"])
                if job["status"] == "failed":
                    raise NotAsTold(f"{label}：{job['problem']}")
                return True if job["status"] == "done" else None

            self.until(label, done, within=JOB_SECONDS)

    @contextmanager
    def bar(self, label: str) -> Iterator[Callable[[int, int], None]]:
        """A progress bar; call what it gives with (done, total)."""
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self.console, transient=True) as progress:
            task = progress.add_task(label, total=None)
            yield lambda done, total: progress.update(task, completed=done, total=total)

    def in_turn(self, label: str, do: Callable[[U], Any], things: Sequence[U]) -> None:
        """Do the same with each thing, several people at once, under a progress bar."""
        with self.bar(label) as show, ThreadPoolExecutor(AT_ONCE) as pool:
            for done, _ in enumerate(pool.map(do, things), start=1):
                show(done, len(things))

    @staticmethod
    def portions(things: Sequence[U], size: int) -> list[Sequence[U]]:
        """Cut a list into parts that one command takes."""
        return [things[start : start + size] for start in range(0, len(things), size)]

    def together(self, do: Callable[[U], T], things: Iterable[U]) -> list[T]:
        """Do the same with each thing, several people at once."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(do, things))

    def _enrol_at(self, people: Sequence[Person]) -> None:
        for person in people:
            admin = self.admin(person.service)
            reach = {"contracts": [self.ids["contract"]]} if person.by_contract else {"divisions": [CITY]}
            admin.post(
                "/api/v1/accounts",
                {"account": person.account, "name": person.name, "password": self.password, "roles": list(person.roles), **reach},
            )
            visitor = self.visitor(person.service)
            signed_in = visitor.post("/api/v1/sign-in", {"account": person.account, "password": self.password})
            desk = Desk(self._clients[person.service], person.name, signed_in["token"], patience=self.patience)
            self._desks[person.service, person.account] = desk

    def _follow(self, request: Any) -> None:
        request.headers["traceparent"] = self._traceparent
