"""The screening (筛选): who gets the places when a person may fit several groups and counts once.

Promises: as many places as possible are filled; among all ways to fill them the total need is highest; equal need is
decided by the published seed. Candidates are taken in order of need, and one is passed over only when no seat in any of
his groups can be freed by moving somebody to another group that fits him too. Sets of people who can be seated together
form a matroid, so this plain order is exact: no solver, and every step can be explained to the person concerned.
"""

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from services.intake.domain.person import age_band
from shared.errors import RuleRefusal

ListName = Literal["selected", "reserve"]


class BandMinimumTooLarge(RuleRefusal):
    code = "band-minimum"


@dataclass(frozen=True, slots=True)
class Band:
    """At least `minimum` of a group's places go to people of these ages, both included."""

    from_age: int
    to_age: int
    minimum: int

    def has(self, age: int) -> bool:
        return self.from_age <= age <= self.to_age


@dataclass(frozen=True, slots=True)
class GroupQuota:
    """How many a group takes, and how many wait behind them."""

    code: str
    quota: int
    reserve: int
    band: Band | None = None

    def __post_init__(self) -> None:
        if self.band and self.band.minimum > self.quota:
            raise BandMinimumTooLarge(f"{self.code} 的年龄段最低人数不能超过名额 {self.quota}", field="groups")

    @property
    def reserve_minimum(self) -> int:
        """Reserves that must be of the band, in the same proportion, so that they can replace those who leave."""
        return -(-self.reserve * self.band.minimum // self.quota) if self.band and self.quota else 0


@dataclass(frozen=True, slots=True)
class Applicant:
    """An eligible person: an opaque key, the groups that fit, the groups in whose age band the person is, and the need."""

    key: str
    groups: tuple[str, ...]
    banded: tuple[str, ...]
    score: int

    @property
    def line(self) -> str:
        return f"{self.key}\t{','.join(self.groups)}\t{','.join(self.banded)}\t{self.score}"

    @classmethod
    def read(cls, line: str) -> "Applicant":
        """The applicant of a line."""
        key, groups, banded, score = line.split("\t")
        return cls(key, tuple(groups.split(",")), tuple(filter(None, banded.split(","))), int(score))


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the list; rank counts from 1 within group and list."""

    list: ListName
    group: str
    rank: int
    key: str
    score: int

    @property
    def line(self) -> str:
        return f"{self.list}\t{self.group}\t{self.rank}\t{self.key}\t{self.score}"


@dataclass(frozen=True, slots=True)
class Selection:
    """The list and its proof: from the same inputs and seed anybody who may see them gets the same hash."""

    places: tuple[Place, ...]
    inputs_hash: str
    list_hash: str


@dataclass(frozen=True, slots=True)
class _Seat:
    """A kind of seat: some seats of a group are kept for its age band."""

    group: str
    size: int
    is_banded: bool


class _Seating:
    """Seats people one by one; an earlier one may be moved to another seat that fits, never lose one."""

    def __init__(self, seats: Sequence[_Seat]) -> None:
        self._seats = seats
        self._sitting: list[list[Applicant]] = [[] for _ in seats]
        self._closed: set[int] = set()
        """Kinds of seats from which no free one can be reached any more; that never changes again."""
        self._fitting: dict[tuple[tuple[str, ...], tuple[str, ...]], list[int]] = {}

    def admit(self, applicant: Applicant) -> bool:
        """Seat the applicant if that is possible without unseating anybody."""
        open_to = self._fits(applicant)
        came_from: dict[int, tuple[int, Applicant] | None] = dict.fromkeys(open_to)
        waiting = deque(kind for kind in open_to if kind not in self._closed)
        while waiting:
            kind = waiting.popleft()
            if len(self._sitting[kind]) < self._seats[kind].size:
                self._shift(kind, came_from, applicant)
                return True
            for sitter in self._sitting[kind]:
                for other in self._fits(sitter):
                    if other not in came_from and other not in self._closed:
                        came_from[other] = (kind, sitter)
                        waiting.append(other)
        self._closed.update(came_from)
        return False

    @property
    def is_full(self) -> bool:
        return all(len(sitting) == seat.size for sitting, seat in zip(self._sitting, self._seats, strict=True))

    def seated(self) -> list[tuple[str, Applicant]]:
        return [(seat.group, applicant) for seat, sitting in zip(self._seats, self._sitting, strict=True) for applicant in sitting]

    def _fits(self, applicant: Applicant) -> list[int]:
        """Kinds of seats an applicant may take; a seat kept for the band first, so that the free ones stay free."""
        likeness = (applicant.groups, applicant.banded)
        if likeness not in self._fitting:
            self._fitting[likeness] = [
                kind
                for kind, seat in enumerate(self._seats)
                if seat.size and (seat.group in applicant.banded if seat.is_banded else seat.group in applicant.groups)
            ]
        return self._fitting[likeness]

    def _shift(self, kind: int, came_from: Mapping[int, tuple[int, Applicant] | None], newcomer: Applicant) -> None:
        """Move everybody along the way that was found one seat on, and put the newcomer at its beginning."""
        while (step := came_from[kind]) is not None:
            previous, sitter = step
            self._sitting[previous].remove(sitter)
            self._sitting[kind].append(sitter)
            kind = previous
        self._sitting[kind].append(newcomer)


def select(applicants: Iterable[Applicant], quotas: Sequence[GroupQuota], seed: str) -> Selection:
    """Fill the places, then rank the reserves among the others by the same rule."""
    applicants = sorted(applicants, key=lambda applicant: applicant.key)
    in_order = sorted(applicants, key=lambda applicant: (-applicant.score, tie(seed, applicant.key)))
    selected = _seat(
        in_order, [seat for quota in quotas for seat in _seats(quota.code, quota.quota, quota.band.minimum if quota.band else 0)]
    )
    taken = {applicant.key for _, applicant in selected}
    others = [applicant for applicant in in_order if applicant.key not in taken]
    reserves = _seat(others, [seat for quota in quotas for seat in _seats(quota.code, quota.reserve, quota.reserve_minimum)])
    places = (*_ranked("selected", selected, quotas, seed), *_ranked("reserve", reserves, quotas, seed))
    inputs = digest([*(repr(quota) for quota in quotas), *(applicant.line for applicant in applicants)])
    return Selection(places, inputs, digest(place.line for place in places))


def tie(seed: str, key: str) -> str:
    """The lot of one person: nobody can know it before the seed is public, everybody can check it after."""
    return sha256(f"{seed}|{key}".encode()).hexdigest()


def digest(lines: Iterable[str]) -> str:
    return sha256("\n".join(lines).encode()).hexdigest()


def next_reserve(waiting: Sequence[tuple[str, bool]], *, in_band: int, minimum: int) -> str | None:
    """The reserve who moves up, out of (id, is in the band) in order of rank; None when nobody waits.

    The first in rank, unless the group would then have fewer than `minimum` of its band and one of the band waits.
    """
    if in_band < minimum:
        for id, is_banded in waiting:
            if is_banded:
                return id
    return waiting[0][0] if waiting else None


@dataclass(frozen=True, slots=True)
class Portrait:
    """What the fairness view may know of one eligible person."""

    groups: tuple[str, ...]
    selected_for: str
    """Code of the group the person was selected for, "" for nobody."""
    sex: str
    age: int
    district: str
    is_disabled: bool


@dataclass(frozen=True, slots=True)
class Share:
    """How many of one kind fit a group, and how many of them were selected for it."""

    code: str
    dimension: str
    value: str
    eligible: int
    selected: int


def fairness(portraits: Iterable[Portrait]) -> list[Share]:
    """Counts by sex, age, district and disability for each group, so that a lopsided list is seen before it is proposed."""
    eligible: Counter[tuple[str, str, str]] = Counter()
    selected: Counter[tuple[str, str, str]] = Counter()
    for person in portraits:
        values = (
            ("sex", person.sex),
            ("age", age_band(person.age)),
            ("district", person.district),
            ("disability", "yes" if person.is_disabled else "no"),
        )
        for group in person.groups:
            eligible.update((group, dimension, value) for dimension, value in values)
        if person.selected_for:
            selected.update((person.selected_for, dimension, value) for dimension, value in values)
    return [Share(*key, eligible[key], selected[key]) for key in sorted(eligible)]


def _seats(code: str, size: int, minimum: int) -> list[_Seat]:
    return [_Seat(code, minimum, is_banded=True), _Seat(code, size - minimum, is_banded=False)]


def _seat(in_order: Iterable[Applicant], seats: Sequence[_Seat]) -> list[tuple[str, Applicant]]:
    seating = _Seating(seats)
    for applicant in in_order:
        if seating.is_full:
            break
        seating.admit(applicant)
    return seating.seated()


def _ranked(list_name: ListName, seated: Iterable[tuple[str, Applicant]], quotas: Sequence[GroupQuota], seed: str) -> list[Place]:
    by_group: dict[str, list[Applicant]] = {quota.code: [] for quota in quotas}
    for group, applicant in seated:
        by_group[group].append(applicant)
    return [
        Place(list_name, group, rank, applicant.key, applicant.score)
        for group, members in by_group.items()
        for rank, applicant in enumerate(sorted(members, key=lambda member: (-member.score, tie(seed, member.key))), start=1)
    ]
