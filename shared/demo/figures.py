"""What the case says in numbers, beside the population: places, money, sessions, sheets, outcomes, petitions.

At scale 1 they are the figures of the case. At a smaller scale counts shrink with the city and the results are worked out
from them by the same arithmetic, so a small play is checked as strictly as the whole one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Final

from shared.demo.census import Census, census, share

GROUPS: Final = ("G1", "G2", "G3", "G4")
WEIGHTS: Final = {"D1": 20, "D2": 5, "D3": 30, "D4": 10, "D5": 25, "D6": 10}
DIMENSION_NAMES: Final = {
    "D1": "主体监管",
    "D2": "财政检查",
    "D3": "第三方评估",
    "D4": "专家鉴定",
    "D5": "服务对象评价",
    "D6": "社区评议",
}
BANDS: Final = (("优", "90"), ("良", "80"), ("中", "60"), ("差", "0"))
ASPECTS: Final = {"normative": 25, "professional": 25, "effective": 35, "exemplary": 15}
BALLOT_ITEMS: Final = ("competence", "duration", "effect")
SESSIONS: Final = {"G1": (6, 8), "G2": (5, 7), "G3": (6, 7), "G4": (5, 6)}
"""Sessions of one case, until the mid round and after it."""
SESSIONS_DUE: Final = (1_920, 4_800)
"""Sessions that open the second and the third payment."""
CLOSINGS: Final = {"goals_met": 312, "term_ended": 52, "referred": 14, "moved": 8, "died": 6, "declined": 5, "lost_contact": 3}
OUTCOMES: Final = {
    ("welfare_enterprise", "city", "G3"): 21,
    ("welfare_enterprise", "county", "G3"): 15,
    ("self_employed", "shop", "G3"): 10,
    ("self_employed", "shop", "G4"): 5,
    ("self_employed", "repair", "G3"): 5,
    ("self_employed", "repair", "G4"): 3,
    ("self_employed", "housekeeping", "G3"): 3,
    ("self_employed", "housekeeping", "G4"): 6,
}
REFUSALS: Final = {"G1": 3, "G2": 4, "G3": 3, "G4": 2}
PAYMENTS: Final = {"M1": 30, "M2": 40, "M3": 30}
"""Percent of the price."""
YUAN: Final = 100


@dataclass(frozen=True, slots=True)
class Sheets:
    """The sheets of one round of evaluation."""

    subject: str
    finance: str
    assessors: Mapping[str, tuple[int, int, int]]
    """Marks of three assessors for each aspect."""
    experts: tuple[int, ...]
    ballots: tuple[int, int, int]
    """Sums of a hundred ballots for each question."""
    communities: int
    """Sum of twenty sheets."""


MID: Final = Sheets(
    "84.50",
    "90.00",
    {"normative": (83, 84, 85), "professional": (78, 80, 82), "effective": (79, 80, 81), "exemplary": (80, 82, 84)},
    (78, 80, 82, 79, 81),
    (443, 412, 441),
    1_640,
)
FINAL: Final = Sheets(
    "91.00",
    "95.00",
    {"normative": (91, 92, 93), "professional": (89, 90, 91), "effective": (90, 91, 92), "exemplary": (85, 86, 87)},
    (86, 88, 90, 87, 89),
    (472, 455, 471),
    1_800,
)
COMMUNITY_SHEETS: Final = 20


@dataclass(frozen=True)
class Figures:
    """The numbers of one play of the case."""

    scale: float = 1
    people_fold: int = 1
    """A city of so many times the people that chooses no more of them."""

    @cached_property
    def census(self) -> Census:
        return census(self.scale * self.people_fold)

    def of(self, whole: int, at_least: int = 1) -> int:
        """A count of the case at this scale."""
        return max(at_least, round(whole * self.scale))

    # places

    @property
    def quota(self) -> int:
        return self.of(100, 10)

    @property
    def reserve(self) -> int:
        return self.of(20, 4)

    @property
    def recipients(self) -> int:
        return self.quota * len(GROUPS)

    @property
    def refusals(self) -> dict[str, int]:
        """Chosen people who do not want the service; each is replaced from the reserve."""
        return {group: self.of(count) for group, count in REFUSALS.items()}

    @property
    def adults_in_g3(self) -> int:
        """So many of the third group must be of working age."""
        return self.quota * 60 // 100

    # service

    @property
    def workers(self) -> int:
        return max(2, round(15 * self.recipients / 400))

    @property
    def sessions(self) -> int:
        return sum(sum(SESSIONS[group]) for group in GROUPS) * self.quota

    @property
    def sessions_until_mid(self) -> int:
        return sum(SESSIONS[group][0] for group in GROUPS) * self.quota

    @property
    def sessions_due(self) -> tuple[int, int]:
        first, second = SESSIONS_DUE
        return first * self.recipients // 400, second * self.recipients // 400

    @property
    def activities(self) -> int:
        return self.of(24, 2)

    @property
    def outcomes(self) -> dict[tuple[str, str, str], int]:
        return {kind: max(1, count * self.recipients // 400) for kind, count in OUTCOMES.items()}

    def outcomes_of(self, kind: str) -> int:
        return sum(count for (of, _, _), count in self.outcomes.items() if of == kind)

    @property
    def closings(self) -> dict[str, int]:
        return share(self.recipients, CLOSINGS)

    # money

    @property
    def budget_fen(self) -> int:
        return 680_000 * YUAN

    @property
    def quotes_fen(self) -> dict[str, tuple[int, int]]:
        """First and final offers of the two."""
        return {"A": (668_000 * YUAN, 636_000 * YUAN), "B": (672_000 * YUAN, 648_000 * YUAN)}

    @property
    def amount_fen(self) -> int:
        return min(final for _, final in self.quotes_fen.values())

    @property
    def payments_fen(self) -> dict[str, int]:
        return {milestone: self.amount_fen * percent // 100 for milestone, percent in PAYMENTS.items()}

    @property
    def payments_by_year_fen(self) -> dict[str, int]:
        paid = self.payments_fen
        return {"2016": paid["M1"], "2017": paid["M2"] + paid["M3"]}

    # evaluation

    @property
    def sample_per_group(self) -> int:
        return min(self.quota, self.of(30, 6))

    @property
    def answered_per_group(self) -> int:
        """A number by which a mean has an end of digits."""
        return max(count for count in (5, 10, 20, 25) if count <= self.sample_per_group and count <= self.of(25, 5))

    def ballot_sums(self, sheets: Sheets) -> tuple[int, ...]:
        """Sums of the ballots that came back, one for each question; together divisible by three, for the same reason."""
        answered = self.answered_per_group * len(GROUPS)
        first, second, third = (total * answered // 100 for total in sheets.ballots)
        return first, second, third + -(first + second + third) % len(BALLOT_ITEMS)

    def scores(self, sheets: Sheets) -> dict[str, Decimal]:
        """Score of each dimension, exact."""
        answered = self.answered_per_group * len(GROUPS)
        aspects = [Decimal(sum(sheets.assessors[name])) / len(sheets.assessors[name]) * weight for name, weight in ASPECTS.items()]
        return {
            "D1": Decimal(sheets.subject),
            "D2": Decimal(sheets.finance),
            "D3": sum(aspects, Decimal()) / 100,
            "D4": Decimal(sum(sheets.experts)) / len(sheets.experts),
            "D5": Decimal(sum(self.ballot_sums(sheets))) / (answered * len(BALLOT_ITEMS)) * 20,
            "D6": Decimal(sheets.communities) / COMMUNITY_SHEETS,
        }

    def composite(self, sheets: Sheets) -> Decimal:
        """Weighted, unrounded."""
        return sum((score * WEIGHTS[code] for code, score in self.scores(sheets).items()), Decimal()) / 100

    def band(self, sheets: Sheets) -> str:
        composite = self.composite(sheets)
        return next(name for name, at_least in BANDS if composite >= Decimal(at_least))
