"""How many people of which kind live where in the sample city: the tables of the case, district by district.

The counts come first and people are made from them, so every figure is known before a single person exists. Scaled
down, each count is rounded by itself and the figures follow from the rounded counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final, NamedTuple


class HouseholdKind(NamedTuple):
    """Who lives in a household: elders are 60 or more, pupils have one parent, minors have two."""

    elders: int
    adults: int
    pupils: int
    minors: int

    @property
    def people(self) -> int:
        return sum(self)


ELDER_ALONE: Final = HouseholdKind(1, 0, 0, 0)
ADULT_ALONE: Final = HouseholdKind(0, 1, 0, 0)
PARENT_AND_PUPIL: Final = HouseholdKind(0, 1, 1, 0)
PARENT_AND_TWO_PUPILS: Final = HouseholdKind(0, 1, 2, 0)
TWO_ELDERS: Final = HouseholdKind(2, 0, 0, 0)
ELDER_AND_ADULT: Final = HouseholdKind(1, 1, 0, 0)
TWO_ADULTS: Final = HouseholdKind(0, 2, 0, 0)
ONE_CHILD: Final = HouseholdKind(0, 2, 0, 1)
TWO_CHILDREN: Final = HouseholdKind(0, 2, 0, 2)
GRANDPARENT_TWO_CHILDREN: Final = HouseholdKind(1, 2, 0, 2)
GRANDPARENT_THREE_ADULTS: Final = HouseholdKind(1, 3, 0, 1)

HOUSEHOLDS: Final[Mapping[HouseholdKind, int]] = {
    ELDER_ALONE: 980,
    ADULT_ALONE: 2_920,
    PARENT_AND_PUPIL: 480,
    PARENT_AND_TWO_PUPILS: 80,
    TWO_ELDERS: 900,
    ELDER_AND_ADULT: 660,
    TWO_ADULTS: 660,
    ONE_CHILD: 1_620,
    TWO_CHILDREN: 500,
    GRANDPARENT_TWO_CHILDREN: 110,
    GRANDPARENT_THREE_ADULTS: 10,
}


class Health(NamedTuple):
    """People with a disability card, with a serious illness, with both."""

    disabled_only: int
    ill_only: int
    both: int


HEALTH: Final[Mapping[str, Health]] = {
    "pupil": Health(48, 6, 2),
    "minor": Health(254, 28, 6),
    "adult": Health(3_468, 468, 92),
    "elder_alone": Health(330, 80, 25),
    "elder": Health(930, 230, 35),
}
"""By class of person. Pupils are those with one parent (G2), elders alone are G1."""


class District(NamedTuple):
    people: int
    elders: int
    minors: int
    disabled: int
    ill: int
    alone: int
    pupils: int
    households: int


DISTRICTS: Final[Mapping[str, District]] = {
    "420202000000": District(5_780, 1_210, 1_187, 1_765, 330, 333, 218, 3_033),
    "420203000000": District(6_120, 1_282, 1_256, 1_868, 350, 353, 230, 3_211),
    "420204000000": District(3_400, 712, 698, 1_038, 195, 196, 128, 1_784),
    "420205000000": District(1_700, 356, 349, 519, 97, 98, 64, 892),
}

RURAL: Final[Mapping[str, int]] = {"420203000000": 420, "420204000000": 280}
"""People on 农村低保; all others are on 城市低保."""

DESTITUTE_FILES: Final = {"420203000000": 140, "420204000000": 95}
DESTITUTE_PAIRS: Final = {"420203000000": 3, "420204000000": 2}
"""农村五保, the second roster: files, of which some hold two people."""


@dataclass(frozen=True, slots=True)
class Quarter:
    """What is known of one district: households by kind, health by class of person."""

    households: Mapping[HouseholdKind, int]
    health: Mapping[str, Health]
    rural: int
    destitute_files: int
    destitute_pairs: int

    def heads(self, people: str) -> int:
        """How many people of a class live here."""
        return _heads(self.households, people)


@dataclass(frozen=True, slots=True)
class Census:
    """The sample city."""

    quarters: Mapping[str, Quarter]

    def district(self, code: str) -> District:
        """The row of the district table that this census implies."""
        return _row(self.quarters[code])

    @property
    def total(self) -> District:
        return District(*(sum(column) for column in zip(*map(self.district, self.quarters), strict=True)))

    @property
    def files(self) -> int:
        """Household files (一户一档) of both rosters."""
        return self.total.households + sum(quarter.destitute_files for quarter in self.quarters.values())

    @property
    def surveyed(self) -> int:
        """People of both rosters."""
        return self.total.people + sum(quarter.destitute_files + quarter.destitute_pairs for quarter in self.quarters.values())

    @property
    def eligible(self) -> dict[str, int]:
        """Who may be chosen, by target group."""
        total = self.total
        return {"G1": total.alone, "G2": total.pupils, "G3": total.disabled, "G4": total.ill}

    @property
    def distinct_eligible(self) -> int:
        """People who may be chosen for one group or more."""
        healthy = {name: self._heads(name) - sum(self._health(name)) for name in ("elder_alone", "pupil")}
        return sum(sum(self._health(name)) for name in HEALTH) + sum(healthy.values())

    def _heads(self, people: str) -> int:
        return sum(quarter.heads(people) for quarter in self.quarters.values())

    def _health(self, people: str) -> Health:
        return Health(*(sum(column) for column in zip(*(quarter.health[people] for quarter in self.quarters.values()), strict=True)))


def census(scale: float = 1) -> Census:
    """The city at a scale; 1 is the case itself."""
    households, health = _households(), _health()
    return Census(
        {
            code: Quarter(
                {kind: round(count * scale) for kind, count in households[code].items()},
                {people: Health(*(round(count * scale) for count in health[code][people])) for people in HEALTH},
                round(RURAL.get(code, 0) * scale),
                round(DESTITUTE_FILES.get(code, 0) * scale),
                round(DESTITUTE_PAIRS.get(code, 0) * scale),
            )
            for code in DISTRICTS
        }
    )


def _households() -> dict[str, dict[HouseholdKind, int]]:
    """Households of each kind in each district. The shares of most kinds follow the district's size; the rest is what the table leaves."""
    size = {code: row.households for code, row in DISTRICTS.items()}
    shared = (PARENT_AND_TWO_PUPILS, TWO_ELDERS, TWO_CHILDREN, GRANDPARENT_TWO_CHILDREN, GRANDPARENT_THREE_ADULTS)
    parts = {kind: share(HOUSEHOLDS[kind], size) for kind in shared}
    return {code: _fill(row, {kind: parts[kind][code] for kind in shared}) for code, row in DISTRICTS.items()}


