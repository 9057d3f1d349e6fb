"""A roster (名册) as the street office sends it: a table whose every cell is checked before anything of it counts.

Numbers are read as people type them: full-width digits, trailing spaces and a lower-case x are put right. An identity
number in a numeric cell is refused, because the spreadsheet has already rounded its last digits away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from re import compile as pattern
from typing import Final, NamedTuple

from services.intake import labels
from shared.divisions import DIGITS, contains, is_known
from shared.errors import RuleRefusal
from shared.identity import DisabilityCardFault, Identity, IdentityFault, Sex, check_disability_card, check_identity_number

Cell = str | float | int | bool | date | None
"""What a spreadsheet cell holds."""

HOUSEHOLD_NO: Final = "户编号"
CATEGORY: Final = "救助类别"
DIVISION: Final = "区划代码"
LIVING: Final = "实际居住人数"
NAME: Final = "姓名"
IDENTITY: Final = "身份证号"
RELATION: Final = "与户主关系"
MARITAL: Final = "婚姻状况"
SCHOOLING: Final = "就读学段"
SINGLE_PARENT: Final = "单亲原因"
DISABILITY_CARD: Final = "残疾证号"
ILLNESS: Final = "重病病种"
PHONE: Final = "联系电话"
ADDRESS: Final = "住址"

COLUMNS: Final = (
    *(HOUSEHOLD_NO, CATEGORY, DIVISION, LIVING, NAME, IDENTITY, RELATION, MARITAL),
    *(SCHOOLING, SINGLE_PARENT, DISABILITY_CARD, ILLNESS, PHONE, ADDRESS),
)

_AT: Final = {column: position for position, column in enumerate(COLUMNS)}
_LOSES_DIGITS: Final = (IDENTITY, DISABILITY_CARD)
"""Columns longer than the 15 digits that a spreadsheet keeps of a number."""

MOST_ROWS: Final = 50_000
"""A larger roster is sent in parts: a district has fewer people on assistance."""
STREET_DIGITS: Final = 9
LONGEST_NAME: Final = 40
LONGEST_HOUSEHOLD_NO: Final = 32
LARGEST_HOUSEHOLD: Final = 30
HEAD: Final = "head"

_FULL_WIDTH: Final = {0xFF10 + n: ord("0") + n for n in range(10)} | {
    wide + n: narrow + n for wide, narrow in ((0xFF21, ord("A")), (0xFF41, ord("a"))) for n in range(26)
} | {0x3000: ord(" ")}  # fmt: skip
_WIDE: Final = pattern("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\u3000]")
_IDENTITY_INSIDE: Final = pattern(r"\d{17}[\dXx]")
_PHONE: Final = pattern(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|\d{7,8}")


class RosterUnreadable(RuleRefusal):
    """The workbook is not a roster: no rows, too many rows, or columns missing."""

    code = "roster-unreadable"


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong with one cell, in words that say how to mend it; never the cell's content."""

    cell: str
    column: str
    message: str


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One person of a roster, checked."""

    number: int
    household_no: str
    category: str
    division: str
    living_members: int
    name: str
    identity: Identity
    relation: str
    marital: str
    schooling: str
    single_parent: str
    disability_card: str
    disability_kind: int
    disability_level: int
    """0 without a card, else 1 (severest) to 4."""
    illness: str
    phone: str
    address: str

    @property
    def sex(self) -> Sex:
        return self.identity.sex

    def personal(self) -> dict[str, str]:
        """What says who the person is, or why the household is in need: sealed, never a column (decision 17)."""
        fields = {
            "name": self.name,
            "identity_number": self.identity.number,
            "phone": self.phone,
            "address": self.address,
            "marital": self.marital,
            "single_parent": self.single_parent,
            "disability_card": self.disability_card,
            "illness": self.illness,
        }
        return {name: value for name, value in fields.items() if value}


@dataclass(slots=True)
class _Household:
    """What the rows of one household must agree on: the first row's words, and how many heads there are."""

    first_row: int
    category: str
    division: str
    living: str
    heads: int = 0


class _Line(NamedTuple):
    """One row of the sheet as text, in the order of COLUMNS, and which long numbers the spreadsheet has rounded."""

    number: int
    texts: Sequence[str]
    numeric: frozenset[str]


@dataclass(frozen=True, slots=True)
class RosterTable:
    """A sheet with its columns found, and what can only be judged over the whole of it."""

    columns: Mapping[str, int]
    rows: Sequence[_Line]
    """Blank rows left out."""
    first_with_identity: Mapping[str, int]
    households: Mapping[str, _Household]


@dataclass(frozen=True, slots=True)
class RosterFrame:
    """What every row of one roster is judged against."""

    division: str
    reference_on: date


