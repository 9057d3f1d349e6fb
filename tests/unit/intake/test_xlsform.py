"""An XLSForm becomes sections of a survey's form; what cannot be carried is refused with its row and column."""

from collections.abc import Sequence
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook

from services.intake.domain.survey_form import Choice, Question, Section, with_added
from services.intake.domain.xlsform import LARGEST, MOST_UNPACKED, XlsForm, XlsFormRefused, read_xlsform

Row = Sequence[str | int | None]
CHOICES = (
    ("list_name", "name", "label::Chinese (zh)", "label::English (en)"),
    ("yn", "yes", "是", "Yes"),
    ("yn", "no", "否", "No"),
)
SETTINGS = (("form_title", "form_id", "version"), ("老人就医", "doctor", "2016-1"))
HEAD = (
    "type",
    "name",
    "label::Chinese (zh)",
    "label::English (en)",
    "hint::Chinese (zh)",
    "required",
    "relevant",
    "constraint",
    "criterion",
)
DOCTOR = (
    HEAD,
    ("start", "start"),
    ("note", "opening", "先说明来意", "Say why"),
    ("text", "remark", "备注", "Remark"),
    ("begin_group", "person_old", "老人", "Old people"),
    ("select_one yn", "alone", "能否独自就医", "Alone?", None, "yes", None, None, "age >= 60"),
    ("note", "ask", "不知道的不填", "Leave empty"),
    ("integer", "times", "一年内住院次数", "Times", "只算住院", None, "${alone} = 'no'", ". >= 1 and . < 100", "age >= 60"),
    ("select_multiple yn", "both", "两者", "Both", None, None, 'selected(${alone}, "yes")'),
    ("end_group",),
)


def workbook_of(survey: Sequence[Row], *, choices: Sequence[Row] = CHOICES, settings: Sequence[Row] = SETTINGS) -> bytes:
    book = Workbook()
    for title, rows in (("survey", survey), ("choices", choices), ("settings", settings)):
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.remove(book["Sheet"])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def refused(*rows: Row, head: Row = HEAD, settings: Sequence[Row] = SETTINGS) -> str:
    with pytest.raises(XlsFormRefused) as found:
        read_xlsform(workbook_of([head, *rows], settings=settings))
    return found.value.message


def test_groups_become_sections_and_rows_questions() -> None:
    yes_no = (Choice("yes", "是"), Choice("no", "否"))

    assert read_xlsform(workbook_of(DOCTOR)) == XlsForm(
        "doctor",
        "2016-1",
        "老人就医",
        (
            Section("doctor", "老人就医", "household", (Question("remark", "备注", "text"),), "先说明来意"),
            Section(
                "doctor_person_old",
                "老人",
                "person",
                (
                    Question("alone", "能否独自就医", "one", yes_no, True, "age >= 60"),
                    Question(
                        "times",
                        "一年内住院次数",
                        "number",
                        relevant="age >= 60",
                        only_if=("alone", "no"),
                        note="不知道的不填 只算住院",
                        least=1,
                        most=99,
                    ),
                    Question("both", "两者", "several", yes_no, only_if=("alone", "yes")),
                ),
            ),
        ),
    )


def test_it_is_asked_behind_the_fixed_sections() -> None:
    form = with_added([read_xlsform(workbook_of(DOCTOR)).sections])

    assert [section.code for section in form.sections] == ["living", "needs", "daily", "doctor", "doctor_person_old"]


def test_a_form_in_one_language_is_taken_as_it_is() -> None:
    plain = read_xlsform(workbook_of([("type", "name", "label"), ("integer", "rooms", "房间数")]))

    assert plain.sections[0].questions[0].label == "房间数"


@pytest.mark.parametrize(
    ("row", "column", "rows"),
    [
        (2, "type", [("geopoint", "where", "位置", "Where")]),
        (2, "type", [("begin_repeat", "r", "重复", "R"), ("text", "a", "甲", "A"), ("end_repeat",)]),
        (3, "type", [("text", "a", "甲", "A"), ("image", "b", "乙", "B")]),
        (2, "type", [("select_one yn or_other", "a", "甲", "A")]),
        (2, "type", [("select_one_from_file a.csv", "a", "甲", "A")]),
        (
            3,
            "type",
            [("begin_group", "g", "组", "G"), ("begin_group", "h", "组", "H"), ("text", "a", "甲", "A"), ("end_group",), ("end_group",)],
        ),
        (2, "relevant", [("begin_group", "g", "组", "G", None, None, "1 = 1"), ("text", "a", "甲", "A"), ("end_group",)]),
        (3, "relevant", [("integer", "a", "甲", "A"), ("text", "b", "乙", "B", None, None, "${a} > 3")]),
        (2, "constraint", [("text", "a", "甲", "A", None, None, None, "regex(., '[0-9]+')")]),
        (2, "required", [("text", "a", "甲", "A", None, "${x} = 1")]),
        (2, "label::Chinese (zh)", [("text", "a", None, "A")]),
        (2, "criterion", [("text", "a", "甲", "A", None, None, None, None, "age >= 60")]),
        (
            3,
            "criterion",
            [("begin_group", "person", "人", "P"), ("text", "a", "甲", "A", None, None, None, None, "mood > 1"), ("end_group",)],
        ),
        (2, "name", [("text", "a-b", "甲", "A")]),
    ],
)
def test_what_cannot_be_carried_is_named_by_row_and_column(row: int, column: str, rows: list[Row]) -> None:
    message = refused(*rows)

    assert message.startswith(f"survey 表第 {row} 行“{column}”列：") or (column == "required" and "row : 2" in message)


@pytest.mark.parametrize("column", ["default", "calculation", "choice_filter", "read_only", "media::image"])
def test_a_column_that_says_more_than_a_question_is_refused(column: str) -> None:
    assert refused(("select_one yn", "a", "甲", "x"), head=("type", "name", "label", column)).startswith(
        f"survey 表第 2 行“{column.split(':')[0]}"
    )


def test_how_it_looks_is_left_to_the_page() -> None:
    form = read_xlsform(workbook_of([("type", "name", "label", "appearance"), ("select_one yn", "a", "甲", "minimal")]))

    assert form.sections[0].questions[0].kind == "one"


def test_a_condition_on_another_section_is_refused() -> None:
    message = refused(
        ("select_one yn", "a", "甲", "A"),
        ("begin_group", "g", "组", "G"),
        ("text", "b", "乙", "B", None, None, "${a} = 'yes'"),
        ("end_group",),
    )

    assert "本节前面一道选择题" in message


def test_what_pyxform_finds_is_told() -> None:
    assert "row : 3" in refused(("text", "a", "甲", "A"), ("text", "a", "乙", "B"))


@pytest.mark.parametrize("settings", [(), (("form_title",), ("表",)), (("form_id",), ("doctor",))])
def test_a_form_without_id_and_version_is_refused(settings: Sequence[Row]) -> None:
    assert "form_id" in refused(("text", "a", "甲", "A"), settings=settings)


def test_what_is_no_workbook_is_refused() -> None:
    bomb = BytesIO()
    with ZipFile(bomb, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * (MOST_UNPACKED + 1))
    for content in (b"", b"plain words", bomb.getvalue(), b"PK" + bytes(LARGEST)):
        with pytest.raises(XlsFormRefused):
            read_xlsform(content)
    assert "没有问题" in refused(("note", "n", "说明", "N"))