def _fill(row: District, given: dict[HouseholdKind, int]) -> dict[HouseholdKind, int]:
    """Complete a district's households so that its row of the table comes out exactly."""
    counts = given | {ELDER_ALONE: row.alone, PARENT_AND_PUPIL: row.pupils - 2 * given[PARENT_AND_TWO_PUPILS]}
    counts[ONE_CHILD] = row.minors - sum(count * (kind.pupils + kind.minors) for kind, count in counts.items())
    counts[ELDER_AND_ADULT] = row.elders - sum(count * kind.elders for kind, count in counts.items())
    households = row.households - sum(counts.values())
    people = row.people - sum(count * kind.people for kind, count in counts.items())
    return counts | {TWO_ADULTS: people - households, ADULT_ALONE: 2 * households - people}


def _health() -> dict[str, dict[str, Health]]:
    """Health of each class in each district; adults, who are most, are moved until the district's sums come out exactly."""
    households = _households()
    heads = {people: {code: _heads(households[code], people) for code in DISTRICTS} for people in HEALTH}
    cells = {(people, kind): share(count, heads[people]) for people, health in HEALTH.items() for kind, count in enumerate(health)}
    for code, (kind, wanted) in product(DISTRICTS, enumerate(("disabled", "ill"))):
        found = sum(cells[people, of][code] for people in HEALTH for of in (kind, 2))
        cells["adult", kind][code] += getattr(DISTRICTS[code], wanted) - found
    return {code: {people: Health(*(cells[people, kind][code] for kind in range(3))) for people in HEALTH} for code in DISTRICTS}


def share(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Divide a total by weights into whole parts with the same sum (largest remainder)."""
    whole = sum(weights.values())
    parts = {key: total * weight // whole for key, weight in weights.items()}
    remainders = sorted(weights, key=lambda key: (-(total * weights[key] % whole), key))
    for key in remainders[: total - sum(parts.values())]:
        parts[key] += 1
    return parts


def _heads(households: Mapping[HouseholdKind, int], people: str) -> int:
    return sum(count * heads_in(kind, people) for kind, count in households.items())


def heads_in(kind: HouseholdKind, people: str) -> int:
    """How many people of a class live in a household of this kind."""
    if people in ("elder_alone", "elder"):
        return kind.elders if (kind == ELDER_ALONE) == (people == "elder_alone") else 0
    return {"pupil": kind.pupils, "minor": kind.minors, "adult": kind.adults}[people]


def _row(quarter: Quarter) -> District:
    def count(kinds: Iterable[str]) -> int:
        return sum(quarter.heads(people) for people in kinds)

    health = list(quarter.health.values())
    return District(
        people=count(HEALTH),
        elders=count(("elder_alone", "elder")),
        minors=count(("pupil", "minor")),
        disabled=sum(of.disabled_only + of.both for of in health),
        ill=sum(of.ill_only + of.both for of in health),
        alone=count(("elder_alone",)),
        pupils=count(("pupil",)),
        households=sum(quarter.households.values()),
    )
