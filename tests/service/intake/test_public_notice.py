"""What is public of a list says nobody's name and no small count; what is private goes to the person alone."""

from uuid import UUID

from sqlalchemy import event

from services.intake.actions.notice import letters
from shared.access import Actor
from shared.demo.population import Population
from shared.small_cells import Mark
from shared.work import Work
from tests.conftest import HUANGSHI
from tests.service.intake.bureau import Bureau

CHEN = Actor("chen", "陈", frozenset({"officer"}), (HUANGSHI,), ())


def test_the_notice_has_criteria_seed_and_proof_and_no_small_count(bureau: Bureau, proposed: str, people: Population) -> None:
    notice = bureau.office.as_("auditor").get(f"/api/v1/programmes/{proposed}/notice")

    proof = bureau.officer.get(f"/api/v1/programmes/{proposed}/proof")
    assert (notice["seed"], notice["list_hash"]) == (proof["seed"], proof["list_hash"])
    assert notice["groups"][0]["criterion"].startswith("G1 独居老人：")
    counts = [notice["selected"]["counts"], *(place["counts"] for place in notice["places"].values())]
    assert all(cell["value"] is None or cell["value"] == 0 or cell["value"] >= 5 for count in counts for cell in count.values())
    assert any(cell["mark"] == Mark.SMALL for count in counts for cell in count.values())
    text = str(notice)
    assert not any(row.姓名 in text or row.身份证号 in text for row in people.allowance)


def test_a_stranger_reads_no_notice_of_another_city(bureau: Bureau, proposed: str) -> None:
    bureau.office.as_("officer", divisions=["429004000000"]).get(f"/api/v1/programmes/{proposed}/notice", expect=404)
    assert bureau.office.as_("officer", divisions=["429004000000"]).get("/api/v1/programmes")["items"] == []
    assert [each["id"] for each in bureau.officer.get("/api/v1/programmes")["items"]] == [proposed]


def test_each_letter_tells_one_person_and_leaves_a_mark(bureau: Bureau, proposed: str) -> None:
    runtime, programme = bureau.office.runtime, UUID(proposed)

    def write(work: Work) -> tuple[list[str], int]:
        found = letters(programme, group="G1", after=0, **runtime.offers(letters, work) | {"actor": CHEN})
        return [letter["name"] for letter in found["letters"]], len(found["letters"])

    names, count = bureau.office.store.run_now(write)

    of_group = [each for state in ("listed", "waiting") for each in bureau.candidates(proposed, state) if each["group"] == "G1"]
    assert count == len(of_group) == len(set(names))
    for each in of_group:
        assert [kept["reader"] for kept in bureau.officer.get(f"/api/v1/persons/{each['person_id']}/readings")["items"]] == ["chen"]


def test_forty_letters_take_one_question_for_what_is_sealed(bureau: Bureau, proposed: str) -> None:
    runtime, asked = bureau.office.runtime, []
    event.listen(bureau.office.store.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))

    def write(work: Work) -> int:
        return len(letters(UUID(proposed), group="G3", after=0, **runtime.offers(letters, work) | {"actor": CHEN})["letters"])

    assert bureau.office.store.run_now(write) > 1
    assert sum("FROM person" in statement for statement in asked) == 1
