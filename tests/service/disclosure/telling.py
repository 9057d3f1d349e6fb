"""Lets a disclosure service hear a case and releases what waits, as its two officers would."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

from fastapi.testclient import TestClient

from services.disclosure.app import SERVICE
from shared.events.event import Event
from shared.personal import Keyring
from shared.service import build_app
from shared.work import Work
from tests.conftest import Office
from tests.service.disclosure.case_ids import Told

RELEASED = {"selection": "2017-01-11", "evaluation": "2017-12-11", "statistics": "2017-12-11", "petitions": "2018-01-16"}


@contextmanager
def opened(data: Path) -> Iterator[Office]:
    """A service on a data folder that holds its store, without a bus."""
    key = data / "key"
    if not key.exists():
        Keyring.create(key)
    app = build_app(SERVICE, SERVICE.settings(data=data, key_file=key, nats_url="", is_rehearsal=True))
    with TestClient(app) as http:
        yield Office(http, app.state.runtime)


def tell(office: Office, told: Iterable[Told]) -> None:
    """Each day's events in one unit: a test need not be durable event by event."""
    reactions = {reaction.event: reaction.function for reaction in office.runtime.service.reactions}
    for on, events in groupby(told, key=lambda each: each[0]):

        def unit(work: Work, heard: tuple[Event, ...] = tuple(event for _, event in events)) -> None:
            for event in heard:
                office.runtime.react(reactions[type(event)], event, work=work)

        office.store.run_now(unit, today=on)


def release(office: Office, *kinds: str) -> None:
    """Prepared by one, released by another."""
    editor, publisher = office.as_("editor"), office.as_("publisher")
    for kind in kinds:
        for item in editor.get("/api/v1/publications", status="waiting", kind=kind)["items"]:
            editor.post(f"/api/v1/publications/{item['id']}/preparation", {}, on=RELEASED[kind])
            publisher.post(f"/api/v1/publications/{item['id']}/release", {}, on=RELEASED[kind])
