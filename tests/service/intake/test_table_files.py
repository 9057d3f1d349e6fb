"""Tables of the console as files: what the page shows and no more, to whoever sees the page."""

import csv
import re
from html import unescape
from io import StringIO

import pytest

from shared.demo.population import Population
from tests.service.intake.bureau import Bureau, consent
from tests.service.intake.test_console import Clerk
from tests.service.intake.test_search import PERSON
from tests.service.intake.twins import AGAIN, filed, only, person_in

CELL = re.compile(r"<t[hd][^>]*>(.*?)</t[hd]>", re.S)
ROW = re.compile(r"<tr>(.*?)</tr>", re.S)
DAY = re.compile(r'<time datetime="([^"]+)">[^<]*</time>')


def at(bureau: Bureau, account: str, *roles: str) -> Clerk:
    person = Clerk(bureau.office, account, *roles).sign_in()
    person._cookies["qiao_acted_on"] = "2017-02-20"
    return person


def shown(page: str, id: str) -> list[list[str]]:
    """The cells of a table on a page, without marks; days as the file has them."""
    part = page[page.index(f'id="{id}"') :]
    rows = ROW.findall(part[part.index("<tbody>") : part.index("</tbody>")])
    return [[bare(re.sub(r"<[^>]+>", "", DAY.sub(r"\1", cell))) for cell in CELL.findall(row)] for row in rows]


def bare(text: str) -> str:
    return re.sub(r"[\s,；]", "", unescape(text))


def lines(text: str) -> list[list[str]]:
    assert text.startswith("\ufeff")
    return list(csv.reader(StringIO(text[1:])))


def told(reader: Clerk, path: str, id: str) -> int:
    """How many rows the file of a page has, all of whose cells the page shows."""
    page = reader.get(path)
    at_file = unescape(re.search(r'href="([^"]*as=csv)" download', page).group(1))  # type: ignore[union-attr]  # without it the test fails
    heading, *rows = lines(reader.get(at_file))
    cells = shown(page, id)
    assert [bare(name) for name in heading] == [
        bare(re.sub(r"<[^>]+>|[▲▼↕]", "", name)) for name in CELL.findall(page[page.index(f'id="{id}"') :])[: len(heading)]
    ]
    assert len(rows) == len(cells) or len(cells) in (20, 50)
    for row, cell in zip(rows, cells, strict=False):
        assert [text for text, there in zip(row, cell, strict=False) if bare(text) not in there] == []
    return len(rows)


@pytest.fixture
def served(bureau: Bureau, confirmed: str) -> str:
    """A programme with somebody served and somebody who left again."""
    first, second = bureau.candidates(confirmed, "listed")[:2]
    bureau.ask(confirmed, [consent(second)])
    bureau.serve(confirmed, first)
    recipient = bureau.enrol(confirmed, [second["id"]])["recipients"][0]["recipient_id"]
    bureau.clerk.post(f"/api/v1/recipients/{recipient}/withdrawal", {"reason": "consent_withdrawn"}, on="2017-02-20")
    return confirmed


def test_every_list_leaves_as_the_page_shows_it(bureau: Bureau, served: str, people: Population) -> None:
    officer = at(bureau, "chen", "officer")
    programme = f"/console/programmes/{served}/"
    survey = bureau.officer.get(f"/api/v1/programmes/{served}")["survey_id"]

    assert told(officer, "/console/households/", "households") == len({row.户编号 for row in [*people.allowance, *people.destitute]})
    assert told(officer, "/console/rosters/", "rosters") == 2
    assert told(officer, "/console/programmes/", "programmes") == 1
    assert told(officer, "/console/surveys/", "surveys") == 1
    assert told(officer, f"/console/surveys/{survey}/files/?status=verified", "files") > 20
    assert told(officer, f"{programme}candidates/", "candidates") > 0
    assert told(officer, f"{programme}changes/", "changes") == 1
    assert told(officer, f"{programme}recipients/", "recipients") == 2


def test_the_progress_of_communities_leaves_too(bureau: Bureau, people: Population) -> None:
    survey = bureau.survey(people, is_accepted=False)
    communities = bureau.officer.get(f"/api/v1/surveys/{survey}")["communities"]

    heading, *rows = lines(at(bureau, "chen", "officer").get(f"/console/surveys/{survey}/?as=csv"))

    assert heading == ["社区", "应走访户", "已上门", "已核实"]
    assert [[row[0], int(row[3])] for row in rows] == [[each["name"], each["files_verified"]] for each in communities]


def test_a_filter_holds_for_the_file(bureau: Bureau, confirmed: str) -> None:
    officer = at(bureau, "chen", "officer")
    listed = len(bureau.candidates(confirmed, "listed"))

    _, *rows = lines(officer.get(f"/console/programmes/{confirmed}/candidates/?state=listed&as=csv"))

    assert len(rows) == listed
    assert {row[6].split()[0] for row in rows} == {"待征求意见"}


def test_no_name_is_in_a_file(bureau: Bureau, proposed: str, people: Population) -> None:
    officer = at(bureau, "chen", "officer")
    given = officer.get("/console/households/?as=csv") + officer.get(f"/console/programmes/{proposed}/candidates/?as=csv")

    assert [row.姓名 for row in people.allowance if row.姓名 in given or row.身份证号 in given] == []


def test_who_may_not_see_a_page_has_no_file_of_it(bureau: Bureau, proposed: str) -> None:
    surveyor = at(bureau, "d01", "surveyor")
    elsewhere = Clerk(bureau.office, "wu", "officer", division="420900000000").sign_in()

    surveyor.get(f"/console/programmes/{proposed}/candidates/?as=csv", 403)
    surveyor.get("/console/households/?as=csv", 403)
    elsewhere.get(f"/console/programmes/{proposed}/candidates/?as=csv", 404)
    assert len(lines(elsewhere.get("/console/households/?as=csv"))) == 1


def test_objections_leave_with_their_answer(bureau: Bureau, proposed: str) -> None:
    candidate = bureau.candidates(proposed, "listed")[0]["id"]
    document = bureau.clerk.upload(b"%PDF-1.4 paper")
    body = {"kind": "not_entitled", "candidate_id": candidate, "document": document}
    objection = bureau.clerk.post(f"/api/v1/programmes/{proposed}/objections", body, on="2016-12-28")["id"]
    verdict = {"upheld": False, "reason": "=符合条件"}
    bureau.reviewer.post(f"/api/v1/objections/{objection}/decision", verdict, on="2016-12-29")
    officer = at(bureau, "chen", "officer")

    _, row = lines(officer.get(f"/console/programmes/{proposed}/objections/?as=csv"))

    assert row == ["2016-12-28", "不符合条件", "clerk", "不成立 =符合条件", "2016-12-29 reviewer"]
    assert told(officer, f"/console/programmes/{proposed}/objections/", "objections") == 1


def test_pairs_and_erasures_leave_without_a_name(bureau: Bureau) -> None:
    filed(bureau, [PERSON], [AGAIN])
    person = person_in(only(bureau), PERSON.户编号)
    bureau.clerk.post(f"/api/v1/persons/{person}/erasure", {"scope": "contact", "reason": "own_request"}, on="2015-10-20")
    officer = at(bureau, "chen", "officer")

    assert told(officer, "/console/duplicates/", "duplicates") == 1
    assert told(officer, "/console/erasures/", "erasures") == 1
    given = officer.get("/console/duplicates/?as=csv") + officer.get("/console/erasures/?as=csv")
    assert [word for word in (PERSON.姓名, AGAIN.姓名, PERSON.身份证号, PERSON.联系电话) if word in given] == []
