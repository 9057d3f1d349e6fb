"""A dossier is shown to the worker of the case, for a purpose, while consent and contract last."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.intake.domain.dossier import FIELDS, OPENING, DossierRefused, Standing, check_asked, check_may_see, excerpt
from shared.rules import RuleBook

BOOK = RuleBook.load(Path("services/intake/rules"))
CONTRACT, CASE, WORKER = uuid4(), uuid4(), uuid4()
NOW = date(2017, 5, 2)
STARTS, ENDS = date(2016, 10, 1), date(2017, 9, 30)
SERVED = Standing(
    contract_id=CONTRACT,
    has_consent=True,
    withdrawn_on=None,
    starts_on=STARTS,
    ends_on=ENDS,
    closed_on=None,
    case_id=CASE,
    worker_id=WORKER,
    case_closed_on=None,
)
WAITING = replace(SERVED, case_id=None, worker_id=None)


def ask(standing: Standing, **changes: Any) -> None:
    check_may_see(standing, **{"contract_id": CONTRACT, "case_id": CASE, "worker_id": WORKER, "purpose": "visit", "on": NOW, **changes})


def test_the_worker_of_the_case_sees_it_until_the_last_day_of_the_term() -> None:
    ask(SERVED, on=ENDS)
    with pytest.raises(DossierRefused, match="合同期"):
        ask(SERVED, on=date(2017, 10, 1))


def test_it_is_seen_from_the_first_day_of_the_term_on() -> None:
    ask(SERVED, on=STARTS)
    with pytest.raises(DossierRefused, match="2016-10-01 开始"):
        ask(SERVED, on=date(2016, 9, 30))


@pytest.mark.parametrize(
    ("standing", "changes"),
    [
        (SERVED, {"contract_id": uuid4()}),
        (SERVED, {"worker_id": uuid4()}),
        (SERVED, {"case_id": uuid4()}),
        (replace(SERVED, has_consent=False), {}),
        (replace(SERVED, withdrawn_on=date(2017, 4, 1)), {}),
        (replace(SERVED, closed_on=date(2017, 4, 1)), {}),
        (replace(SERVED, case_closed_on=date(2017, 4, 1)), {}),
        (WAITING, {"purpose": "visit"}),
    ],
)
def test_everybody_else_is_refused(standing: Standing, changes: dict[str, Any]) -> None:
    with pytest.raises(DossierRefused):
        ask(standing, **changes)


def test_before_the_case_is_opened_it_is_shown_for_opening_it() -> None:
    ask(WAITING, purpose=OPENING)


def test_after_the_case_is_closed_it_is_shown_for_a_review() -> None:
    ask(replace(SERVED, case_closed_on=date(2017, 4, 1)), purpose="review")


@pytest.mark.parametrize(("on", "instrument"), [(NOW, "试点工作规程 资料调取"), (date(2026, 7, 1), "社会救助法 第四十一条")])
def test_means_are_for_no_agency_and_the_refusal_says_by_which_law(on: date, instrument: str) -> None:
    for purpose in FIELDS:
        with pytest.raises(DossierRefused, match=instrument) as refusal:
            check_asked(["bank_balance"], purpose, BOOK.rule("means_check", on=on))
        assert refusal.value.why == "means"


def test_each_purpose_gets_the_least_it_needs() -> None:
    dossier = {field: "x" for fields in FIELDS.values() for field in fields} | {"identity_number": "420202195001011233", "phone": ""}

    assert set(excerpt(dossier, "visit")) == {"name", "sex", "address", "division"}
    assert "name" not in excerpt(dossier, "review")
    for purpose in FIELDS:
        assert "identity_number" not in excerpt(dossier, purpose)
