"""XLSForm (the workbook by which ODK, KoBo and SurveyCTO take forms) into sections of a survey's form.

pyxform reads and checks the workbook. A group becomes a section, of each member if its name is `person` or begins with `person_`;
questions outside of groups become a section about the household. What cannot be carried is refused with its row and column.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from re import compile as pattern
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

from openpyxl.utils.exceptions import InvalidFileException
from pyxform.errors import PyXFormError
from pyxform.xls2json import workbook_to_json
from pyxform.xls2json_backends import get_xlsform

from services.intake.domain.cel import CriterionRefused
from services.intake.domain.survey_form import Choice, FormRefused, Kind, Question, Section
from shared.errors import RuleRefusal
from shared.sentences import S_

LARGEST: Final = 1 << 20
MOST_UNPACKED: Final = 20 << 20
MOST_ROWS: Final = 500
_TAKEN: Final = re.compile(r"(?:select_one|select_multiple) \S+|integer|text|note|(?:begin|end)[_ ]group")
_META: Final = frozenset({"start", "end", "today", "deviceid", "username", "phonenumber", "email", "audit"})
"""Rows that ask nothing: a visit keeps its day and its account anyway."""
_KINDS: Final[Mapping[str, Kind]] = {"select one": "one", "select all that apply": "several", "integer": "number", "text": "text"}
_ONLY_IF: Final = re.compile(r"""\s*(?:\$\{(\w+)\}\s*=|selected\(\s*\$\{(\w+)\}\s*,)\s*(?:'([^']+)'|"([^"]+)")\s*\)?\s*""")
_BOUND: Final = re.compile(r"\.\s*(>=|<=|>|<)\s*(\d{1,9})")
_KNOWN: Final = frozenset(
    {"type", "name", "label", "hint", "guidance_hint", "bind", "criterion", "choices", "itemset", "list_name", "children"}
)
_IN_BIND: Final = frozenset({"required", "relevant", "constraint", "jr:constraintMsg", "jr:requiredMsg"})
_COLUMNS: Final[Mapping[str, str]] = {
    "calculate": "calculation",
    "readonly": "read_only",
}
_CHINESE: Final = pattern(r"\(zh\b|^zh\b|中文|chinese|^default$", re.IGNORECASE)
_TRUE: Final = frozenset({"yes", "true", "true()"})
_FALSE: Final = frozenset({"", "no", "false", "false()"})


class XlsFormRefused(RuleRefusal):
    """The workbook is no XLSForm, or asks what a visit cannot carry; the message names row and column."""

    code = "xlsform-refused"


@dataclass(frozen=True, slots=True)
class XlsForm:
    """What a workbook asks. `form_id` and `version` are those of its sheet `settings`."""

    form_id: str
    version: str
    title: str
    sections: tuple[Section, ...]


@dataclass(slots=True)
class _Group:
    """A group while its rows are read."""

    code: str
    title: str
    criterion: str
    is_of_person: bool
    questions: list[Question] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """Notes that stand before the next question."""
    opening: str = ""


def read_xlsform(content: bytes) -> XlsForm:
    """Raises XlsFormRefused."""
    rows, tree = _parsed(content)
    form_id, version = str(tree.get("id_string", "")), str(tree.get("version", ""))
    if form_id in ("", "data") or not version:
        raise XlsFormRefused(S_("settings 表中应填写 form_id 和 version；修改过的表须换版本号"), field="file")
    title = str(tree["title"])
    numbers = _numbered(rows, tree)
    groups = [_Group(form_id, title, "", False)]
    for node in tree["children"]:
        if node["type"] == "group" and node["name"] != "meta":
            groups.append(_group(node, form_id, title, numbers))
        elif node["name"] != "meta" and node["type"] not in _META:
            _take(node, groups[0], numbers)
    sections = tuple(_section(group) for group in groups if group.questions)
    if not sections:
        raise XlsFormRefused(S_("表中没有问题"), field="file")
    return XlsForm(form_id, version, title, sections)


def _parsed(content: bytes) -> tuple[list[tuple[int, Mapping[str, str]]], Any]:
    """The rows of the sheet `survey` with their numbers, and the tree that pyxform makes of them."""
    try:
        with ZipFile(BytesIO(content)) as archive:
            if len(content) > LARGEST or sum(part.file_size for part in archive.infolist()) > MOST_UNPACKED:
                raise XlsFormRefused(S_("文件过大：XLSForm 不超过 1 MB"), field="file")
        book = get_xlsform(xlsform=content, file_type=".xlsx")
        rows = [(number, row) for number, row in enumerate(book.survey or (), start=2) if row]
        if len(rows) > MOST_ROWS:
            raise XlsFormRefused(S_("survey 表不超过 {most} 行", most=MOST_ROWS), field="file")
        for number, row in rows:
            kind = " ".join(next((str(value) for name, value in row.items() if name.strip().lower() == "type"), "").split())
            if not _TAKEN.fullmatch(kind) and kind not in _META:
                raise _refused(number, "type", S_("“{type}”不能带入登记表", type=kind[:40]))
        return rows, workbook_to_json(book, warnings=[])
    except PyXFormError as fault:
        raise XlsFormRefused(S_("不是有效的 XLSForm：{fault}", fault=fault), field="file") from fault
    except (BadZipFile, InvalidFileException, KeyError, ValueError) as fault:
        raise XlsFormRefused(S_("不能读取该文件，应为 .xlsx 的 XLSForm"), field="file") from fault


def _numbered(rows: list[tuple[int, Mapping[str, str]]], tree: Any) -> dict[int, int]:
    """Row by identity of a node: pyxform keeps the order of the rows."""
    asking = [number for number, row in rows if not any(str(value).replace("_", " ").strip() == "end group" for value in row.values())]
    nodes = [node for node in _walked(tree) if node["name"] != "meta"]
    return {id(node): number for node, number in zip(nodes, asking, strict=True)}