def read_table(sheet: Sequence[Sequence[Cell]]) -> RosterTable:
    """Find the columns by their names. Raises RosterUnreadable."""
    if not sheet:
        raise RosterUnreadable("工作簿的第一张表是空的", field="file")
    columns = _find_columns(sheet[0])
    rows = [line for number, cells in enumerate(sheet[1:], start=2) if any((line := _line(number, cells, columns)).texts)]
    if not rows:
        raise RosterUnreadable("名册只有表头，没有人员", field="file")
    if len(rows) > MOST_ROWS:
        raise RosterUnreadable(f"名册有 {len(rows)} 行，一次最多 {MOST_ROWS} 行，请分开上传", field="file")
    first_with_identity: dict[str, int] = {}
    households: dict[str, _Household] = {}
    for line in rows:
        text = dict(zip(COLUMNS, line.texts, strict=True))
        first_with_identity.setdefault(text[IDENTITY].upper(), line.number)
        household = households.get(text[HOUSEHOLD_NO])
        if household is None:
            household = _Household(line.number, text[CATEGORY], text[DIVISION], text[LIVING])
            households[text[HOUSEHOLD_NO]] = household
        household.heads += text[RELATION] == labels.RELATION[HEAD]
    return RosterTable(columns, rows, first_with_identity, households)


def check_row(position: int, table: RosterTable, frame: RosterFrame) -> RosterRow | tuple[CellFault, ...]:
    """The person in the row at this position, or everything that is wrong with it."""
    line = table.rows[position]
    row = _Reading(line, table, frame)
    household_no = row.household_no()
    category = row.word(CATEGORY, _CATEGORIES)
    division = row.division()
    living_members = row.living_members()
    name = row.name()
    identity = row.identity()
    relation = row.word(RELATION, _RELATIONS)
    marital = row.word(MARITAL, _MARITAL, is_required=False)
    schooling = row.word(SCHOOLING, _SCHOOLING, is_required=False)
    single_parent = row.word(SINGLE_PARENT, _SINGLE_PARENT, is_required=False)
    card, kind, level = row.disability(identity)
    phone = row.phone()
    row.agrees_with_household(household_no)
    address = row.text(ADDRESS)
    if not address:
        row.fault(ADDRESS, "住址不能为空")
    if row.faults or identity is None:
        return tuple(row.faults)
    illness = row.text(ILLNESS)
    return RosterRow(
        number=line.number,
        household_no=household_no,
        category=category,
        division=division,
        living_members=living_members,
        name=name,
        identity=identity,
        relation=relation,
        marital=marital,
        schooling=schooling,
        single_parent=single_parent,
        disability_card=card,
        disability_kind=kind,
        disability_level=level,
        illness=illness,
        phone=phone,
        address=address,
    )


