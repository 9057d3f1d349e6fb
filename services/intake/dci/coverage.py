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
    """By `authorize`, not by the person's own consent."""


def coverage_of(criteria: Mapping[str, Any], *, partner: Partner, terms: RegistryTerms, now: datetime) -> Coverage:
    """From `consent`, else `authorize`: `{ts, purpose: {code}, expires_at?, attributes?}`. Raises NotCovered."""
    given = criteria.get("consent") or criteria.get("authorize")
    if not isinstance(given, dict):
        raise NotCovered("须附 consent（本人同意）或 authorize（法定依据）")
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
    return Coverage(str(code), tuple(dict.fromkeys(asked)), is_by_law=not criteria.get("consent"))
