"""What must be true before a part of the price is due, against what the other services have reported."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared.errors import Fault, RuleRefusal
from shared.events.procurement import MilestoneTerms, Scheme
from shared.rules import Rule


class MilestoneUnmet(RuleRefusal):
    """Names every condition that is not met."""

    code = "milestone-unmet"


@dataclass(frozen=True, slots=True)
class RoundResult:
    """A round of evaluation that counts."""

    composite: Decimal
    satisfaction: Decimal
    verdict: str
    open_findings: int
    """Findings against the provider that are not closed."""
    findings: int
    is_by_frozen_scheme: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """What has been reported up to a day."""

    day: date
    workers_verified: int = 0
    files_due: int = 0
    files_verified: int = 0
    plans_signed: int = 0
    sessions: int = 0
    cases_opened: int = 0
    """Distinct recipients with an opened case."""
    cases_closed: int = 0
    mid: RoundResult | None = None
    final: RoundResult | None = None
    is_contract_published: bool = False
    is_plan_accepted: bool = False
    is_acceptance_published: bool = False


def unmet(terms: MilestoneTerms, progress: Progress, scheme: Scheme) -> tuple[str, ...]:
    """Every condition that is not met, in words; empty when the milestone is reached."""
    return tuple([*_papers(terms, progress), *_counts(terms, progress), *_evaluation(terms, progress, scheme)])


def check_met(terms: MilestoneTerms, missing: tuple[str, ...], rule: Rule) -> None:
    if missing:
        raise MilestoneUnmet(
            f"{terms.title}尚未达到：{'；'.join(missing)}",
            faults=[Fault(field=terms.code, message=message, rule=rule.id, article=rule.citation) for message in missing],
        )


def _papers(terms: MilestoneTerms, progress: Progress) -> list[str]:
    missing = []
    if not progress.is_contract_published:
        missing.append("合同尚未公告")
    if not progress.is_plan_accepted:
        missing.append("承接机构的实施方案尚未验收")
    if terms.needs_acceptance and not progress.is_acceptance_published:
        missing.append("验收结果尚未公告")
    return missing


def _counts(terms: MilestoneTerms, progress: Progress) -> list[str]:
    counted = (
        ("社工资质核验", progress.workers_verified, terms.workers_verified, "人"),
        ("签署服务计划", progress.plans_signed, terms.plans_signed, "份"),
        ("服务", progress.sessions, terms.sessions, "次"),
        ("服务对象", progress.cases_opened, terms.cases_opened, "人"),
    )
    missing = [f"{what} {have} {unit}，应不少于 {need} {unit}" for what, have, need, unit in counted if have < need]
    missing += _share("一户一档", progress.files_verified, progress.files_due, terms.files_verified_percent)
    return missing + _share("结案", progress.cases_closed, progress.cases_opened, terms.closed_percent)


def _share(what: str, have: int, of: int, percent: int) -> list[str]:
    """Whole numbers on both sides: 95 % of 9,155 is not rounded to anybody's favour."""
    if not percent or (of and have * 100 >= percent * of):
        return []
    return [f"{what} {have}/{of}，应不少于 {percent}%"]


def _evaluation(terms: MilestoneTerms, progress: Progress, scheme: Scheme) -> list[str]:
    if not terms.evaluation:
        return []
    name = "事中评价" if terms.evaluation == "mid" else "事后评价"
    result = progress.mid if terms.evaluation == "mid" else progress.final
    if result is None:
        return [f"{name}结果尚未生效"]
    missing = [] if result.is_by_frozen_scheme else [f"{name}所用方案与合同冻结的方案不一致"]
    if result.composite < Decimal(scheme.rectify_at_least):
        missing.append(f"{name} {result.composite} 分，低于 {scheme.rectify_at_least} 分")
    elif result.composite < Decimal(scheme.pass_at_least) and not is_rectified(result):
        missing.append(f"{name} {result.composite} 分，低于 {scheme.pass_at_least} 分，整改尚未复核通过")
    if terms.evaluation == "final" and result.satisfaction < Decimal(scheme.satisfaction_floor):
        missing.append(f"服务对象满意度 {result.satisfaction} 分，低于 {scheme.satisfaction_floor} 分")
    return missing


def is_rectified(result: RoundResult) -> bool:
    """Evaluation said so, or there were findings and every one of them is closed."""
    return result.verdict == "passed" or (result.verdict == "rectify" and result.findings > 0 and result.open_findings == 0)
