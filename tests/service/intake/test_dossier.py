"""The dossier as casework asks for it: judged by intake's own rows, sealed to one key, marked as read."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.intake.domain.dossier import DossierRefused
from services.intake.reactions import dossier
from shared.errors import NotFound, NotYet
from shared.events.casework import AgencyKeyRegistered, CaseClosed, CaseOpened
from shared.events.intake import DossierRequest
from shared.events.procurement import ProjectClosed
from shared.personal import create_key_pair, open_sealed
from tests.service.intake.bureau import CONTRACT, PROJECT, Bureau

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
        sealed = self.office.store.run_now(lambda work: self.office.runtime.react(dossier, request, work), today=on)
        found: dict[str, Any] = json.loads(open_sealed(self.key_file, sealed))
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


@pytest.mark.parametrize(
    "changes",
    [
        {"worker_id": uuid4()},
        {"case_id": uuid4()},
        {"contract_id": uuid4()},
        {"on": date(2016, 9, 30)},
        {"on": date(2017, 10, 1)},
        {"reply_key": "x" * 44},
    ],
)
def test_others_are_refused_and_leave_no_mark(bureau: Bureau, casework: Casework, confirmed: str, changes: dict[str, Any]) -> None:
    casework.office.hear(casework.opened())

    with pytest.raises(DossierRefused):
        casework.ask(**changes)
    [recipient] = bureau.officer.get(f"/api/v1/programmes/{confirmed}/recipients")["items"]
    assert bureau.officer.get(f"/api/v1/persons/{recipient['person_id']}/readings")["items"] == []


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


def test_a_withdrawn_recipient_is_closed_at_once(bureau: Bureau, casework: Casework) -> None:
    casework.office.hear(casework.opened())
    bureau.clerk.post(f"/api/v1/recipients/{casework.recipient}/withdrawal", {"reason": "consent_withdrawn"}, on="2017-02-20")

    with pytest.raises(DossierRefused):
        casework.ask(on=date(2017, 2, 20))


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
