"""What a merge means for lists, places, services and figures, and that undoing it is its inverse."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import col, select

from services.intake.actions.merging import merge as merge_records
from services.intake.actions.merging import propose_merge, undo_merge
from services.intake.domain.person import PersonFacts
from services.intake.plugins.still_here import objections
from services.intake.store import (
    Candidate,
    Consent,
    DuplicatePair,
    Household,
    ListChange,
    Person,
    Recipient,
    Screening,
    SearchWord,
    SurveyFile,
)
from services.intake.store.duplicates import in_order
from shared.access import Actor
from shared.demo.population import Population
from shared.errors import Refusal
from shared.events.intake import RecipientWithdrawn
from shared.work import Reader, Work
from tests.conftest import HUANGSHI
from tests.service.intake.bureau import Bureau, consent, signed
from tests.service.intake.test_console import Clerk

CLERK = Actor("clerk", "经办", frozenset({"clerk"}), (HUANGSHI,))
OFFICER = Actor("officer", "负责人", frozenset({"officer"}), (HUANGSHI,))
WHY = {"reason": "入户核实为同一人"}
TABLES = (Person, Household, Candidate, Recipient, Consent, SurveyFile, ListChange, Screening, SearchWord)


def everything(bureau: Bureau) -> dict[str, list[str]]:
    """Every row of what a merge could touch."""

    def read(reader: Reader) -> dict[str, list[str]]:
        return {table.__name__: sorted(repr(row.model_dump()) for row in reader.select(select(table))) for table in TABLES}

    return bureau.office.store.read_now(read)


def pair_of(bureau: Bureau, one: UUID, other: UUID) -> UUID:
    """A pair in the queue, as the comparing job leaves it."""
    first, second = in_order(one, other)

    def keep(work: Work) -> UUID:
        same = select(DuplicatePair).where(DuplicatePair.first_id == first, DuplicatePair.second_id == second)
        if (found := work.first(same)) is not None:
            return found.id
        pair = DuplicatePair(first_id=first, second_id=second, score=99, evidence=["name_same"], found_on=date(2016, 12, 1))
        work.add(pair)
        return pair.id

    return bureau.office.store.run_now(keep)


def merge(bureau: Bureau, *, keep: UUID, give_up: UUID, on: str, expect: int | None = 200) -> UUID:
    pair = pair_of(bureau, keep, give_up)
    bureau.clerk.post(f"/api/v1/duplicates/{pair}/proposal", WHY | {"keep": str(keep)}, on=on)
    bureau.officer.post(f"/api/v1/duplicates/{pair}/merge", WHY, on=on, expect=expect)
    return pair


def undo(bureau: Bureau, pair: UUID, *, on: str) -> None:
    bureau.officer.post(f"/api/v1/duplicates/{pair}/undoing", WHY, on=on)


def persons(bureau: Bureau, *, are_listed: bool | None = None) -> list[UUID]:
    """In the order of their filing: all, those on a list, or those on none."""

    def read(reader: Reader) -> list[UUID]:
        listed = {row[0] for row in reader.rows(select(Candidate.person_id))}
        ids = [row[0] for row in reader.rows(select(Person.id).order_by(col(Person.id)))]
        return [each for each in ids if are_listed is None or (each in listed) == are_listed]

    return bureau.office.store.read_now(read)


def person_of(bureau: Bureau, candidate: dict[str, Any]) -> UUID:
    return bureau.office.store.read_now(lambda reader: reader.get(Candidate, UUID(candidate["id"])).person_id)


def eligible(bureau: Bureau) -> list[UUID]:
    """Whom the latest screening found eligible."""

    def read(reader: Reader) -> list[UUID]:
        latest = reader.select(select(Screening).order_by(col(Screening.number).desc()).limit(1))[0]
        people = {person.lot_no: person.id for person in reader.select(select(Person))}
        return [people[line.split("\t")[0]] for line in latest.inputs.splitlines()]

    return bureau.office.store.read_now(read)


def test_screening_never_counts_a_record_that_was_merged_away(bureau: Bureau, people: Population) -> None:
    programme = bureau.open(bureau.survey(people))
    bureau.screen(programme)
    before = eligible(bureau)

    merge(bureau, keep=before[0], give_up=before[1], on="2016-12-22")
    bureau.screen(programme, reason="有档案合并")

    assert eligible(bureau) == [person for person in before if person != before[1]]


def test_a_list_with_a_merged_record_is_screened_again_before_it_is_proposed(bureau: Bureau, people: Population) -> None:
    programme = bureau.open(bureau.survey(people))
    bureau.screen(programme)
    listed = person_of(bureau, bureau.candidates(programme, "listed")[0])
    pair = merge(bureau, keep=persons(bureau, are_listed=False)[0], give_up=listed, on="2016-12-22")

    answer = bureau.officer.post(f"/api/v1/programmes/{programme}/proposal", {}, on="2016-12-26", expect=409)

    assert "请重新筛选" in answer["detail"]
    undo(bureau, pair, on="2016-12-23")
    bureau.officer.post(f"/api/v1/programmes/{programme}/proposal", {}, on="2016-12-26")


def test_a_place_goes_over_with_consent_and_service_and_comes_back(bureau: Bureau, confirmed: str) -> None:
    candidate = bureau.candidates(confirmed, "listed")[0]
    holder, other = person_of(bureau, candidate), persons(bureau, are_listed=False)[0]
    pair = merge(bureau, keep=other, give_up=holder, on="2017-01-10")
    assert person_of(bureau, candidate) == other
    told = bureau.officer.get(f"/api/v1/programmes/{confirmed}/persons/{other}/explanation", purpose="screening")
    assert (told["list"], told["state"]) == ("selected", "listed")

    recipient = UUID(bureau.serve(confirmed, candidate))

    assert served(bureau, recipient) == other
    undo(bureau, pair, on="2017-01-25")
    assert served(bureau, recipient) == holder  # what was done with the place meanwhile goes with the place


def served(bureau: Bureau, recipient: UUID) -> UUID:
    return bureau.office.store.read_now(lambda reader: reader.get(Recipient, recipient).person_id)


def test_two_places_of_one_programme_are_one_only_after_a_reserve_moved_up(bureau: Bureau, confirmed: str) -> None:
    kept, given_up = bureau.candidates(confirmed, "listed")[:2]
    keep, give_up = person_of(bureau, kept), person_of(bureau, given_up)
    merge(bureau, keep=keep, give_up=give_up, on="2017-01-10", expect=409)

    struck = {"reason": "duplicate"}
    bureau.clerk.post(f"/api/v1/programmes/{confirmed}/candidates/{given_up['id']}/departure", struck, on="2017-01-10")
    merge(bureau, keep=keep, give_up=give_up, on="2017-01-10")

    assert len(bureau.candidates(confirmed, "listed")) == 8
    assert person_of(bureau, given_up) == give_up  # a place given up stays where it was


def test_of_two_services_of_one_person_one_ends_for_that_reason_and_a_reserve_moves_up(bureau: Bureau, confirmed: str) -> None:
    kept, given_up = bureau.candidates(confirmed, "listed")[:2]
    keep, give_up = person_of(bureau, kept), person_of(bureau, given_up)
    bureau.ask(confirmed, [consent(kept), consent(given_up)])
    bureau.office.hear(signed(), on=date(2016, 9, 1))
    recipients = {
        each["candidate_id"]: each["recipient_id"] for each in bureau.enrol(confirmed, [kept["id"], given_up["id"]])["recipients"]
    }
    leaving, on = f"/api/v1/recipients/{recipients[given_up['id']]}/withdrawal", "2017-02-08"
    bureau.clerk.post(leaving, {"reason": "duplicate"}, on=on, expect=409)  # nobody says yet that they are of one person
    merge(bureau, keep=keep, give_up=give_up, on=on, expect=409)

    left = bureau.clerk.post(leaving, {"reason": "duplicate"}, on=on)
    bureau.officer.post(f"/api/v1/duplicates/{pair_of(bureau, keep, give_up)}/merge", WHY, on=on)

    assert left["replaced_by"] in {each["id"] for each in bureau.candidates(confirmed, "listed")}
    [event] = bureau.office.said(RecipientWithdrawn)
    assert (str(event.recipient_id), event.reason) == (recipients[given_up["id"]], "duplicate")
    changes = bureau.officer.get(f"/api/v1/programmes/{confirmed}/changes")["items"]
    assert [(each["reason"], each["moved_up_id"]) for each in changes] == [("duplicate", left["replaced_by"])]
    clerk = Clerk(bureau.office, "liu", "clerk").sign_in()
    assert "同一人的重复档案" in clerk.get(f"/console/programmes/{confirmed}/changes/")


def test_a_merged_record_is_not_enrolled_by_anybody() -> None:
    person = PersonFacts(birth=date(1950, 1, 1), sex="male", category="urban_allowance", living_members=1, status="merged")
    assert objections(person) == ["该档案已并入另一份档案"]


def test_files_of_an_open_survey_count_a_person_once_and_those_of_an_accepted_one_stay(bureau: Bureau, people: Population) -> None:
    survey = bureau.survey(people, is_accepted=False)
    before = bureau.officer.get(f"/api/v1/surveys/{survey}")["people_verified"]
    one, other, third, fourth = persons(bureau)[:4]
    pair = merge(bureau, keep=one, give_up=other, on="2016-12-10")
    assert bureau.officer.get(f"/api/v1/surveys/{survey}")["people_verified"] == before - 1
    undo(bureau, pair, on="2016-12-11")
    assert bureau.officer.get(f"/api/v1/surveys/{survey}")["people_verified"] == before

    bureau.officer.post(f"/api/v1/surveys/{survey}/acceptance", {}, on="2016-12-20")
    merge(bureau, keep=third, give_up=fourth, on="2016-12-21")
    assert bureau.officer.get(f"/api/v1/surveys/{survey}")["people_verified"] == before


@given(data=st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_undoing_is_the_inverse_of_merging(bureau: Bureau, confirmed: str, data: st.DataObject) -> None:
    """Whoever is merged into whomever, listed or not, in a row or not; what is refused changes nothing either."""
    some = persons(bureau, are_listed=True)[:3] + persons(bureau, are_listed=False)[:3]
    states: list[tuple[UUID, Any]] = []
    for _ in range(data.draw(st.integers(1, 4))):
        keep, give_up = data.draw(st.lists(st.sampled_from(some), min_size=2, max_size=2, unique=True))
        pair, before = pair_of(bureau, keep, give_up), everything(bureau)
        is_done = done(bureau, propose_merge, pair, by=CLERK, keep=keep) and done(bureau, merge_records, pair, by=OFFICER)
        if is_done:
            states.append((pair, before))
        else:
            assert everything(bureau) == before
    for pair, before in reversed(states):
        assert done(bureau, undo_merge, pair, by=OFFICER)
        assert everything(bureau) == before


def done(bureau: Bureau, action: Callable[..., Any], pair: UUID, *, by: Actor, **terms: Any) -> bool:
    """Whether an act was done, or refused."""
    terms |= {"reason": "核实", "actor": by, "keyring": bureau.office.runtime.keyring}
    try:
        bureau.office.store.run_now(lambda work: action(pair, work=work, today=work.today, **terms), actor=by, today=date(2017, 1, 10))
    except Refusal:
        return False
    return True
