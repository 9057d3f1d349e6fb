"""What consent or law covers: for which purpose, until when, and which fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.intake.dci.envelope import moment_of
from services.intake.domain.partner import Partner, RegistryTerms
from shared.errors import RuleRefusal


class NotCovered(RuleRefusal):
    """Nothing allows the answer."""

    code = "not-covered"


@dataclass(frozen=True, slots=True)
class Coverage:
    purpose: str
    fields: Sequence[str]
    is_by_law: bool
    """By `authorize`, with or without the person's own consent."""


def coverage_of(criteria: Mapping[str, Any], *, partner: Partner, terms: RegistryTerms, now: datetime) -> Coverage:
    """From `consent`, `authorize`, or both: then both must hold, and what both cover is shown. Raises NotCovered."""
    bases = [criteria[name] for name in ("consent", "authorize") if criteria.get(name)]
    if not bases:
        raise NotCovered("须附 consent（本人同意）或 authorize（法定依据）")
    (purpose, fields), *others = [_covered(basis, partner, terms, now) for basis in bases]
    if any(other != purpose for other, _ in others):
        raise NotCovered("consent 和 authorize 的 purpose.code 须相同")
    shown = tuple(each for each in fields if all(each in covered for _, covered in others))
    return Coverage(purpose, shown, is_by_law=bool(criteria.get("authorize")))


def _covered(given: Any, partner: Partner, terms: RegistryTerms, now: datetime) -> tuple[str, Sequence[str]]:
    """Purpose and fields of `{ts, purpose: {code}, expires_at?, attributes?}`."""
    if not isinstance(given, dict):
        raise NotCovered("consent、authorize 须为对象")
    purpose = given.get("purpose")
    code = purpose.get("code") if isinstance(purpose, dict) else None
    if code not in partner.purposes:
        raise NotCovered("purpose.code 须为约定的目的：" + "、".join(partner.purposes))
    since, until = moment_of(given.get("ts")), moment_of(given.get("expires_at"))
    if since is None or since > now + timedelta(seconds=terms.clock_skew_seconds):
        raise NotCovered("ts 须为已经过去的带时区的时间")
    if "expires_at" in given and until is None:
        raise NotCovered("expires_at 须为带时区的时间")
    if now > (until or since + timedelta(days=terms.consent_days)):
        raise NotCovered("同意或依据已过期")
    asked = given.get("attributes", [])
    if not isinstance(asked, list) or not all(isinstance(each, str) for each in asked):
        raise NotCovered("attributes 须为字段名的列表")
    if foreign := [each for each in asked if each not in partner.fields]:
        raise NotCovered(f"约定之外的字段 {len(foreign)} 个；可用：" + ("、".join(partner.fields) or "无"))
    return str(code), tuple(dict.fromkeys(asked))
