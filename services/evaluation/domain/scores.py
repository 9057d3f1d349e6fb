"""From sheets to a band: exact fractions all the way, nothing is rounded before it is judged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from shared.errors import Fault, RuleRefusal, RuleUnavailable

Verdict = Literal["passed", "rectify", "failed"]
Marks = Mapping[str, Decimal]
"""Item of the form → mark."""

FULL_SCORE = 100
EXACT_DECIMALS = 12
"""A score with at most so many decimals is written with all of them."""
CUT_DECIMALS = 10
"""One without an end (a mean of three) is cut, not rounded, behind so many: what is written passes no line that the score does not."""


class MarksRefused(RuleRefusal):
    code = "marks"


class DimensionMissing(RuleRefusal):
    """No composite without all dimensions: the other weights are never stretched to fill the gap."""

    code = "dimension-missing"


class SchemeFault(RuleRefusal):
    code = "scheme"


@dataclass(frozen=True, slots=True)
class Item:
    code: str
    name: str
    weight: int


@dataclass(frozen=True, slots=True)
class Form:
    """What a sheet of one dimension asks."""

    dimension: str
    items: tuple[Item, ...]
    lowest: Decimal
    highest: Decimal
    """The mark that stands for 100."""
    is_whole: bool
    """Whether only whole marks are given (a questionnaire of 1 to 5)."""
    sheets_at_least: int

    def check(self, marks: Marks, *, field: str = "marks") -> None:
        """Raises MarksRefused with every fault of the sheet."""
        faults = [Fault(f"{field}.{item.code}", f"缺少「{item.name}」的评分") for item in self.items if item.code not in marks]
        known = {item.code: item for item in self.items}
        faults += [Fault(f"{field}.{code}", f"评分表没有「{code}」这一项") for code in marks if code not in known]
        faults += [
            Fault(
                f"{field}.{code}",
                f"「{known[code].name}」应为 {self.lowest} 至 {self.highest} 的{'整数' if self.is_whole else '数'}，现为 {mark}",
            )
            for code, mark in marks.items()
            if code in known and not self._fits(mark)
        ]
        if faults:
            raise MarksRefused("；".join(fault.message for fault in faults), faults=faults)

    def _fits(self, mark: Decimal) -> bool:
        return mark.is_finite() and self.lowest <= mark <= self.highest and (not self.is_whole or mark == mark.to_integral_value())


@dataclass(frozen=True, slots=True)
class DimensionSheets:
    """The sheets that count for one dimension in one round, without their authors."""

    form: Form
    marks: tuple[Marks, ...]

    def weighted_mean(self) -> Fraction:
        """Mean over the sheets of the items' weighted marks, on the scale where the highest mark is 100."""
        weights = sum(item.weight for item in self.form.items)
        total = sum(Fraction(marks[item.code]) * item.weight for marks in self.marks for item in self.form.items)
        return total * FULL_SCORE / (weights * len(self.marks) * Fraction(self.form.highest))


@dataclass(frozen=True, slots=True)
class Dimension:
    code: str
    name: str
    weight: int


@dataclass(frozen=True, slots=True)
class Band:
    name: str
    at_least: Decimal


