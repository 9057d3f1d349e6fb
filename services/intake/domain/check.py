"""A check (核查) of a household outside a campaign: yearly, or half-yearly where somebody is able to work (民发〔2021〕57号 art 31)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.intake import labels
from services.intake.domain.naming import NamesSomebody, has_number
from services.intake.domain.survey import MOST_INVESTIGATORS, people_among
from services.intake.labels.check import CHECK_OCCASION, CHECK_OUTCOME
from shared.errors import Fault, RuleRefusal
from shared.rules import Rule
from shared.sentences import S_, together

LONGEST_NOTE: Final = 500
ABLE: Final = ("able", "partial")
"""Codes of `labels.LABOUR` of somebody whose income may change with work."""


class CheckRefused(RuleRefusal):
    code = "check-refused"


@dataclass(frozen=True, slots=True)
class Check:
    """What was found. `investigators` are work numbers; `note` may say anything, and is sealed."""

    checked_on: date
    occasion: str
    kind: str
    outcome: str
    investigators: tuple[str, ...]
    note: str = ""


def check_check(found: Check, *, today: date, latest: date | None, investigators_at_least: Rule, names: Mapping[str, str]) -> None:
    """Raises CheckRefused with every fault. At a door as many stand as a visit needs; `latest` is the day of the last check."""
    faults = []
    if found.checked_on > today:
        faults.append(Fault("checked_on", S_("核查日期不能晚于登记日期")))
    elif latest is not None and found.checked_on < latest:
        faults.append(Fault("checked_on", S_("本户已有 {latest} 的核查，不能再登记更早的核查", latest=latest)))
    for field, known, called in (
        ("occasion", CHECK_OCCASION, S_("核查事由")),
        ("kind", labels.VISIT_KIND, S_("核查方式")),
        ("outcome", CHECK_OUTCOME, S_("核查结果")),
    ):
        if getattr(found, field) not in known:
            faults.append(Fault(field, S_("请选择{called}：{known}", called=called, known=known.values())))
    least = int(investigators_at_least.params["investigators"]) if found.kind == "home" else 1
    if len(people_among(found.investigators, names)) < least:
        rule = investigators_at_least if found.kind == "home" else None
        message = S_("入户核查不少于 {least} 人", least=least) if rule else S_("请填写核查人的工号")
        faults.append(Fault("investigators", message, rule.id if rule else "", rule.article if rule else ""))
    elif len(found.investigators) > MOST_INVESTIGATORS:
        faults.append(Fault("investigators", S_("一次核查至多 {most} 人", most=MOST_INVESTIGATORS)))
    elif has_number("\n".join(found.investigators)):
        faults.append(Fault("investigators", S_("核查人以工号登记，不要写身份证号和电话号码"), NamesSomebody.code))
    if len(found.note) > LONGEST_NOTE:
        faults.append(Fault("note", S_("不超过 {most} 个字", most=LONGEST_NOTE)))
    if found.outcome == "changed" and not found.note.strip():
        faults.append(Fault("note", S_("情况有变的，请写明变化")))
    if faults:
        raise CheckRefused(together(fault.message for fault in faults), faults=faults)
