"""The whole way of intake over HTTP: two rosters, a survey, a list, consents, recipients, and what is said of it."""

from collections import Counter
from datetime import date
from uuid import UUID

from shared.demo.figures import Figures
from shared.demo.population import Population
from shared.events.intake import (
    RecipientEnrolled,
    RecipientWithdrawn,
    SelectionProposed,
    SurveyProgressed,
)
from tests.conftest import Desk
from tests.service.intake.bureau import QUOTA, Bureau, consent, signed


def test_the_way_from_a_roster_to_recipients(bureau: Bureau, people: Population) -> None:
    bureau.accept(bureau.upload(people.allowance)["roster_id"])
    programme = bureau.programme(bureau.survey(people))
    bureau.confirm(programme)
    listed = bureau.candidates(programme, "listed")
    asked = bureau.ask(programme, [consent(candidate, given=number > 0) for number, candidate in enumerate(listed)])
    moved_up = bureau.candidates(programme, "listed")
    bureau.ask(programme, [consent(each) for each in moved_up], on="2017-01-17")
    bureau.office.hear(signed(), on=date(2016, 9, 1))
    bureau.enrol(programme, [candidate["id"] for candidate in bureau.candidates(programme, "consented")])
    done = bureau.officer.post(f"/api/v1/programmes/{programme}/completion", {}, on="2017-01-24")

    assert (asked["given"], asked["refused"], len(asked["replacements"]), len(moved_up)) == (4 * QUOTA - 1, 1, 1, 1)
    assert done == {"enrolled": 4 * QUOTA, "refused": 1, "replaced": 1}
    report = bureau.officer.get(f"/api/v1/programmes/{programme}/report")
    census = Figures(0.01).census
    assert report["population"] == {
        "people": census.total.people,
        "aged_60_plus": census.total.elders,
        "disabled": census.total.disabled,
        "minors": census.total.minors,
        "seriously_ill": census.total.ill,
        "surveyed": census.surveyed,
        "files": census.files,
    }
    assert {code: group["eligible"] for code, group in report["screening"].items()} == census.eligible
    often = Counter(type(event).__name__ for event in bureau.office.everything_said())
    assert (often["RosterAccepted"], often["RecipientEnrolled"]) == (3, 4 * QUOTA)
    assert [often[fact] for fact in ("ProgrammeOpened", "SelectionProposed", "SelectionConfirmed", "EnrolmentCompleted")] == [1] * 4
    assert bureau.office.said(SurveyProgressed)[-1].is_accepted
    assert bureau.office.said(SelectionProposed)[0].distinct_eligible == census.distinct_eligible


def test_a_recipient_is_known_outside_by_a_random_number_only(bureau: Bureau, confirmed: str) -> None:
    bureau.serve(confirmed, bureau.candidates(confirmed, "listed")[0])

    [event] = bureau.office.said(RecipientEnrolled)
    assert event.recipient_id.version == 4
    assert event.division.endswith("000")


def test_withdrawal_closes_and_calls_the_next_reserve(bureau: Bureau, confirmed: str) -> None:
    recipient = bureau.serve(confirmed, bureau.candidates(confirmed, "listed")[0])

    left = bureau.clerk.post(f"/api/v1/recipients/{recipient}/withdrawal", {"reason": "consent_withdrawn"}, on="2017-02-20")

    assert left["replaced_by"]
    assert [event.recipient_id for event in bureau.office.said(RecipientWithdrawn)] == [UUID(recipient)]
    bureau.clerk.post(f"/api/v1/recipients/{recipient}/withdrawal", {"reason": "moved"}, on="2017-02-21", expect=409)


def test_after_the_top_up_nobody_moves_up(bureau: Bureau, confirmed: str) -> None:
    recipient = bureau.serve(confirmed, bureau.candidates(confirmed, "listed")[0])

    left = bureau.clerk.post(f"/api/v1/recipients/{recipient}/withdrawal", {"reason": "died"}, on="2017-04-05")

    assert left["replaced_by"] is None


def test_a_clerk_of_another_city_finds_nothing(bureau: Bureau, proposed: str) -> None:
    stranger: Desk = bureau.office.as_("officer", divisions=("110000000000",))

    stranger.get(f"/api/v1/programmes/{proposed}", expect=404)
    assert stranger.get("/api/v1/population")["people"] == 0
