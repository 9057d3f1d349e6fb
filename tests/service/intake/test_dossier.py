"""The dossier as casework asks for it: judged by intake's own rows, sealed to one key, marked as read."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.intake.domain.dossier import DossierRefused
from shared.errors import NotFound, NotYet
from shared.events.casework import AgencyKeyRegistered, CaseClosed, CaseOpened
from shared.events.intake import DossierRequest
from shared.events.procurement import ProjectClosed
from shared.personal import create_key_pair, open_sealed
from tests.service.intake.bureau import CONTRACT, PROJECT, Bureau
from tests.service.intake.test_console import Clerk

AGENCY, CASE, WORKER = uuid4(), uuid4(), uuid4()


class Casework:
    """The other side."""

    def __init__(self, bureau: Bureau, recipient: UUID, key_file: Path) -> None:
        self.office = bureau.office
        self.recipient = recipient
        self.key_file = key_file
        self.public_key = create_key_pair(key_file)

    def ask(self, *, on: date = date(2017, 2, 6), **changes: Any) -> dict[str, Any]:
        asked = {"recipient_id": self.recipient, "contract_id": CONTRACT, "case_id": CASE, "worker_id": WORKER, "actor": "社工 01"}
        request = DossierRequest(**{**asked, "purpose": "visit", "asked_on": on, "reply_key": self.public_key, **changes})
        found: dict[str, Any] = json.loads(open_sealed(self.key_file, self.office.ask(request, on=on)))
        return found

    def opened(self) -> CaseOpened:
        return CaseOpened(
            case_id=CASE,
            recipient_id=self.recipient,
            contract_id=CONTRACT,
            worker_id=WORKER,
            group="G1",
            division="420202000000",
            opened_on=date(2017, 2, 6),
        )

    def closed(self, on: date) -> CaseClosed:
        return CaseClosed(case_id=CASE, recipient_id=self.recipient, contract_id=CONTRACT, group="G1", reason="goals_met", closed_on=on)


@pytest.fixture
def casework(bureau: Bureau, confirmed: str, tmp_path: Path) -> Casework:
    """A recipient who waits for a case, and an agency whose key is registered."""
    recipient = bureau.serve(confirmed, bureau.candidates(confirmed, "listed")[0])
    found = Casework(bureau, UUID(recipient), tmp_path / "casework.key")
    bureau.office.hear(AgencyKeyRegistered(agency_id=AGENCY, public_key=found.public_key))
    return found


def test_the_agency_reads_what_opening_a_case_needs_and_the_reading_is_marked(bureau: Bureau, casework: Casework, confirmed: str) -> None:
    shown = casework.ask(purpose="open_case")

    assert {"name", "address", "birth", "needs", "group"} <= set(shown)
    assert "identity_number" not in shown
    [recipient] = bureau.officer.get(f"/api/v1/programmes/{confirmed}/recipients")["items"]
    [mark] = bureau.officer.get(f"/api/v1/persons/{recipient['person_id']}/readings")["items"]
    assert (mark["by"], mark["reader"], mark["purpose"]) == ("casework", "社工 01", "open_case")


def test_a_visit_needs_the_case_and_shows_the_way_only(casework: Casework) -> None:
    with pytest.raises(DossierRefused):
        casework.ask(purpose="visit")
    casework.office.hear(casework.opened())

    assert set(casework.ask(purpose="visit")) <= {"name", "sex", "phone", "address", "division"}


def read(bureau: Bureau, programme: str) -> list[dict[str, Any]]:
    """The log of readings of the only recipient."""
    [recipient] = bureau.officer.get(f"/api/v1/programmes/{programme}/recipients")["items"]
    found: list[dict[str, Any]] = bureau.officer.get(f"/api/v1/persons/{recipient['person_id']}/readings")["items"]
    return found


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"worker_id": uuid4()}, "other_worker"),
        ({"case_id": uuid4()}, "other_worker"),
        ({"contract_id": uuid4()}, "other_contract"),
        ({"on": date(2016, 9, 30)}, "before_term"),
        ({"on": date(2017, 10, 1)}, "after_term"),
        ({"reply_key": "x" * 44}, "unknown_key"),
    ],
)
def test_others_are_refused_and_the_person_can_see_who_asked_and_why_not(
    bureau: Bureau, casework: Casework, confirmed: str, changes: dict[str, Any], why: str
) -> None:
    casework.office.hear(casework.opened())

    with pytest.raises(DossierRefused):
        casework.ask(**changes)
    [mark] = read(bureau, confirmed)
    told = {"by": "casework", "reader": "社工 01", "purpose": "visit", "what": "refused", "refusal": why}
    assert mark == mark | told | {"read_on": str(changes.get("on", date(2017, 2, 6)))}


@pytest.mark.parametrize(
    ("fields", "why", "told"),
    [(["name", "bank_balance"], "means", "由民政部门核对"), (["phone", "illness"], "beyond_purpose", "不需要这些资料：illness")],
)
def test_an_agency_that_asks_for_bank_balances_or_for_more_than_it_needs_is_refused_and_the_person_can_see_it(
    bureau: Bureau, casework: Casework, confirmed: str, fields: list[str], why: str, told: str
) -> None:
    """社会救助法第四十一条、第七十条; case 24 of the domain rules."""
    casework.office.hear(casework.opened())

    with pytest.raises(DossierRefused, match=told):
        casework.ask(fields=fields)
    assert [(mark["what"], mark["refusal"]) for mark in read(bureau, confirmed)] == [("refused", why)]


def test_who_asks_for_less_is_given_less(casework: Casework) -> None:
    casework.office.hear(casework.opened())

    assert set(casework.ask(fields=["address", "phone"])) <= {"address", "phone"}


def test_who_asks_in_vain_over_and_over_has_one_line_a_day_for_each_reason(bureau: Bureau, casework: Casework, confirmed: str) -> None:
    casework.office.hear(casework.opened())
    asked: list[dict[str, Any]] = [{"worker_id": uuid4()} for _ in range(5)]
    asked += [{"contract_id": uuid4()}] * 3 + [{"worker_id": uuid4(), "on": date(2017, 2, 7)}] * 2
    for changes in (*asked, {"worker_id": uuid4(), "actor": "社工 02"}):
        with pytest.raises(DossierRefused):
            casework.ask(**changes)

    lines = [(mark["read_on"], mark["reader"], mark["refusal"]) for mark in read(bureau, confirmed)]
    assert lines == [
        ("2017-02-06", "社工 01", "other_worker"),
        ("2017-02-06", "社工 01", "other_contract"),
        ("2017-02-07", "社工 01", "other_worker"),
        ("2017-02-06", "社工 02", "other_worker"),
    ]


def test_what_was_refused_is_on_the_page_and_in_the_copy_for_the_person(bureau: Bureau, casework: Casework, confirmed: str) -> None:
    casework.office.hear(casework.opened())
    with pytest.raises(DossierRefused):
        casework.ask(worker_id=uuid4())
    [recipient] = bureau.officer.get(f"/api/v1/programmes/{confirmed}/recipients")["items"]

    page = Clerk(bureau.office, "chen", "officer").sign_in().get(f"/console/persons/{recipient['person_id']}/readings/")
    assert "未提供：由其他社工负责" in page
    copy = bureau.officer.get(f"/api/v1/persons/{recipient['person_id']}/copy")
    assert [(row["what"], row["refusal"]) for row in copy["readings"]] == [("refused", "other_worker")]


def test_a_number_that_is_nobodys_is_refused(casework: Casework) -> None:
    with pytest.raises(NotFound):
        casework.ask(recipient_id=uuid4())


def test_after_withdrawal_closing_and_end_of_the_project_nothing_is_shown(bureau: Bureau, casework: Casework) -> None:
    casework.office.hear(casework.opened())
    closing = {
        "recipient_id": casework.recipient,
        "contract_id": CONTRACT,
        "group": "G1",
        "reason": "goals_met",
        "closed_on": date(2017, 9, 1),
    }
    casework.office.hear(CaseClosed(case_id=CASE, **closing))
    with pytest.raises(DossierRefused, match="结案"):
        casework.ask(on=date(2017, 9, 1))
    assert "name" not in casework.ask(on=date(2017, 9, 1), purpose="review")

    casework.office.hear(ProjectClosed(project_id=PROJECT, contract_id=CONTRACT, closed_on=date(2017, 9, 20), paid=1))
    with pytest.raises(DossierRefused):
        casework.ask(on=date(2017, 9, 21), purpose="review")


def test_a_withdrawn_recipient_is_closed_at_once(bureau: Bureau, casework: Casework, confirmed: str) -> None:
    casework.office.hear(casework.opened())
    bureau.clerk.post(f"/api/v1/recipients/{casework.recipient}/withdrawal", {"reason": "consent_withdrawn"}, on="2017-02-20")

    with pytest.raises(DossierRefused):
        casework.ask(on=date(2017, 2, 20))
    assert [mark["refusal"] for mark in read(bureau, confirmed)] == ["withdrawn"]


def test_a_new_key_takes_the_place_of_the_old_one(casework: Casework, tmp_path: Path) -> None:
    old = casework.public_key
    casework.key_file = tmp_path / "new.key"
    casework.public_key = create_key_pair(casework.key_file)
    casework.office.hear(AgencyKeyRegistered(agency_id=AGENCY, public_key=casework.public_key))

    assert casework.ask(purpose="open_case")["name"]
    with pytest.raises(DossierRefused):
        casework.ask(purpose="open_case", reply_key=old)


def test_a_case_of_somebody_unknown_waits(casework: Casework) -> None:
    stranger = casework.opened().model_copy(update={"recipient_id": uuid4()})

    with pytest.raises(NotYet):
        casework.office.hear(stranger)


def test_outside_of_a_rehearsal_the_askers_day_does_not_count(casework: Casework, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(casework.office.runtime.settings, "is_rehearsal", False)

    with pytest.raises(DossierRefused, match="合同期"):
        casework.ask(purpose="open_case")


def test_hearing_twice_changes_nothing(bureau: Bureau, casework: Casework) -> None:
    hear: Callable[..., None] = casework.office.hear
    for _ in range(2):
        hear(casework.opened())

    assert casework.ask(purpose="visit")["name"]
