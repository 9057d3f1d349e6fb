"""Administrative divisions (行政区划): which contains which, what they are called, what became of abolished ones.

A code has 12 digits, right-padded with 0: 2 for the province, 2 the city, 2 the county, 3 the street or town, 3 the community.
"""

from csv import DictReader
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from shared.errors import RuleRefusal
from shared.reference import texts
from shared.sentences import S_

DIGITS: Final = 12
LEVELS: Final = (0, 2, 4, 6, 9, 12)
"""Significant digits of country, province, city, county, street, community."""


class UnknownDivision(RuleRefusal):
    code = "unknown-division"


@dataclass(frozen=True, slots=True)
class DivisionName:
    """A row of the table. `version` is the year of the source; `is_sample` marks communities invented for sample data."""

    code: str
    name: str
    version: int
    until: int | None
    """Year in which the code was abolished, None while it is in use."""
    is_sample: bool


def check_division(code: str) -> str:
    """The code itself. Raises UnknownDivision if it is not 12 digits."""
    if len(code) != DIGITS or not (code.isascii() and code.isdigit()):
        raise UnknownDivision(S_("行政区划代码应为 12 位数字，不足的在右侧补 0"), field="division")
    return code


def level(code: str) -> int:
    """How many digits of the code mean something: 0, 2, 4, 6, 9 or 12."""
    return next(digits for digits in LEVELS if not code[digits:].strip("0"))


def contains(container: str, code: str) -> bool:
    """Whether `code` is the container or lies in it; "" and twelve zeros contain everything."""
    return code.startswith(container[: level(container)])


def parent(code: str) -> str:
    """The next larger division; "" above a province."""
    kept = max((above for above, below in pairwise(LEVELS) if below == level(code)), default=0)
    return code[:kept].ljust(DIGITS, "0") if kept else ""


def ancestors(code: str) -> list[str]:
    """The division and every larger one, smallest first."""
    path = []
    while code:
        path.append(code)
        code = parent(code)
    return path


def is_known(code: str) -> bool:
    """Whether the table has the code, abolished ones included."""
    return code in _names()


def name_of(code: str) -> str:
    """The name; the code itself if the table does not have it, since a page must show something."""
    row = _names().get(code)
    return row.name if row else code


def full_name(code: str) -> str:
    """The name below the province, as addresses are written: `黄石市黄石港区花湖街道`."""
    return "".join(name_of(above) for above in reversed(ancestors(code)) if level(above) > LEVELS[1]) or name_of(code)


def children(code: str) -> list[str]:
    """Codes in use directly below, in order."""
    return sorted(row.code for row in _names().values() if row.until is None and parent(row.code) == code)


def successor(code: str) -> str:
    """The code in use today for an abolished one; the code itself if nothing replaced it."""
    seen = {code}
    while (following := _successors().get(code)) and following not in seen:
        seen.add(code := following)
    return code


def row_of(code: str) -> DivisionName:
    """The whole row. Raises UnknownDivision."""
    try:
        return _names()[code]
    except KeyError:
        raise UnknownDivision(S_("行政区划代码 {code} 不在现有代码表中", code=code), field="division") from None


@lru_cache(maxsize=1)
def _names() -> dict[str, DivisionName]:
    names: dict[str, DivisionName] = {}
    for where, text in texts("divisions.csv"):
        for number, row in enumerate(DictReader(text.splitlines()), start=2):
            try:
                names[check_division(row["code"])] = DivisionName(
                    row["code"], row["name"], int(row["version"]), int(row["until"]) if row["until"] else None, row["sample"] == "yes"
                )
            except (KeyError, TypeError, ValueError, UnknownDivision) as fault:
                raise ValueError(f"{where} 第 {number} 行：行政区划无法读取：{fault}") from fault
    return names


@lru_cache(maxsize=1)
def _successors() -> dict[str, str]:
    return {row["code"]: row["successor"] for _, text in texts("division_successors.csv") for row in DictReader(text.splitlines())}
