"""Both rounds of the Huangshi case over HTTP, with the sheets of §7, and what refuses on the way."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.evaluation.app import SERVICE
from shared.events.evaluation import (
    ContextRecorded,
    EvaluatorCommissioned,
    FindingClosed,
    FindingIssued,
    RoundConcluded,
    RoundOpened,
    RoundScored,
)
from tests.conftest import Office
from tests.service.evaluation.panel import (
    COMMISSION,
    CONTRACT,
    FINAL,
    INDEPENDENT,
    MID,
    OPENED,
    PROJECT,
    QUESTIONS,
    SCHEME,
    SIGNED,
    Marks,
    Panel,
    aspects,
    round_body,
    serve,
    total,
)


def test_the_case_is_scored_to_the_last_digit_and_counts_when_it_should(panel: Panel) -> None:
    mid = panel.open()
    panel.fill(mid, MID)
    assert panel.score(mid)["composite"] == "83.590"
    assert panel.tell(mid) == {"appeal_until": "2017-06-27", "verdict": "passed"}
    final = panel.open("final", "2017-10-10", "2017-11-03")
    panel.fill(final, FINAL, on="2017-11-03")
    scored = panel.score(final, on="2017-11-08")
    assert (scored["composite"], scored["band"], scored["satisfaction"]) == ("91.125", "优", "93.20")
    assert panel.tell(final, on="2017-11-09") == {"appeal_until": "2017-11-16", "verdict": None}
    assert panel.office.said(RoundConcluded)[-1].kind == "mid"
    panel.evaluator.post(f"/api/v1/rounds/{final}/conclusion", on="2017-11-16", expect=409)
    panel.evaluator.post(f"/api/v1/rounds/{final}/conclusion", on="2017-11-17")

    shown = panel.provider.get("/api/v1/rounds", contract_id=CONTRACT)["items"]
    assert [(row["kind"], row["composite"], row["band"], row["status"], row["verdict"]) for row in shown] == [
        ("mid", "83.590", "良", "concluded", "passed"),
        ("final", "91.125", "优", "concluded", "passed"),
    ]
    assert [(part["score"], part["weighted"], part["sheets"]) for part in shown[0]["dimensions"]] == [
        ("84.50", "16.900", 1),
        ("90.00", "4.500", 1),
        ("81.30", "24.390", 3),
        ("80.00", "8.000", 5),
        ("86.40", "21.600", 100),
        ("82.00", "8.200", 20),
    ]
    assert (shown[1]["sampled"], shown[1]["answered"]) == (120, 100)
    assert [type(event).__name__ for event in panel.office.everything_said()] == [
        "EvaluatorCommissioned",
        *("RoundOpened", "RoundScored", "RoundConcluded") * 2,
    ]
    told = panel.office.said(RoundScored)[1]
    assert (told.composite, told.scored_on, told.appeal_until, told.scheme_hash) == (
        "91.125",
        date(2017, 11, 8),
        date(2017, 11, 16),
        SCHEME.digest(),
    )


def test_other_weights_show_how_much_hangs_on_them(panel: Panel) -> None:
    mid = panel.open()
    panel.fill(mid, MID)
    panel.score(mid)

    other = panel.buyer.get(f"/api/v1/rounds/{mid}/sensitivity", weights="20,10,30,10,20,10")

    assert (other["composite"], other["band"]) == ("83.770", "良")
    assert panel.buyer.get(f"/api/v1/rounds/{mid}")["composite"] == "83.590"
    panel.buyer.get(f"/api/v1/rounds/{mid}/sensitivity", weights="50,50", expect=422)
    panel.buyer.get(f"/api/v1/rounds/{mid}/sensitivity", weights="viel", expect=400)


@pytest.mark.parametrize("dimension", ["D1", "D2", "D3", "D4", "D5", "D6"])
def test_no_composite_without_all_six_sources(panel: Panel, dimension: str) -> None:
    mid = panel.open()
    panel.fill(mid, MID, leave_out=dimension)

    refused = panel.score(mid, expect=422)

    assert refused["type"].endswith("dimension-missing")
    assert dimension in refused["detail"]


def test_a_low_satisfaction_calls_for_mending_though_the_composite_passes(panel: Panel) -> None:
    low = Marks("100", "100", [[100] * 3] * 4, [100] * 5, (390, 395, 400), 100)
    final = panel.scored_final(low)
    panel.tell(final, on="2017-11-09")

    told = panel.evaluator.post(f"/api/v1/rounds/{final}/conclusion", on="2017-11-17")

    assert told == {"verdict": "rectify"}
    assert panel.office.said(RoundConcluded)[-1].satisfaction == "79.00"


def test_mending_opens_the_milestone_when_every_finding_against_the_provider_is_closed(panel: Panel) -> None:
    mid = panel.open()
    panel.fill(mid, Marks("70", "70", [[70] * 3] * 4, [70] * 5, (400, 400, 400), 70))
    panel.score(mid)
    assert panel.tell(mid)["verdict"] == "rectify"
    finding = panel.evaluator.post(
        f"/api/v1/rounds/{mid}/findings", {"party": "provider", "dimension": "D3", "text": "记录过于简略"}, on="2017-06-23"
    )["id"]
    panel.evaluator.post(f"/api/v1/rounds/{mid}/rectification", on="2017-07-03", expect=409)
    panel.provider.post(f"/api/v1/findings/{finding}/answer", {"text": "已统一模板"}, on="2017-07-21")
    panel.evaluator.post(f"/api/v1/findings/{finding}/closing", {"text": "整改到位"}, on="2017-07-28")

    panel.evaluator.post(f"/api/v1/rounds/{mid}/rectification", on="2017-07-28")

    said = panel.office.said(RoundConcluded)
    assert [(event.verdict, event.composite) for event in said] == [("rectify", "72.500"), ("passed", "72.500")]


def test_late_money_is_the_payers_finding_and_costs_the_provider_nothing(panel: Panel) -> None:
    mid = panel.open()
    panel.fill(mid, MID)
    panel.score(mid)
    panel.tell(mid)
    before = panel.buyer.get(f"/api/v1/rounds/{mid}")
    late = {"party": "payer", "dimension": "D2", "text": "首期资金到账晚"}
    finding = panel.evaluator.post(f"/api/v1/rounds/{mid}/findings", late, on="2017-06-23")["id"]
    panel.provider.post(f"/api/v1/findings/{finding}/answer", {"text": "不是我方"}, on="2017-07-21", expect=403)
    panel.finance.post(f"/api/v1/findings/{finding}/answer", {"text": "已调整计划"}, on="2017-07-21")
    panel.evaluator.post(f"/api/v1/findings/{finding}/closing", {"text": "复核"}, on="2017-07-28")

    assert panel.buyer.get(f"/api/v1/rounds/{mid}") == before
    assert panel.office.said(FindingIssued)[0].party == "payer"
    assert panel.office.said(FindingClosed)[0].closed_on == date(2017, 7, 28)
    assert panel.provider.get("/api/v1/findings", round_id=mid)["items"][0]["status"] == "closed"


def test_an_upheld_appeal_opens_the_round_and_a_corrected_sheet_scores_anew(panel: Panel) -> None:
    final = panel.scored_final()
    panel.tell(final, on="2017-11-09")
    appeal = panel.provider.post(f"/api/v1/rounds/{final}/appeals", {"text": "D1 评分有误"}, on="2017-11-16")["id"]
    panel.evaluator.post(f"/api/v1/rounds/{final}/conclusion", on="2017-11-17", expect=409)
    panel.buyer.post(f"/api/v1/appeals/{appeal}/decision", {"is_upheld": True, "reason": "登记有误"}, on="2017-11-20")
    sheet = panel.buyer.get(f"/api/v1/rounds/{final}/sheets", dimension="D1")["items"][0]["id"]
    panel.buyer.post(f"/api/v1/sheets/{sheet}/corrections", {"marks": {"total": 92}, "reason": "申诉成立"}, on="2017-11-20")

    again = panel.score(final, on="2017-11-21")

    assert (again["version"], again["composite"]) == (2, "91.325")
    assert [row["version"] for row in panel.buyer.get(f"/api/v1/rounds/{final}/sheets", dimension="D1")["items"]] == [1, 2]
    assert panel.tell(final, on="2017-11-21")["appeal_until"] == "2017-11-28"
    panel.buyer.post(f"/api/v1/appeals/{appeal}/decision", {"is_upheld": False, "reason": "再想想"}, on="2017-11-21", expect=409)


def test_an_appeal_after_the_window_is_too_late(panel: Panel) -> None:
    final = panel.scored_final()
    panel.provider.post(f"/api/v1/rounds/{final}/appeals", {"text": "尚未告知"}, on="2017-11-08", expect=409)
    panel.tell(final, on="2017-11-09")

    panel.provider.post(f"/api/v1/rounds/{final}/appeals", {"text": "太迟"}, on="2017-11-17", expect=422)


def test_a_correction_before_the_parties_are_told_voids_the_score(panel: Panel) -> None:
    final = panel.scored_final()
    sheet = panel.finance.get(f"/api/v1/rounds/{final}/sheets", dimension="D2")["items"][0]["id"]

    panel.buyer.post(f"/api/v1/sheets/{sheet}/corrections", {"marks": {"total": 1}, "reason": "别人的"}, on="2017-11-08", expect=403)
    panel.finance.post(f"/api/v1/sheets/{sheet}/corrections", {"marks": {"total": 96}, "reason": "笔误"}, on="2017-11-08")
    panel.finance.post(f"/api/v1/sheets/{sheet}/corrections", {"marks": {"total": 97}, "reason": "旧版"}, on="2017-11-08", expect=409)

    panel.evaluator.post(f"/api/v1/rounds/{final}/notification", on="2017-11-09", expect=409)
    assert panel.score(final, on="2017-11-09")["composite"] == "91.175"


def test_each_sheet_comes_from_another_assessor(panel: Panel) -> None:
    mid = panel.open()
    panel.give(panel.assessors[0], mid, "D3", aspects(MID, 0))

    again = panel.give(panel.assessors[0], mid, "D3", aspects(MID, 1), expect=409)

    assert "assessor0" in again["detail"]


def test_a_source_hands_in_only_its_own_sheets(panel: Panel) -> None:
    mid = panel.open()

    panel.give(panel.finance, mid, "D1", {"marks": {"total": 90}}, expect=403)
    panel.give(panel.evaluator, mid, "D3", aspects(MID, 0), expect=403)
    unknown = panel.office.as_("expert", divisions=(), contracts=(CONTRACT,))
    assert panel.give(unknown, mid, "D4", total(99), expect=403)["type"].endswith("not-registered")


def test_a_questionnaire_needs_a_ballot_that_was_issued_and_not_used(panel: Panel) -> None:
    mid = panel.open()
    sheets = panel.questionnaires(mid, MID.sums)[:5]
    panel.give(panel.evaluator, mid, "D5", *sheets)

    panel.give(panel.evaluator, mid, "D5", sheets[0], expect=409)
    panel.give(panel.evaluator, mid, "D5", sheets[0] | {"assessor": "invented"}, expect=422)
    wrong = panel.give(panel.evaluator, mid, "D5", {"assessor": "x", "marks": dict.fromkeys(QUESTIONS, 6)}, expect=422)
    assert wrong["errors"][0]["field"] == "sheets.0.marks.competence"


def test_before_the_result_is_told_an_assessor_sees_neither_it_nor_other_sheets(panel: Panel) -> None:
    mid = panel.open()
    panel.fill(mid, MID)
    panel.score(mid)

    assert len(panel.assessors[0].get(f"/api/v1/rounds/{mid}/sheets", dimension="D3")["items"]) == 1
    assert "composite" not in panel.provider.get(f"/api/v1/rounds/{mid}")
    panel.tell(mid)
    assert len(panel.assessors[0].get(f"/api/v1/rounds/{mid}/sheets", dimension="D3")["items"]) == 3
    assert panel.provider.get(f"/api/v1/rounds/{mid}")["disclosures"] == [
        {"organisation": "湖北师范大学", "disclosure": "曾对项目计划书提出论证意见"}
    ]


def test_the_sample_is_drawn_once_and_no_ballot_points_to_a_recipient(panel: Panel) -> None:
    for reason in ("died", "moved", "lost_contact"):
        serve(panel.office, "G1", closed=reason)
    mid = str(panel.evaluator.post("/api/v1/rounds", round_body("mid"), on="2017-05-15")["id"])

    drawn = panel.buyer.post(f"/api/v1/rounds/{mid}/sample", {"seed": "黄石 2017 事中"}, on="2017-05-15")

    assert (drawn["drawn"], drawn["frame"], drawn["groups"]) == (
        120,
        dict.fromkeys(("G1", "G2", "G3", "G4"), 35),
        dict.fromkeys(("G1", "G2", "G3", "G4"), 30),
    )
    panel.buyer.post(f"/api/v1/rounds/{mid}/sample", {"seed": "lieber andere"}, on="2017-05-16", expect=409)
    listed = panel.evaluator.get(f"/api/v1/rounds/{mid}/sample", limit=200)["items"]
    ballots = panel.evaluator.get(f"/api/v1/rounds/{mid}/ballots")["ballots"]
    assert len({row["recipient_id"] for row in listed}) == 120
    assert set(listed[0]) == {"recipient_id", "group", "position"}
    assert {group: len(numbers) for group, numbers in ballots.items()} == drawn["groups"]
    panel.provider.get(f"/api/v1/rounds/{mid}/sample", expect=403)


def test_a_round_is_opened_once_in_its_time_after_a_commission(office: Office) -> None:
    panel = Panel(office)
    panel.evaluator.post("/api/v1/rounds", round_body("mid"), on="2017-05-15", expect=409)
    panel.commission()

    panel.evaluator.post("/api/v1/rounds", round_body("final"), on="2017-09-30", expect=422)
    panel.evaluator.post("/api/v1/rounds", round_body("mid"), on="2017-05-15")
    panel.evaluator.post("/api/v1/rounds", round_body("mid"), on="2017-05-16", expect=409)
    assert panel.office.said(RoundOpened)[0].evidence_until == date(2017, 12, 1)


def test_a_scheme_that_is_not_the_signed_one_judges_nobody(service_client: Callable[..., Office]) -> None:
    office = service_client(SERVICE)
    office.hear(OPENED, on=date(2016, 5, 9))
    easier = SCHEME.model_copy(update={"pass_at_least": "10"})
    office.hear(SIGNED.model_copy(update={"scheme": easier}), on=date(2016, 9, 1))
    panel = Panel(office)
    panel.commission()

    refused = panel.evaluator.post("/api/v1/rounds", round_body("mid"), on="2017-05-15", expect=422)

    assert "摘要不一致" in refused["detail"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"body": SIGNED.provider}, "自己评价自己"),
        ({"body": "黄石市民政局"}, "购买主体"),
        ({"declaration": INDEPENDENT | {"is_subordinate_to_buyer": True}}, "隶属"),
    ],
)
def test_a_third_party_that_is_not_independent_is_not_commissioned(office: Office, change: dict[str, Any], words: str) -> None:
    refused = office.as_("buyer").post("/api/v1/commissions", COMMISSION | change, on="2017-03-06", expect=422)

    assert words in refused["detail"]
    assert office.said(EvaluatorCommissioned) == []


def test_context_is_recorded_with_its_qualifier_and_never_scored(panel: Panel) -> None:
    figures = [
        {"name": "信访件数", "value": 120, "qualifier": "", "unit": "件"},
        {"name": "信访人次", "value": 200, "qualifier": "近", "unit": "人次"},
    ]
    body = {"project_id": str(PROJECT), "topic": "petitions", "year": 2016, "figures": figures, "source": "市民政局信访统计"}

    panel.buyer.post("/api/v1/contexts", body, on="2018-01-10")

    assert [(figure.value, figure.qualifier) for figure in panel.office.said(ContextRecorded)[0].figures] == [(120, ""), (200, "近")]
    assert panel.provider.get("/api/v1/contexts", project_id=PROJECT)["items"][0]["figures"] == figures
    panel.buyer.post("/api/v1/contexts", body, on="2018-01-11", expect=409)


def test_who_is_bound_to_another_contract_finds_nothing(panel: Panel) -> None:
    mid = panel.open()
    stranger = panel.office.as_("evaluator", divisions=(), contracts=(uuid4(),))

    stranger.get(f"/api/v1/rounds/{mid}", expect=404)
    stranger.post(f"/api/v1/rounds/{mid}/score", on="2017-06-20", expect=404)
    assert stranger.get("/api/v1/rounds")["items"] == []
    assert panel.office.as_("buyer", divisions=("430000000000",)).get("/api/v1/rounds")["items"] == []


def test_the_record_names_the_rules_and_the_plugins_that_decided(panel: Panel) -> None:
    mid = panel.open()
    panel.fill(mid, MID)
    panel.score(mid)

    acts = panel.buyer.get("/api/v1/acts", entity="round", id=mid)["items"]
    scored = next(act for act in acts if act["name"] == "score_round")
    assert any(plugin.startswith("weighted_mean@") for plugin in scored["plugins"])
    assert "sheet_d3@2015-01-01" in scored["rules"]


def test_events_that_come_twice_change_nothing(office: Office) -> None:
    office.hear(OPENED, on=date(2016, 5, 9))
    office.hear(SIGNED, on=date(2016, 9, 1))

    assert len(office.as_("buyer").get("/api/v1/contracts")["items"]) == 1


def test_sheets_can_be_read_by_uuid_only_in_scope(panel: Panel) -> None:
    unknown: UUID = uuid4()

    panel.buyer.post(f"/api/v1/sheets/{unknown}/corrections", {"marks": {"total": 1}, "reason": "?"}, on="2017-06-01", expect=404)
    panel.buyer.post(f"/api/v1/appeals/{unknown}/decision", {"is_upheld": True, "reason": "?"}, on="2017-06-01", expect=404)
    panel.evaluator.post(f"/api/v1/findings/{unknown}/closing", {"text": "?"}, on="2017-06-01", expect=404)
    panel.buyer.get(f"/api/v1/rounds/{unknown}", expect=404)
