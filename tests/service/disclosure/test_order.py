"""Events keep their order per record only: whatever overtakes what between records, the same is public in the end."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import Any

import pytest
from sqlmodel import select

from services.disclosure.app import SERVICE
from services.disclosure.store import Project, Publication
from shared.errors import NotYet
from shared.work import Reader
from tests.conftest import Office
from tests.service.disclosure.case_ids import Told
from tests.service.disclosure.events_of_the_case import Case
from tests.service.disclosure.telling import tell


def shuffled(told: Iterable[Told], chance: Random) -> Iterator[Told]:
    """Another order that is the same for each record."""
    records: dict[tuple[str, str], deque[Told]] = defaultdict(deque)
    for each in told:
        records[each[1].aggregate].append(each)
    while records:
        record = chance.choice(list(records))
        yield records[record].popleft()
        if not records[record]:
            del records[record]


def tell_in_any_order(office: Office, told: Iterable[Told]) -> None:
    """One event after another; what lacks another is told again later, and what follows it in its record waits with it."""
    left = list(told)
    while left:
        later: list[Told] = []
        for each in left:
            try:
                if any(each[1].aggregate == put_off.aggregate for _, put_off in later):
                    later.append(each)
                else:
                    tell(office, [each])
            except NotYet:
                later.append(each)
        assert len(later) < len(left), f"each waits for another: {later}"
        left = later


def in_public(reader: Reader) -> dict[str, Any]:
    """What each publication and project came to."""
    publications = [(each.kind, str(each.source_id), each.version, each.status) for each in reader.select(select(Publication))]
    return {"publications": sorted(publications), "projects": [project.model_dump() for project in reader.select(select(Project))]}


@pytest.mark.parametrize("seed", range(3))
def test_the_same_is_public_whatever_overtakes_what(service_client: Callable[..., Office], seed: int) -> None:
    ordered, disturbed = service_client(SERVICE), service_client(SERVICE)
    tell(ordered, Case(scale=100).told())

    tell_in_any_order(disturbed, shuffled(Case(scale=100).told(), Random(seed)))

    assert disturbed.store.read_now(in_public) == ordered.store.read_now(in_public)
