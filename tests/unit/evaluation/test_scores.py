"""From sheets to a band, to the last digit; the sheets are those of the Huangshi case (§7)."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from services.evaluation.domain.scores import (
    CUT_DECIMALS,
    Band,
    Dimension,
    DimensionMissing,
    DimensionSheets,
    Form,
    Item,
    Marks,
    MarksRefused,
    SchemeFault,
    Terms,
    band_of,
    check_enough,
    judge,
    score_of,
    verdict_of,
    written,
)
from shared.errors import RuleUnavailable

BANDS = (Band("优", Decimal(90)), Band("良", Decimal(80)), Band("中", Decimal(60)), Band("差", Decimal(0)))
NAMES = {"D1": "主体监管", "D2": "财政检查", "D3": "第三方", "D4": "专家", "D5": "服务对象", "D6": "社区"}


def terms(*weights: int, floor: str = "80") -> Terms:
    dimensions = tuple(Dimension(code, name, weight) for (code, name), weight in zip(NAMES.items(), weights, strict=True))
    return Terms(dimensions, BANDS, "D5", Decimal(floor), Decimal(80), Decimal(60))


FROZEN = terms(20, 5, 30, 10, 25, 10)

TOTAL = (Item("total", "综合评分", 100),)
ASPECTS = (
    Item("normative", "规范性", 25),
    Item("professional", "专业性", 25),
    Item("effective", "成效", 35),
    Item("exemplary", "示范性", 15),
)
QUESTIONS = (Item("competence", "专业素养", 1), Item("duration", "服务时长", 1), Item("effect", "服务效果", 1))


def form(code: str, items: tuple[Item, ...] = TOTAL, *, low: int = 0, high: int = 100, whole: bool = False, least: int = 1) -> Form:
    return Form(code, items, Decimal(low), Decimal(high), whole, least)


THIRD_PARTY = form("D3", ASPECTS, least=3)
SURVEY = form("D5", QUESTIONS, low=1, high=5, whole=True, least=5)


def total(*marks: object) -> tuple[Marks, ...]:
    return tuple({"total": Decimal(str(mark))} for mark in marks)


def by_aspect(*rows: Sequence[int]) -> tuple[Marks, ...]:
    """Rows are aspects, columns are assessors."""
    return tuple({item.code: Decimal(mark) for item, mark in zip(ASPECTS, sheet, strict=True)} for sheet in zip(*rows, strict=True))


def answers(*sums: int) -> tuple[Marks, ...]:
    """A hundred questionnaires whose questions add up to these sums."""
    return tuple(
        {item.code: Decimal(total // 100 + (sheet < total % 100)) for item, total in zip(QUESTIONS, sums, strict=True)}
        for sheet in range(100)
    )


MID = {
    "D1": DimensionSheets(form("D1"), total("84.50")),
    "D2": DimensionSheets(form("D2"), total(90)),
    "D3": DimensionSheets(THIRD_PARTY, by_aspect((83, 84, 85), (78, 80, 82), (79, 80, 81), (80, 82, 84))),
    "D4": DimensionSheets(form("D4"), total(78, 80, 82, 79, 81)),
    "D5": DimensionSheets(SURVEY, answers(443, 412, 441)),
    "D6": DimensionSheets(form("D6"), total(*[82] * 20)),
}
FINAL = {
    "D1": DimensionSheets(form("D1"), total(91)),
    "D2": DimensionSheets(form("D2"), total(95)),
    "D3": DimensionSheets(THIRD_PARTY, by_aspect((91, 92, 93), (89, 90, 91), (90, 91, 92), (85, 86, 87))),
    "D4": DimensionSheets(form("D4"), total(86, 88, 90, 87, 89)),
    "D5": DimensionSheets(SURVEY, answers(472, 455, 471)),
    "D6": DimensionSheets(form("D6"), total(*[90] * 20)),
}


def scores(sheets: dict[str, DimensionSheets]) -> dict[str, Fraction]:
    return {code: given.weighted_mean() for code, given in sheets.items()}


@pytest.mark.parametrize(
    ("sheets", "expected"),
    [
        (MID, {"D1": "84.50", "D2": "90.00", "D3": "81.30", "D4": "80.00", "D5": "86.40", "D6": "82.00"}),
        (FINAL, {"D1": "91.00", "D2": "95.00", "D3": "90.25", "D4": "88.00", "D5": "93.20", "D6": "90.00"}),
    ],
)
def test_each_dimension_scores_what_its_sheets_say(sheets: dict[str, DimensionSheets], expected: dict[str, str]) -> None:
    assert {code: written(score, decimals=2) for code, score in scores(sheets).items()} == expected


@pytest.mark.parametrize(
    ("sheets", "weights", "composite", "band"),
    [
        (MID, FROZEN, "83.590", "良"),
        (FINAL, FROZEN, "91.125", "优"),
        (MID, terms(20, 10, 30, 10, 20, 10), "83.770", "良"),
        (FINAL, terms(20, 10, 30, 10, 20, 10), "91.215", "优"),
    ],
)
def test_composite_has_every_digit_of_the_case(sheets: dict[str, DimensionSheets], weights: Terms, composite: str, band: str) -> None:
    result = judge(weights, scores(sheets))

    assert (written(result.composite, decimals=3), result.band) == (composite, band)


@pytest.mark.parametrize(
    ("score", "band"),
    [
        ("100", "优"),
        ("90", "优"),
        ("89.995", "良"),
        ("89.99", "良"),
        ("80", "良"),
        ("79.99", "中"),
        ("60", "中"),
        ("59.99", "差"),
        ("0", "差"),
    ],
)
def test_a_band_is_judged_unrounded(score: str, band: str) -> None:
    assert band_of(Decimal(score), BANDS) == band


@pytest.mark.parametrize("code", NAMES)
def test_no_composite_is_made_of_five_dimensions(code: str) -> None:
    five = {key: value for key, value in scores(MID).items() if key != code}

    with pytest.raises(DimensionMissing, match=NAMES[code]):
        judge(FROZEN, five)


def test_too_few_sheets_are_a_missing_dimension() -> None:
    two = DimensionSheets(THIRD_PARTY, MID["D3"].marks[:2])

    with pytest.raises(DimensionMissing, match="只有 2 份评分表，至少需要 3 份"):
        check_enough(two, FROZEN.dimensions[2])


@pytest.mark.parametrize(
    ("composite", "satisfaction", "verdict"),
    [
        ("83.590", "86.40", "passed"),
        ("80", "80", "passed"),
        ("79.999", "95", "rectify"),
        ("95", "79.99", "rectify"),
        ("60", "80", "rectify"),
        ("59.999", "100", "failed"),
    ],
)
def test_satisfaction_has_a_floor_beside_its_weight(composite: str, satisfaction: str, verdict: str) -> None:
    assert verdict_of(Decimal(composite), Decimal(satisfaction), FROZEN) == verdict


def test_a_scheme_whose_weights_do_not_add_up_is_refused() -> None:
    with pytest.raises(SchemeFault, match="权重之和应为 100"):
        terms(20, 5, 30, 10, 25, 9)


def test_other_weights_must_be_as_many_as_dimensions() -> None:
    with pytest.raises(SchemeFault, match="应给出 6 个权重，现有 5 个"):
        FROZEN.with_weights([20, 20, 20, 20, 20])


def test_a_sheet_with_a_gap_a_stranger_and_a_wrong_mark_names_all_three() -> None:
    with pytest.raises(MarksRefused) as refusal:
        SURVEY.check({"competence": Decimal(6), "duration": Decimal("4.5"), "looks": Decimal(3)})

    assert sorted(fault.field for fault in refusal.value.faults) == ["marks.competence", "marks.duration", "marks.effect", "marks.looks"]


def test_a_score_that_nobody_computes_is_refused() -> None:
    with pytest.raises(RuleUnavailable, match="没有插件"):
        score_of(MID["D1"], [])


def test_a_plugin_cannot_give_more_than_a_hundred() -> None:
    with pytest.raises(RuleUnavailable, match="不在 0 至 100 之间"):
        score_of(MID["D1"], [Fraction(101)])


def test_a_score_without_an_end_is_cut_and_never_rounded_up() -> None:
    assert written(Fraction(2, 3), decimals=2) == "0.6666666666"
    assert written(Fraction(89_999_999_999_999, 10**12), decimals=3) == "89.999999999999"


marks = st.decimals(min_value=0, max_value=100, places=2)
hundred = st.fractions(min_value=0, max_value=100, max_denominator=10**6)
six_scores = st.fixed_dictionaries(dict.fromkeys(NAMES, hundred))


@given(six_scores)
def test_a_composite_lies_between_the_lowest_and_the_highest_dimension(given_scores: dict[str, Fraction]) -> None:
    composite = judge(FROZEN, given_scores).composite

    assert min(given_scores.values()) <= composite <= max(given_scores.values())


@given(six_scores, st.sampled_from(sorted(NAMES)), hundred)
def test_a_better_dimension_never_lowers_the_composite(given_scores: dict[str, Fraction], code: str, better: Fraction) -> None:
    assume(better >= given_scores[code])

    assert judge(FROZEN, given_scores | {code: better}).composite >= judge(FROZEN, given_scores).composite


@given(st.lists(marks, min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_the_order_of_sheets_does_not_matter(values: list[Decimal], random: object) -> None:
    shuffled = list(values)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis gives a random.Random

    assert DimensionSheets(form("D4"), total(*values)).weighted_mean() == DimensionSheets(form("D4"), total(*shuffled)).weighted_mean()


@given(st.lists(st.sampled_from([1, 2, 3, 4, 5]), min_size=1, max_size=200))
def test_the_same_answer_to_every_question_counts_twenty_a_point(values: list[int]) -> None:
    sheets = tuple({item.code: Decimal(value) for item in QUESTIONS} for value in values)

    assert DimensionSheets(SURVEY, sheets).weighted_mean() == Fraction(sum(values) * 20, len(values))


@given(hundred)
def test_what_is_written_falls_into_the_band_that_was_judged(score: Fraction) -> None:
    text = Decimal(written(score, decimals=3))

    assert band_of(text, BANDS) == band_of(score, BANDS)
    assert 0 <= score - Fraction(text) < Fraction(1, 10**CUT_DECIMALS)
    assert len(str(text).partition(".")[2]) >= 3
