"""结项: nothing left to do. And how long the file is kept."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from shared.errors import Fault, RuleRefusal
from shared.money import Fen, yuan
from shared.rules import Rule

DECEMBER: Final = 12
LAST_OF_DECEMBER: Final = 31


class NotFinished(RuleRefusal):
    """Names everything that is still missing."""

    code = "not-finished"


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper of the dossier."""

    title: str
    file: UUID


@dataclass(frozen=True, slots=True)
class Ending:
    """Where a contract stands at its end."""

    amount: Fen
    paid: Fen
    has_passed_acceptance: bool
    has_filed_dossier: bool
    has_data_returned: bool


def missing(ending: Ending) -> tuple[str, ...]:
    open_items = []
    if ending.paid < ending.amount:
        open_items.append(f"尚有 {yuan(Fen(ending.amount - ending.paid))} 元未付")
    if not ending.has_passed_acceptance:
        open_items.append("验收尚未通过")
    if not ending.has_filed_dossier:
        open_items.append("结项档案尚未确认")
    if not ending.has_data_returned:
        open_items.append("服务对象资料尚未返还或者删除")
    return tuple(open_items)


def check_finished(ending: Ending, rule: Rule) -> None:
    if still := missing(ending):
        raise NotFinished(
            f"尚不能结项：{'；'.join(still)}",
            faults=[Fault(field="project", message=message, rule=rule.id, article=rule.citation) for message in still],
        )


def keep_until(ended_on: date, rule: Rule) -> date:
    """The procurement file is kept at least fifteen years (法 42): to the end of the fifteenth year."""
    return date(ended_on.year + rule.params["years"], DECEMBER, LAST_OF_DECEMBER)
