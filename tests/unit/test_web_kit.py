"""The kit of the consoles: what an address says about a table, what a form keeps, and files of others as they were published."""

from hashlib import sha256
from pathlib import Path

import pytest
from fastapi import Request

from services.intake import labels
from shared.errors import Malformed
from shared.http.paging import Listing
from shared.web.forms import Form, must_confirm, several
from shared.web.i18n import CHINESE, ENGLISH
from shared.web.render import pages_of
from shared.web.static import FOLDER, asset
from shared.web.tables import Column, Table
from shared.web.words import Words

COLUMNS = (Column("name", "名称", sorts=True), Column("rows", "行数", is_number=True, sorts=True), Column("by", "上传"))


def table(query: str) -> Table:
    scope = {"type": "http", "method": "GET", "path": "/console/rosters/", "query_string": query.encode(), "headers": []}
    return Table.of(Request(scope), "rosters", "名册", COLUMNS, sort="-rows", keep=("status",))


def test_an_address_holds_order_filter_and_page() -> None:
    found = table("status=open&sort=name&after=abc").holding(Listing((), "next"))

    assert (found.sort, found.page().after, found.filters) == ("name", "abc", {"status": "open"})
    assert str(found.sorted_by(COLUMNS[0])) == "/console/rosters/?status=open&sort=-name"
    assert str(found.next_page) == "/console/rosters/?status=open&after=next&sort=name"
    assert str(found.first_page) == "/console/rosters/?status=open&sort=name"


def test_an_invented_order_is_the_usual_one() -> None:
    found = table("sort=by&colour=red")

    assert found.sort == "-rows"
    assert [found.is_sorted_by(column) for column in COLUMNS] == ["", "descending", ""]
    assert str(found.address) == "/console/rosters/"


def test_a_form_keeps_several_choices() -> None:
    assert Form({"needs": several(["mind", "work"])}).values("needs") == ("mind", "work")


def test_what_cannot_be_undone_is_confirmed() -> None:
    must_confirm("yes")
    with pytest.raises(Malformed) as refused:
        must_confirm("")
    assert refused.value.faults[0].field == "confirmed"


def test_files_of_others_are_as_they_were_published() -> None:
    lines = [line.split() for line in (FOLDER / "VENDORED.txt").read_text(encoding="utf-8").splitlines() if ":" in line and "." in line]
    listed = {name: digest for name, digest, *_ in lines if len(digest) == 64}

    assert {path.name for path in FOLDER.iterdir() if path.stem.startswith("htmx")} == set(listed)
    assert {name: sha256((FOLDER / name).read_bytes()).hexdigest() for name in listed} == listed
    assert asset("htmx-4.0.1.min.js") is not None
    assert asset("VENDORED.txt") is None


INTAKE = Path(labels.__file__).parents[1]


def english() -> Words:
    return pages_of(INTAKE).words(ENGLISH)


def test_one_word_of_two_meanings_is_translated_by_its_table() -> None:
    said = [english().term(labels.RELATION["daughter"]), english().term(labels.SEX["female"]), english().term(labels.RELATION["head"])]

    assert said == ["Daughter", "Female", "Head of the household"]
    assert pages_of(INTAKE).words(CHINESE).term(labels.RELATION["daughter"]) == "女"


def test_a_term_of_the_law_keeps_its_chinese_beside_it() -> None:
    allowance = labels.CATEGORY["urban_allowance"]

    assert english().term(allowance) == 'Urban minimum living allowance <span lang="zh-CN">城市低保</span>'
    assert (english().word(allowance), english().tongue(allowance)) == ("Urban minimum living allowance", "")
    assert english().tongue("梅长春") == ' lang="zh-CN"'
    assert pages_of(INTAKE).words(CHINESE).term(allowance) == "城市低保"
