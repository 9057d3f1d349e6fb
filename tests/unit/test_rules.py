"""A rule is a row with dates and a region; the most specific one in force on the date of the act counts."""

from datetime import date
from pathlib import Path

import pytest

from shared.rules import Rule, RuleBook, RuleMissing, Rules, RulesFault

CITY, DISTRICT, OTHER_CITY = "420200000000", "420202000000", "420300000000"

ROW = """
[[rule]]
id = "open_tender_threshold"
instrument = "{instrument}"
article = "第八条"
effective_from = {start}
{end}
region = "{region}"
kind = "hard"
confidence = "F"
text_zh = "预算超过限额的，应当公开招标。"
source = "S-SEED"
[rule.params]
amount_fen = {amount}
"""


def row(amount: int, *, start: str = "2015-01-01", end: str = "", region: str = "", instrument: str = "办法") -> str:
    return ROW.format(amount=amount, start=start, end=f"effective_to = {end}" if end else "", region=region, instrument=instrument)


def book(folder: Path, *rows: str) -> RuleBook:
    (folder / "methods.toml").write_text("".join(rows), encoding="utf-8")
    return RuleBook.load(folder)


def threshold(rules: RuleBook, on: date, division: str = CITY) -> int:
    amount: int = rules.rule("open_tender_threshold", on=on, division=division).params["amount_fen"]
    return amount


def test_purchase_of_2016_is_judged_by_the_rule_of_2016(tmp_path: Path) -> None:
    rules = book(tmp_path, row(50, end="2020-12-31"), row(400, start="2021-01-01"))

    assert threshold(rules, date(2016, 6, 6)) == 50
    assert threshold(rules, date(2020, 12, 31)) == 50
    assert threshold(rules, date(2021, 1, 1)) == 400


def test_rule_of_the_smaller_division_goes_first(tmp_path: Path) -> None:
    rules = book(tmp_path, row(100), row(50, region=CITY), row(30, region=DISTRICT))

    assert threshold(rules, date(2016, 6, 6), DISTRICT) == 30
    assert threshold(rules, date(2016, 6, 6), CITY) == 50
    assert threshold(rules, date(2016, 6, 6), OTHER_CITY) == 100


def test_later_row_of_the_same_region_replaces_an_open_ended_one(tmp_path: Path) -> None:
    rules = book(tmp_path, row(50), row(60, start="2018-01-01"))

    assert threshold(rules, date(2017, 12, 31)) == 50
    assert threshold(rules, date(2018, 1, 1)) == 60


@pytest.mark.parametrize(("id", "on"), [("open_tender_threshold", date(2014, 12, 31)), ("unknown", date(2016, 1, 1))])
def test_act_that_no_rule_covers_is_refused(tmp_path: Path, id: str, on: date) -> None:
    with pytest.raises(RuleMissing, match=id):
        book(tmp_path, row(50)).rule(id, on=on)


def test_department_adds_its_own_row_without_code(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    ours.mkdir()
    theirs.mkdir()
    (ours / "a.toml").write_text(row(50), encoding="utf-8")
    (theirs / "local.toml").write_text(row(20, region=DISTRICT), encoding="utf-8")

    rules = RuleBook.load(ours, theirs, None, tmp_path / "absent")

    assert threshold(rules, date(2016, 6, 6), DISTRICT) == 20
    assert len(rules.rows()) == 2


def test_rule_asked_for_in_a_unit_is_of_its_day_and_is_cited(tmp_path: Path) -> None:
    cited: list[Rule] = []
    rules = Rules(book(tmp_path, row(50, region=CITY)), on=date(2016, 6, 6), cite=cited.append, division=CITY)

    rule = rules("open_tender_threshold")

    assert cited == [rule]
    assert rule.citation == "办法 第八条"
    assert rule.version == "2015-01-01"
    assert len({rule, rules("open_tender_threshold", on=date(2017, 1, 1), division=DISTRICT)}) == 1


def test_rule_without_region_needs_no_division(tmp_path: Path) -> None:
    assert Rules(book(tmp_path, row(50)), on=date(2016, 6, 6))("open_tender_threshold").region == ""


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[[rule]]\nid = 'a'\n", "缺少 instrument"),
        (row(1).replace("instrument", "instrumnt"), "不认识的字段 instrumnt"),
        (row(1).replace('kind = "hard"', 'kind = "strict"'), "hard 或 soft"),
        (row(1).replace('confidence = "F"', 'confidence = "K"'), "不能是 hard"),
        (row(1, start='"2015-01-01"'), "effective_from 应为 date"),
        (row(1, end="2014-01-01"), "早于"),
        (row(1, region="4202"), "12 位"),
        (row(1) + row(2), "只能保留一行"),
        ("rules = 1", "只能含有"),
        ("[[rule]", "TOML"),
    ],
)
def test_faulty_rules_file_stops_the_start_and_names_the_place(tmp_path: Path, text: str, fault: str) -> None:
    with pytest.raises(RulesFault, match=fault) as refusal:
        book(tmp_path, text)
    assert "methods.toml" in str(refusal.value) or "open_tender_threshold" in str(refusal.value)
