"""Why a person is on a list or not (说明理由): which group fits, which condition does not, which rank, and what would change it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from services.intake.domain.group import GroupDefinition
from services.intake.domain.person import PersonFacts
from services.intake.domain.selection import LARGEST, Applicant, GroupQuota, Place, select, tie


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


def standing(
    definition: GroupDefinition,
    conditions: tuple[Judged, ...],
    quota: GroupQuota,
    applicants: Sequence[Applicant],
    places: Sequence[Place],
    *,
    key: str,
    seed: str,
) -> GroupReason:
    """Where the person stands in one group, by the inputs that the list was made from."""
    code = definition.code
    fitting = [applicant for applicant in applicants if code in applicant.groups]
    own = next((applicant for applicant in fitting if applicant.key == key), None)
    last = min((place.score for place in places if place.list == "selected" and place.group == code), default=None)
    if own is None:
        return GroupReason(code, definition.name, conditions, len(fitting), quota.quota, last_score=last)
    rank, lot = own.rank_in(code), tie(seed, key)
    equals = [other for other in fitting if other.key != key and other.rank_in(code) == rank]
    before = sum(other.rank_in(code) > rank for other in fitting) + sum(tie(seed, other.key) < lot for other in equals)
    return GroupReason(code, definition.name, conditions, len(fitting), quota.quota, own.score_in(code), before + 1, last, len(equals))


def more_need(applicants: Sequence[Applicant], quotas: Sequence[GroupQuota], *, key: str, seed: str, at_most: int = 64) -> int | None:
    """By how many points the person's need would have to be greater, everything else as it was, to be selected; None above `at_most`.

    Found by repeating the selection: in overlapping groups no comparison with one other person would tell.
    """
    own = next(applicant for applicant in applicants if applicant.key == key)
    others = [applicant for applicant in applicants if applicant.key != key]

    def is_selected(more: int) -> bool:
        scores = tuple(min(score + more, LARGEST) for score in own.scores)
        raised = replace(own, score=min(own.score + more, LARGEST), scores=scores)
        places = select([*others, raised], quotas, seed).places
        return any(place.key == key and place.list == "selected" for place in places)

    if not is_selected(at_most):
        return None
    least, most = 0, at_most
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (least, middle) if is_selected(middle) else (middle, most)
    return most
