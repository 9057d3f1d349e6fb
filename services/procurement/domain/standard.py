"""The local price standard (价格标准): what a service item may cost."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.errors import RuleRefusal
from shared.money import Fen


class StandardFault(RuleRefusal):
    code = "standard-fault"


@dataclass(frozen=True, slots=True)
class StandardItem:
    title: str
    unit: str
    price_fen: Fen
    remark: str = ""


def check_items(items: Sequence[StandardItem]) -> None:
    """At least one item, each once, each with a price."""
    if not items or any(item.price_fen <= 0 for item in items):
        raise StandardFault("每个项目都应有大于 0 的价格", field="items")
    if len({item.title for item in items}) != len(items):
        raise StandardFault("价格标准中有重复的项目", field="items")
