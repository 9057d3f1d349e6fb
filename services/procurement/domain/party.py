"""Who may buy, who may supply: kinds of organisation, their credit codes, and the kinds a rule of that date allows."""

from dataclasses import dataclass
from typing import Final, Literal

from services.procurement.domain.limit import Deviation, against
from shared.errors import RuleRefusal
from shared.identity import check_uscc
from shared.rules import Rule

BuyerKind = Literal["state_organ", "administrative_institution", "party_organ", "mass_organisation_administrative", "public_institution_1"]
ProviderKind = Literal[
    "enterprise",
    "association",
    "service_organisation",
    "foundation",
    "public_institution_2",
    "public_institution_business",
    "rural_collective",
    "residents_committee",
    "individual",
    "public_institution_1",
    "public_institution_administrative",
    "mass_organisation",
]

CREDIT_CODE_PREFIX: Final[dict[str, tuple[str, ...]]] = {
    "enterprise": ("91", "92", "93"),
    "association": ("51",),
    "service_organisation": ("52",),
    "foundation": ("53",),
    "public_institution_2": ("12",),
    "public_institution_business": ("12",),
    "public_institution_1": ("12",),
    "public_institution_administrative": ("12",),
    "mass_organisation": ("13",),
    "rural_collective": ("N1", "N2", "N3", "N9"),
    "residents_committee": ("54",),
}
"""First two characters of the unified social credit code by kind; an individual has none."""


@dataclass(frozen=True, slots=True)
class Party:
    """An organisation on the buying side."""

    name: str
    kind: BuyerKind
    address: str = ""
    contact: str = ""


class BuyerNotAllowed(RuleRefusal):
    code = "buyer-not-allowed"


class ProviderNotAllowed(RuleRefusal):
    code = "provider-not-allowed"


class CreditCodeMismatch(RuleRefusal):
    """The code is a real one of another kind of organisation."""

    code = "credit-code-mismatch"


class NotIndependent(RuleRefusal):
    code = "not-independent"


class ConditionsDiscriminate(RuleRefusal):
    """The conditions shut out a kind of supplier that the law admits (条例 20)."""

    code = "conditions-discriminate"


def check_buyer(kind: str, title: str, rule: Rule, *, reason: str = "") -> Deviation | None:
    if kind in rule.params["kinds"]:
        return None
    return against(rule, f"{title}不得作为购买主体（{rule.citation}）", BuyerNotAllowed, field="kind", reason=reason)


def check_provider(kind: str, title: str, rule: Rule, *, reason: str = "") -> Deviation | None:
    if kind in rule.params["kinds"]:
        return None
    return against(rule, f"{title}不得作为承接主体（{rule.citation}）", ProviderNotAllowed, field="kind", reason=reason)


def check_credit_code(code: str, kind: str) -> str:
    """The code in capitals, its check characters right and its kind fitting; "" for an individual, who has none."""
    if kind == "individual":
        return ""
    code = check_uscc(code)
    prefixes = CREDIT_CODE_PREFIX[kind]
    if not code.startswith(prefixes):
        raise CreditCodeMismatch(f"统一社会信用代码与主体类型不符，应以 {'、'.join(prefixes)} 开头", field="uscc")
    return code


def check_open_to_all_kinds(offered: frozenset[str], kinds: Rule, rule: Rule) -> None:
    """Every kind that may supply must be admitted: 'only social organisations' is unlawful (条例 20(7))."""
    if missing := [kind for kind in kinds.params["kinds"] if kind not in offered]:
        raise ConditionsDiscriminate(
            f"供应商条件排除了依法可以承接的主体类型：{'、'.join(missing)}（{rule.citation}）",
            rule=rule.id,
            article=rule.citation,
            field="provider_kinds",
        )


def check_independent(supplier: str, advisers: frozenset[str], rule: Rule) -> None:
    """Who helped to design the project does not bid for it (条例 18)."""
    if supplier in advisers:
        raise NotIndependent(
            f"{supplier}参与过本项目方案指导，不得再参加采购（{rule.citation}）", rule=rule.id, article=rule.citation, field="supplier_id"
        )
