"""Why a person is on a list or not (说明理由): which group fits, which condition does not, which rank, and what would change it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from services.intake.domain.group import GroupDefinition
from services.intake.domain.person import PersonFacts
from services.intake.domain.selection import LARGEST, Applicant, GroupQuota, Place, contenders, seated, tie


@dataclass(frozen=True, slots=True)
class Judged:
    """One condition of a group, in its Chinese words, and whether it holds."""

    text: str
    holds: bool


@dataclass(frozen=True, slots=True)
class GroupReason:
    """What one group says of a person. Rank and scores are those of the list; None for somebody who does not fit."""

    code: str
    name: str
    conditions: tuple[Judged, ...]
    eligible: int
    quota: int
    score: int | None = None
    rank: int | None = None
    """Place among everybody who fits the group, by need, precedence and lot."""
    last_score: int | None = None
    """The lowest need of those who were selected for the group."""
    equals: int = 0
    """How many others of the group have the same need and precedence: among them the lot decides."""

    @property
    def fits(self) -> bool:
        return all(condition.holds for condition in self.conditions)


def judged(definition: GroupDefinition, person: PersonFacts, on: date) -> tuple[Judged, ...]:
    return tuple(Judged(condition.text, condition.holds(person, on)) for condition in definition.conditions)


class Ranking:
    """How everybody who fits one group stands in it, by the inputs that the list was made from."""

    def __init__(self, code: str, applicants: Sequence[Applicant], places: Sequence[Place], *, seed: str) -> None:
        self._code = code
        self._fitting = {applicant.key: applicant for applicant in applicants if code in applicant.groups}
        self._last = min((place.score for place in places if place.list == "selected" and place.group == code), default=None)
        alike: dict[int, list[str]] = {}
        for applicant in self._fitting.values():
            alike.setdefault(applicant.rank_in(code), []).append(applicant.key)
        self._equals = {key: len(keys) - 1 for keys in alike.values() for key in keys}
        in_order = (key for rank in sorted(alike, reverse=True) for key in _by_lot(alike[rank], seed))
        self._ranks = {key: rank for rank, key in enumerate(in_order, start=1)}

    def of(self, key: str, name: str, quota: int, conditions: tuple[Judged, ...]) -> GroupReason:
        """Where one person stands; `name`, `quota` and `conditions`, how the person is judged, are those of now."""
        told = GroupReason(self._code, name, conditions, len(self._fitting), quota, last_score=self._last)
        own = self._fitting.get(key)
        if own is None:
            return told
        return replace(told, score=own.score_in(self._code), rank=self._ranks[key], equals=self._equals[key])


class Standings:
    """A stored list, read: who was judged, who got a place, and how each stands in each group."""

    def __init__(self, inputs: str, places: str, seed: str) -> None:
        self.applicants = [Applicant.read(line) for line in inputs.splitlines()]
        self.places = [Place.read(line) for line in places.splitlines()]
        self.judged = {applicant.key for applicant in self.applicants}
        self.placed = {place.key: place for place in self.places}
        self._seed = seed
        self._rankings: dict[str, Ranking] = {}

    def ranking(self, code: str) -> Ranking:
        if code not in self._rankings:
            self._rankings[code] = Ranking(code, self.applicants, self.places, seed=self._seed)
        return self._rankings[code]


@lru_cache(maxsize=1)
def standings(inputs: str, places: str, seed: str) -> Standings:
    """Kept for the next page of letters and the next person of the list; a list never changes."""
    return Standings(inputs, places, seed)


def _by_lot(keys: Sequence[str], seed: str) -> Sequence[str]:
    return sorted(keys, key=lambda key: tie(seed, key)) if len(keys) > 1 else keys


def more_need(applicants: Sequence[Applicant], quotas: Sequence[GroupQuota], *, key: str, seed: str, at_most: int = 64) -> int | None:
    """By how many points the person's need would have to be greater, everything else as it was, to be selected; None above `at_most`.

    Found by repeating the selection: in overlapping groups no comparison with one other person would tell. Mostly a few points do, so the
    steps begin small.
    """
    own = next(applicant for applicant in applicants if applicant.key == key)
    others = contenders((applicant for applicant in applicants if applicant.key != key), quotas, seed)

    def is_selected(more: int) -> bool:
        scores = tuple(min(score + more, LARGEST) for score in own.scores)
        raised = replace(own, score=min(own.score + more, LARGEST), scores=scores)
        return key in seated([*others, raised], quotas, seed)

    least, most = 0, 1
    while not is_selected(most):
        if most == at_most:
            return None
        least, most = most, min(2 * most, at_most)
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (least, middle) if is_selected(middle) else (middle, most)
    return most