def text_of(cell: Cell) -> str:
    """The cell as text: full-width digits and letters narrowed, outer spaces gone, whole numbers without a fraction."""
    if isinstance(cell, str):
        return (cell.translate(_FULL_WIDTH) if _WIDE.search(cell) else cell).strip()
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def cell_name(row: int, column: int) -> str:
    """As the spreadsheet shows it: row 17, column 4 is `E17`."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


class _Reading:
    """One row while it is read; gathers all faults, so that a clerk mends a row in one go."""

    def __init__(self, line: _Line, table: RosterTable, frame: RosterFrame) -> None:
        self.number = line.number
        self.given = dict(zip(COLUMNS, line.texts, strict=True))
        self.numeric = line.numeric
        self.table = table
        self.frame = frame
        self.faults: list[CellFault] = []

    def text(self, column: str) -> str:
        return self.given[column]

    def fault(self, column: str, message: str) -> None:
        self.faults.append(CellFault(cell_name(self.number, self.table.columns[column]), column, message))

    def word(self, column: str, words: Mapping[str, str], *, is_required: bool = True) -> str:
        """The code of a word out of a list; "" for an empty cell where that is allowed."""
        text = self.text(column)
        if not text and not is_required:
            return ""
        code = words.get(text, "")
        if not code:
            self.fault(column, f"应填写：{'、'.join(words)}" if text else f"不能为空，应填写：{'、'.join(words)}")
        return code

    def household_no(self) -> str:
        text = self.text(HOUSEHOLD_NO)
        if not text or len(text) > LONGEST_HOUSEHOLD_NO:
            self.fault(HOUSEHOLD_NO, f"户编号不能为空，且不超过 {LONGEST_HOUSEHOLD_NO} 个字符")
        elif _IDENTITY_INSIDE.search(text):
            self.fault(HOUSEHOLD_NO, "户编号不得含有身份证号码")
        return text

    def division(self) -> str:
        text = self.text(DIVISION)
        if fault := _division_fault(text, self.frame.division):
            self.fault(DIVISION, fault)
        return text

    def living_members(self) -> int:
        text = self.text(LIVING)
        if not text.isdigit() or not 1 <= int(text) <= LARGEST_HOUSEHOLD:
            self.fault(LIVING, f"应为 1 至 {LARGEST_HOUSEHOLD} 的整数")
            return 0
        return int(text)

    def name(self) -> str:
        text = self.text(NAME)
        if not 2 <= len(text) <= LONGEST_NAME or any(char.isdigit() for char in text):
            self.fault(NAME, f"姓名应为 2 至 {LONGEST_NAME} 个字，不含数字")
        return text

    def identity(self) -> Identity | None:
        if self.is_numeric(IDENTITY, "身份证号"):
            return None
        text = self.text(IDENTITY).upper()
        try:
            identity = check_identity_number(text, on=self.frame.reference_on)
        except IdentityFault as fault:
            self.fault(IDENTITY, fault.message)
            return None
        if (first := self.table.first_with_identity[text]) != self.number:
            self.fault(IDENTITY, f"与第 {first} 行重复")
        return identity

    def disability(self, identity: Identity | None) -> tuple[str, int, int]:
        """Card number, kind and level; ("", 0, 0) without a card."""
        text = self.text(DISABILITY_CARD).upper()
        if not text or self.is_numeric(DISABILITY_CARD, "残疾证号"):
            return "", 0, 0
        if identity is not None and text[:18] != identity.number:
            self.fault(DISABILITY_CARD, "残疾证号前 18 位与本人身份证号不一致")
            return "", 0, 0
        try:
            card = check_disability_card(text)
        except (DisabilityCardFault, IdentityFault) as fault:
            self.fault(DISABILITY_CARD, fault.message)
            return "", 0, 0
        return text, card.kind, card.level

    def phone(self) -> str:
        text = self.text(PHONE)
        if text and not _PHONE.fullmatch(text):
            self.fault(PHONE, "联系电话不是手机号或固定电话号码")
        return text

    def is_numeric(self, column: str, called: str) -> bool:
        """Whether the cell is a number, which is a fault: a spreadsheet keeps only 15 digits of it."""
        if column in self.numeric:
            self.fault(column, f"{called}是数字格式，末几位已失真；请将该列设为文本格式后重新填写")
            return True
        return False

    def agrees_with_household(self, household_no: str) -> None:
        household = self.table.households[household_no]
        for column, agreed in ((CATEGORY, household.category), (DIVISION, household.division), (LIVING, household.living)):
            if self.text(column) != agreed:
                self.fault(column, f"与本户第 {household.first_row} 行不一致")
        if household.heads != 1:
            self.fault(
                RELATION, "本户没有“本人”（户主）" if household.heads == 0 else f"本户有 {household.heads} 个“本人”（户主），只能有一个"
            )


@lru_cache(maxsize=4096)
def _division_fault(code: str, container: str) -> str:
    """What is wrong with a community's code, "" for nothing; a roster has the same few hundred of them again and again."""
    if len(code) != DIGITS or not (code.isascii() and code.isdigit()):
        return f"区划代码应为 {DIGITS} 位数字"
    if not contains(container, code):
        return "该区划不在本名册的地区范围内"
    if not is_known(code[:STREET_DIGITS].ljust(DIGITS, "0")):
        return f"区划代码前 {STREET_DIGITS} 位不是已知的街道（乡镇）"
    return ""


def _line(number: int, cells: Sequence[Cell], columns: Mapping[str, int]) -> _Line:
    width = len(cells)
    given = [cells[position] if position < width else None for position in columns.values()]
    numeric = frozenset(column for column in _LOSES_DIGITS if type(given[_AT[column]]) in (int, float))
    return _Line(number, [text_of(cell) for cell in given], numeric)


def _find_columns(header: Sequence[Cell]) -> dict[str, int]:
    found = {text_of(cell).replace(" ", ""): position for position, cell in reversed(list(enumerate(header)))}
    if missing := [column for column in COLUMNS if column not in found]:
        raise RosterUnreadable(f"名册缺少以下列：{'、'.join(missing)}", field="file")
    return {column: found[column] for column in COLUMNS}


def _by_word(words: Mapping[str, str]) -> dict[str, str]:
    return {word: code for code, word in words.items()}


_CATEGORIES: Final = _by_word(labels.CATEGORY)
_RELATIONS: Final = _by_word(labels.RELATION)
_MARITAL: Final = _by_word(labels.MARITAL)
_SCHOOLING: Final = _by_word(labels.SCHOOLING)
_SINGLE_PARENT: Final = _by_word(labels.SINGLE_PARENT)
