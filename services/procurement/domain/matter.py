"""What may be bought: the matters of a project against the negative list of that date."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.procurement.domain.limit import Deviation, against
from shared.errors import RuleRefusal
from shared.rules import Rule

NEGATIVE_CATEGORIES: Final[Mapping[str, str]] = {
    "N1": "不属于政府职责范围的服务事项",
    "N2": "应当由政府直接履职的事项",
    "N3": "货物、工程，以及将工程和服务打包的项目",
    "N4": "融资行为",
    "N5": "人员招、聘用，以劳务派遣方式用工，以及设置公益性岗位等事项",
    "N6": "其他不得作为政府购买服务内容的事项",
}


class NotPurchasable(RuleRefusal):
    code = "not-purchasable"


class NegativeListIncomplete(RuleRefusal):
    """The second person has not answered for every category of the list."""

    code = "negative-list-incomplete"


@dataclass(frozen=True, slots=True)
class Matter:
    """One service matter as the buyer words it."""

    title: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class NegativeFinding:
    """A matter that looks like a category of the negative list, and the word that gave it away."""

    matter: str
    category: str
    signal: str


def signalled(matter: Matter, rule: Rule) -> list[NegativeFinding]:
    """What the words of a matter give away. 'Helping with' a government act may be bought, the act itself may not."""
    text = matter.title + matter.description
    helps = any(word in matter.title for word in rule.params["helping"])
    return [
        NegativeFinding(matter.title, category, word)
        for category, words in rule.params["signals"].items()
        for word in words
        if word in text and not (category == "N2" and helps)
    ]


def check_matters(
    matters: Sequence[Matter], findings: Sequence[NegativeFinding], answers: Mapping[str, bool], rule: Rule, *, reason: str = ""
) -> Deviation | None:
    """No word of a matter and no answer of the second person may point at the negative list."""
    if not matters:
        raise NegativeListIncomplete("请列明购买服务的具体事项", rule=rule.id, article=rule.citation, field="matters")
    if missing := [category for category in rule.params["categories"] if category not in answers]:
        raise NegativeListIncomplete(
            f"负面清单须逐项核对，尚缺 {'、'.join(missing)}", rule=rule.id, article=rule.citation, field="negative_list"
        )
    named = [f"{NEGATIVE_CATEGORIES[category]}" for category in rule.params["categories"] if answers[category]]
    named += [f"「{finding.matter}」属于{NEGATIVE_CATEGORIES[finding.category]}（{finding.signal}）" for finding in findings]
    if not named:
        return None
    return against(rule, f"不得纳入政府购买服务（{rule.citation}）：{'；'.join(named)}", NotPurchasable, field="matters", reason=reason)
