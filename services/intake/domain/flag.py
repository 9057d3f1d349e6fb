"""Flags (特殊标识) of a person: declared by plugins, each with its definition and where that is from.

A flag is a criterion in CEL under a name, so it finds people in the store, is told of one person, and may stand in the criterion of
a group as `flags.<code>`. There it is written out before it is kept: what a programme asks does not change when a plugin does.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.intake.domain.cel import CriterionRefused
from services.intake.domain.group import GroupDefinition, written
from services.intake.domain.person import PersonFacts
from shared.sentences import S_

_NAMED: Final = re.compile(r"""("[^"]*"|'[^']*')|\bflags\.(\w+)""")


@dataclass(frozen=True, slots=True)
class FlagDefinition:
    """`definition` says in Chinese who is meant, `source` which instrument says so. Raises CriterionRefused for a bad criterion."""

    code: str
    name: str
    definition: str
    source: str
    criterion: str

    def __post_init__(self) -> None:
        written(self.code, self.name, self.criterion)

    @property
    def group(self) -> GroupDefinition:
        """The flag as what it is to the store: some people, by a criterion."""
        return written(self.code, self.name, self.criterion)


def flags_on(person: PersonFacts, on: date, known: Iterable[FlagDefinition]) -> list[FlagDefinition]:
    """The flags that a person has on a day."""
    return [flag for flag in known if flag.group.admits(person, on)]


def written_out(expression: str, known: Sequence[FlagDefinition], *, field: str = "expression") -> str:
    """The expression with every `flags.<code>` replaced by the flag's criterion. Raises CriterionRefused for an unknown flag."""
    criteria: Mapping[str, str] = {flag.code: flag.criterion for flag in known}

    def replaced(found: "re.Match[str]") -> str:
        quoted, code = found.groups()
        if quoted is not None:
            return str(quoted)
        if code not in criteria:
            raise CriterionRefused(
                S_("没有“flags.{code}”这一标识，可用：{flags}", code=code, flags=[f"flags.{name}" for name in criteria]), field=field
            )
        return f"({criteria[code]})"

    return _NAMED.sub(replaced, expression)