@dataclass(frozen=True, slots=True)
class Terms:
    """What the scheme of the contract says about judging."""

    dimensions: tuple[Dimension, ...]
    bands: tuple[Band, ...]
    satisfaction_dimension: str
    satisfaction_floor: Decimal
    pass_at_least: Decimal
    rectify_at_least: Decimal

    def __post_init__(self) -> None:
        if faults := self._faults():
            raise SchemeFault("评价方案有误：" + "；".join(faults))

    def _faults(self) -> list[str]:
        codes = [dimension.code for dimension in self.dimensions]
        tests = {
            "各维度权重之和应为 100": sum(dimension.weight for dimension in self.dimensions) == FULL_SCORE,
            "维度代码重复": len(set(codes)) == len(codes),
            "满意度维度不在方案之内": self.satisfaction_dimension in codes,
            "等次应覆盖 0 分": any(band.at_least <= 0 for band in self.bands),
            "合格线低于整改线": self.pass_at_least >= self.rectify_at_least,
        }
        return [message for message, passed in tests.items() if not passed]

    def with_weights(self, weights: Sequence[int]) -> "Terms":
        """The same scheme with other weights, to see how much hangs on them."""
        if len(weights) != len(self.dimensions):
            raise SchemeFault(f"应给出 {len(self.dimensions)} 个权重，现有 {len(weights)} 个")
        reweighted = tuple(Dimension(old.code, old.name, weight) for old, weight in zip(self.dimensions, weights, strict=True))
        return Terms(
            reweighted, self.bands, self.satisfaction_dimension, self.satisfaction_floor, self.pass_at_least, self.rectify_at_least
        )


@dataclass(frozen=True, slots=True)
class Result:
    """What one round comes to."""

    scores: Mapping[str, Fraction]
    composite: Fraction
    band: str
    satisfaction: Fraction


def score_of(sheets: DimensionSheets, answers: Sequence[Fraction]) -> Fraction:
    """The first plugin's answer. Raises RuleUnavailable if nobody answered or the answer is no score."""
    if not answers:
        raise RuleUnavailable(f"没有插件为维度 {sheets.form.dimension} 计分，请检查已启用的插件")
    if not 0 <= answers[0] <= FULL_SCORE:
        raise RuleUnavailable(f"维度 {sheets.form.dimension} 的计分插件给出 {float(answers[0])}，不在 0 至 100 之间")
    return answers[0]


def check_enough(sheets: DimensionSheets, dimension: Dimension) -> None:
    """Raises DimensionMissing when a dimension has too few sheets to count."""
    found, needed = len(sheets.marks), sheets.form.sheets_at_least
    if found < needed:
        raise DimensionMissing(f"「{dimension.name}」（{dimension.code}）只有 {found} 份评分表，至少需要 {needed} 份；缺项不得计算综合得分")


def judge(terms: Terms, scores: Mapping[str, Fraction]) -> Result:
    """Composite and band of a round. Raises DimensionMissing."""
    missing = [dimension.name for dimension in terms.dimensions if dimension.code not in scores]
    if missing:
        raise DimensionMissing(f"缺少维度：{'、'.join(missing)}；缺项不得计算综合得分，也不得把权重摊给其他维度")
    composite = sum((scores[dimension.code] * dimension.weight for dimension in terms.dimensions), Fraction(0)) / FULL_SCORE
    return Result(dict(scores), composite, band_of(composite, terms.bands), scores[terms.satisfaction_dimension])


def band_of(score: Fraction | Decimal, bands: Sequence[Band]) -> str:
    """The highest band whose line the unrounded score reaches."""
    return max((band for band in bands if score >= band.at_least), key=lambda band: band.at_least).name


def verdict_of(composite: Decimal, satisfaction: Decimal, terms: Terms) -> Verdict:
    """What the result does to the milestone: the floor of satisfaction stands beside its weight."""
    if composite < terms.rectify_at_least:
        return "failed"
    if composite < terms.pass_at_least or satisfaction < terms.satisfaction_floor:
        return "rectify"
    return "passed"


def written(score: Fraction, *, decimals: int) -> str:
    """The score with all its digits and at least `decimals` (1 or more) behind the point; see CUT_DECIMALS for one without an end."""
    places = _places(score)
    places = CUT_DECIMALS if places is None else max(places, decimals)
    digits = str(score.numerator * 10**places // score.denominator).zfill(places + 1)
    return f"{digits[:-places]}.{digits[-places:]}"


def _places(score: Fraction) -> int | None:
    """How many decimals write the score exactly; None if more than EXACT_DECIMALS."""
    return next((places for places in range(EXACT_DECIMALS + 1) if 10**places % score.denominator == 0), None)
