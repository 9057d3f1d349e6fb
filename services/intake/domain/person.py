"""A person (救助对象) as the rules see one: no name, no number, only what decides."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from shared.money import FEN_PER_YUAN

NEEDS: Final = ("economy", "health", "education", "housing", "employment", "guardianship", "inclusion")
"""The seven needs that a survey asks about, each from 0 (none) to 3 (urgent)."""
HIGHEST_NEED: Final = 3
MOST_YUAN: Final = 100_000
"""A month, of one household."""

PUPIL: Final = frozenset({"primary", "junior", "senior", "vocational"})
"""Stages of school whose children count as pupils (学生); preschool and college do not."""

ADULT_FROM: Final = 18
"""未成年人 are under 18 (未成年人保护法 art 2)."""
ELDERLY_FROM: Final = 60
"""老年人 are 60 and over (老年人权益保障法 art 2); the sixtieth birthday counts."""
SEVERE_LEVELS: Final = (1, 2)
SPECIAL_KINDS: Final = (5, 6)
"""智力 and 精神: level 3 is treated like a severe disability (DB-03)."""

AGE_BANDS: Final = ((0, "0-5"), (6, "6-13"), (14, "14-17"), (18, "18-59"), (60, "60-69"), (70, "70-79"), (80, "80+"))


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What groups, need and objections are judged by. `needs` are the household's, in the order of NEEDS; empty before the visit."""

    birth: date
    sex: str
    category: str
    living_members: int
    schooling: str = ""
    has_single_parent: bool = False
    disability_kind: int = 0
    disability_level: int = 0
    is_seriously_ill: bool = False
    status: str = "present"
    needs: tuple[int, ...] = ()
    division: str = ""
    relation: str = ""
    housing: str = ""
    father: str = ""
    """A code of `labels.PARENT`, of somebody under 18; "": not recorded."""
    mother: str = ""
    adl_unmet: int = 0
    """How many of the six activities of daily life (`labels.DAILY`) are beyond the person; 0 also where nobody has looked."""
    has_lost_only_child: bool = False
    labour: str = ""
    """This and the next five are codes of `labels`; "": not recorded."""
    employment: str = ""
    health: str = ""
    education: str = ""
    medical_insurance: str = ""
    pension_insurance: str = ""
    disability_valid_to: date | None = None
    """The last day of the disability card, a day in the year 9999 for 长期; None: not recorded."""
    assistance_to: date | None = None
    """The last day of the household's assistance, in the same way."""
    monthly_amount: int | None = None
    """Fen; None: not recorded."""
    causes: str = ""
    """Codes of `labels.CAUSE`, each between commas."""

    def is_card_expired(self, on: date) -> bool:
        """Whether the card's last day has passed; that casts doubt on the card and takes nothing from the person."""
        return self.disability_valid_to is not None and self.disability_valid_to < on

    def is_assistance_over(self, on: date) -> bool:
        """Whether the last day of the household's assistance has passed."""
        return self.assistance_to is not None and self.assistance_to < on

    @property
    def monthly_yuan(self) -> int:
        """Whole yuan; 0 also where no amount is recorded."""
        return (self.monthly_amount or 0) // FEN_PER_YUAN

    @property
    def is_pupil(self) -> bool:
        return self.schooling in PUPIL

    @property
    def is_disabled(self) -> bool:
        return self.disability_level > 0

    @property
    def is_severely_disabled(self) -> bool:
        return self.disability_level in SEVERE_LEVELS or (self.disability_level == 3 and self.disability_kind in SPECIAL_KINDS)


def age_on(birth: date, day: date) -> int:
    """Full years (周岁): one more from the birthday on; someone born on 29 February turns on 1 March in other years."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def born_by(day: date, age: int) -> date:
    """The latest birth of somebody who is at least `age` on that day."""
    try:
        return day.replace(year=day.year - age)
    except ValueError:
        return date(day.year - age, 2, 28)


def age_band(age: int) -> str:
    """The band that stands for an exact age wherever the age itself would say too much."""
    return next(name for start, name in reversed(AGE_BANDS) if age >= start)