def _walked(node: Any) -> Iterator[Any]:
    for child in node.get("children", ()):
        yield child
        if child["name"] != "meta":
            yield from _walked(child)


def _group(node: Any, form_id: str, title: str, numbers: Mapping[int, int]) -> _Group:
    row = numbers[id(node)]
    _refuse_what_is_left_over(node, row, also=("bind",) if not node.get("bind") else ())
    if node.get("bind"):
        raise _refused(row, "relevant", S_("组的条件不能带入，请写在各题上"))
    is_of_person = node["name"] == "person" or node["name"].startswith("person_")
    group = _Group(f"{form_id}_{node['name']}", _words(node.get("label"), row, "label") or title, _criterion(node), is_of_person)
    for child in node.get("children", ()):
        if child["type"] == "group":
            raise _refused(numbers[id(child)], "type", S_("组内不能再有组"))
        if child["type"] not in _META:
            _take(child, group, numbers)
    return group


def _take(node: Any, group: _Group, numbers: Mapping[int, int]) -> None:
    """One row into the group. A note stands before the question that follows it, or at the head of the section."""
    row = numbers[id(node)]
    _refuse_what_is_left_over(node, row)
    label = _words(node.get("label"), row, "label")
    if node["type"] == "note":
        group.notes.append(label)
        return
    if not label:
        raise _refused(row, "label", S_("没有中文题目"))
    bind = node.get("bind", {})
    least, most = _bounds(str(bind.get("constraint", "")), row, is_number=node["type"] == "integer")
    if not group.questions and group.notes:
        group.opening = " ".join(group.notes)
        group.notes.clear()
    note = " ".join(filter(None, [*group.notes, _words(node.get("hint"), row, "hint")]))
    group.notes.clear()
    try:
        question = Question(
            code=node["name"],
            label=label,
            kind=_KINDS[node["type"]],
            choices=tuple(_choice(each, row) for each in node.get("choices", ())),
            is_required=_is_required(str(bind.get("required", "")), row),
            relevant=_criterion(node) or group.criterion,
            only_if=_only_if(str(bind.get("relevant", "")), row),
            note=note,
            least=least,
            most=most,
        )
    except CriterionRefused as refusal:
        raise _refused(row, "criterion", refusal.message) from refusal
    except FormRefused as refusal:
        raise _refused(row, "name", refusal.message) from refusal
    if question.relevant and not group.is_of_person:
        raise _refused(row, "criterion", S_("条件针对成员，只能用于名称以 person 开头的组"))
    group.questions.append(question)


def _section(group: _Group) -> Section:
    note = " ".join(filter(None, [group.opening, *group.notes]))
    try:
        return Section(group.code, group.title, "person" if group.is_of_person else "household", tuple(group.questions), note)
    except FormRefused as refusal:
        raise XlsFormRefused(f"“{group.title}”：{refusal.message}", field="file") from refusal


def _refuse_what_is_left_over(node: Mapping[str, Any], row: int, also: tuple[str, ...] = ()) -> None:
    """Everything that the node says must be carried; how a control looks is not."""
    for name, value in node.items():
        if name in _KNOWN or name in also or not value or (name == "control" and set(value) <= {"appearance"}):
            continue
        raise _refused(row, _COLUMNS.get(name, name), S_("这一列的内容不能带入登记表"))
    for name in set(node.get("bind", {})) - _IN_BIND:
        raise _refused(row, _COLUMNS.get(name, name), S_("这一列的内容不能带入登记表"))


def _words(said: Any, row: int, column: str) -> str:
    """The Chinese of a label or hint; what is said in no language counts as Chinese."""
    if not isinstance(said, Mapping):
        return str(said or "").strip()
    for language, text in said.items():
        if _CHINESE.search(language):
            return str(text).strip()
    raise _refused(row, f"{column}::Chinese (zh)", S_("没有中文"))


def _choice(choice: Mapping[str, Any], row: int) -> Choice:
    label = _words(choice.get("label"), row, "label")
    if not label:
        raise _refused(row, "type", S_("选项 {name} 没有中文", name=str(choice["name"])[:40]))
    return Choice(str(choice["name"]), label)


def _criterion(node: Mapping[str, Any]) -> str:
    return str(node.get("criterion") or "").strip()


def _is_required(said: str, row: int) -> bool:
    if said.strip().lower() not in _TRUE | _FALSE:
        raise _refused(row, "required", S_("只能为 yes 或 no"))
    return said.strip().lower() in _TRUE


def _only_if(said: str, row: int) -> tuple[str, str] | None:
    if not said.strip():
        return None
    found = _ONLY_IF.fullmatch(said)
    if found is None:
        raise _refused(row, "relevant", S_("只支持 ${…} = '…' 和 selected(${…}, '…')"))
    return (found[1] or found[2], found[3] or found[4])


def _bounds(said: str, row: int, *, is_number: bool) -> tuple[int, int]:
    """Of `. >= 0 and . <= 99`."""
    least, most = 0, 1_000_000
    for part in filter(None, (each.strip() for each in said.split(" and "))):
        found = _BOUND.fullmatch(part)
        if found is None or not is_number:
            raise _refused(row, "constraint", S_("只支持整数题的上下限，如 . >= 0 and . <= 99"))
        sign, number = found[1], int(found[2])
        if sign.startswith(">"):
            least = number + (sign == ">")
        else:
            most = number - (sign == "<")
    return least, most


def _refused(row: int, column: str, why: str) -> XlsFormRefused:
    return XlsFormRefused(S_("survey 表第 {row} 行“{column}”列：{why}", row=row, column=column, why=why), field="file")
