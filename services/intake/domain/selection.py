"""The screening (筛选): who gets the places when a person may fit several groups and counts once.

Promises: as many places as possible are filled; among all ways to fill them the total need is highest; among those the total
precedence, where the terms name one; what is then equal is decided by the published seed: the total of the lots is the lowest.
Where a person's need is the same in every group, that is the order of need: somebody is passed over only when no place in any
of his groups can be freed by moving somebody to another group that fits him too. How it is found stands in `assignment`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal
from uuid import UUID

from services.intake.domain.assignment import Seat, Sitter, seat, shortlist
from services.intake.domain.person import age_band
from shared.errors import RuleRefusal
from shared.sentences import S_

ListName = Literal["selected", "reserve"]

ALGORITHM: Final = "assignment/1"
"""What made a list; a change that could give another list to the same inputs gets another number."""
LARGEST: Final = 1_000_000
"""No need and no precedence is greater."""
LOT_BITS: Final = 256


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
            raise BandMinimumTooLarge(S_("{code} 的年龄段最低人数不能超过名额 {quota}", code=self.code, quota=self.quota), field="groups")

    @property
    def minimum(self) -> int:
        """Places that go to people of the band."""
        return self.band.minimum if self.band else 0

    @property
    def line(self) -> str:
        """As the hash of the inputs has it."""
        band = f"{self.band.from_age}-{self.band.to_age}:{self.band.minimum}" if self.band else ""
        return f"{self.code}\t{self.quota}\t{self.reserve}\t{band}"

    @property
    def reserve_minimum(self) -> int:
        """Reserves that must be of the band, in the same proportion, so that they can replace those who leave."""
        return -(-self.reserve * self.band.minimum // self.quota) if self.band and self.quota else 0


@dataclass(frozen=True, slots=True)
class Applicant:
    """An eligible person: an opaque key, the groups that fit, the groups in whose age band the person is, and the need.

    `scores` has the need in each of the groups where the groups differ in that; `precedence` goes before the lot.
    """

    key: str
    groups: tuple[str, ...]
    banded: tuple[str, ...]
    score: int
    scores: tuple[int, ...] = ()
    precedence: int = 0

    def score_in(self, group: str) -> int:
        return self.scores[self.groups.index(group)] if self.scores else self.score

    def rank_in(self, group: str) -> int:
        """Need and precedence in one number."""
        points = self.scores[self.groups.index(group)] if self.scores else self.score
        return points * (LARGEST + 1) + self.precedence

    @property
    def line(self) -> str:
        told = f"{self.key}\t{','.join(self.groups)}\t{','.join(self.banded)}\t{self.score}"
        return f"{told}\t{','.join(map(str, self.scores))}\t{self.precedence}" if self.scores or self.precedence else told

    @classmethod
    def read(cls, line: str) -> "Applicant":
        """The applicant of a line."""
        key, groups, banded, score, *more = line.split("\t")
        scores, precedence = more or ("", "0")
        return cls(
            key,
            tuple(groups.split(",")),
            tuple(filter(None, banded.split(","))),
            int(score),
            tuple(map(int, filter(None, scores.split(",")))),
            int(precedence),
        )


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

    @classmethod
    def read(cls, line: str) -> "Place":
        """The place of a line."""
        name, group, rank, key, score = line.split("\t")
        return cls("selected" if name == "selected" else "reserve", group, int(rank), key, int(score))


@dataclass(frozen=True, slots=True)
class Selection:
    """The list and its proof: from the same inputs and seed anybody who may see them gets the same hash."""

    places: tuple[Place, ...]
    inputs_hash: str
    list_hash: str


def select(applicants: Iterable[Applicant], quotas: Sequence[GroupQuota], seed: str) -> Selection:
    """Fill the places, then rank the reserves among the others by the same rule."""
    people = sorted(applicants, key=lambda applicant: applicant.key)
    first = [one for quota in quotas for one in _seats(quota.code, quota.quota, quota.minimum)]
    second = [one for quota in quotas for one in _seats(quota.code, quota.reserve, quota.reserve_minimum)]
    worth = _worth(people, first, places=sum(one.size for one in (*first, *second)), seed=seed)
    selected = _seated(people, first, worth)
    taken = {number for number, _ in selected}
    reserves = _seated(people, second, {number: each for number, each in worth.items() if number not in taken})
    places = (*_ranked("selected", selected, people, quotas, worth), *_ranked("reserve", reserves, people, quotas, worth))
    inputs = digest([*(quota.line for quota in quotas), *(applicant.line for applicant in people)])
    return Selection(places, inputs, digest(place.line for place in places))


def seated(applicants: Iterable[Applicant], quotas: Sequence[GroupQuota], seed: str) -> frozenset[str]:
    """Who gets a place, by `select`, without reserves and proof."""
    people, first, worth = _contest(applicants, quotas, seed)
    return frozenset(people[number].key for number, _ in _seated(people, first, worth))


def contenders(applicants: Iterable[Applicant], quotas: Sequence[GroupQuota], seed: str) -> list[Applicant]:
    """Those of them who could get a place, also if one more came: the best of each group."""
    people, _, worth = _contest(applicants, quotas, seed)
    return [people[number] for number in worth]


def lot_no(file: str, sheet: str, row: int) -> str:
    """The number that a person's lot is drawn over (抽签号): of the SHA-256 of the file that brought the person, the sheet and the row.

    The same files give the same numbers in any store, and so the same list; who does not have the very file cannot tell whose it is.
    """
    return sha256(f"{file}|{sheet}|{row}".encode()).hexdigest()[:32]


def lot_no_of_act(act_id: UUID) -> str:
    """The same of somebody whom an act brought and no row: the act, which nobody numbers but the store itself, stands for the file."""
    return lot_no(act_id.hex, "", 0)


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


def _contest(
    applicants: Iterable[Applicant], quotas: Sequence[GroupQuota], seed: str
) -> tuple[list[Applicant], list[Seat], dict[int, dict[str, int]]]:
    people = sorted(applicants, key=lambda applicant: applicant.key)
    first = [one for quota in quotas for one in _seats(quota.code, quota.quota, quota.minimum)]
    return people, first, _worth(people, first, places=sum(one.size for one in first), seed=seed)


def _seats(code: str, size: int, minimum: int) -> list[Seat]:
    return [Seat(code, minimum, is_banded=True), Seat(code, size - minimum, is_banded=False)]


def _worth(people: Sequence[Applicant], seats: Sequence[Seat], *, places: int, seed: str) -> dict[int, dict[str, int]]:
    """What everybody who could be among the best of a group is worth there: need, then precedence, then the lot, in one number.

    Of a group, and of its band, only as many are looked at as there are places in all: there is always one of them for a place.
    """
    one_precedence = (places + 1) << LOT_BITS
    one_point = one_precedence * (places * LARGEST + 1)
    alike: dict[tuple[tuple[str, ...], tuple[str, ...]], list[int]] = {}
    for number, each in enumerate(people):
        alike.setdefault((each.groups, each.banded), []).append(number)
    lots: dict[int, int] = {}
    worth: dict[int, dict[str, int]] = {}

    def lot(number: int) -> int:
        if number not in lots:
            lots[number] = int(tie(seed, people[number].key), 16)
        return lots[number]

    for one in seats:
        fitting = [n for (groups, banded), some in alike.items() if one.group in (banded if one.is_banded else groups) for n in some]
        for number in shortlist(fitting, [people[n].rank_in(one.group) for n in fitting], places, lot):
            person = people[number]
            points = person.score_in(one.group) * one_point + person.precedence * one_precedence
            worth.setdefault(number, {})[one.group] = points - lot(number)
    return worth


def _seated(people: Sequence[Applicant], seats: Sequence[Seat], worth: Mapping[int, Mapping[str, int]]) -> list[tuple[int, str]]:
    """Who sits in which group, by numbers of people."""
    sitters = []
    for number in sorted(worth):
        banded, of_group = people[number].banded, worth[number]
        fitting = {
            kind: of_group[one.group]
            for kind, one in enumerate(seats)
            if one.size and one.group in of_group and (not one.is_banded or one.group in banded)
        }
        if fitting:
            sitters.append(Sitter(number, fitting))
    return [(number, seats[kind].group) for number, kind in sorted(seat([one.size for one in seats], sitters).items())]


def _ranked(
    list_name: ListName,
    seated: Iterable[tuple[int, str]],
    people: Sequence[Applicant],
    quotas: Sequence[GroupQuota],
    worth: Mapping[int, Mapping[str, int]],
) -> list[Place]:
    by_group: dict[str, list[int]] = {quota.code: [] for quota in quotas}
    for number, group in seated:
        by_group[group].append(number)
    return [
        Place(list_name, group, rank, people[number].key, people[number].score_in(group))
        for group, members in by_group.items()
        for rank, number in enumerate(sorted(members, key=lambda each: -worth[each][group]), start=1)
    ]
