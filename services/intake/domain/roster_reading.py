"""One row of a roster: each of its cells is read as people type it, and refused in words that say how to mend it.

Numbers are read as people type them: full-width digits, trailing spaces and a lower-case x are put right. An identity
number in a numeric cell is refused, because the spreadsheet has already rounded its last digits away; a formula because
what it came to was written by whoever made the file.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from re import compile as pattern
from typing import Final, NamedTuple

from services.intake.domain.columns import (
    ADDRESS,
    AGE,
    AT,
    BIRTH,
    CATEGORY,
    DISABILITY_CARD,
    DIVISION,
    HOUSEHOLD_NO,
    IDENTITY,
    ILLNESS,
    LIVING,
    MARITAL,
    NAME,
    PHONE,
    RELATION,
    SCHOOLING,
    SEX,
    SINGLE_PARENT,
    SIZE,
)
from services.intake.domain.dates import day_of, month_of
from services.intake.domain.person import age_on
from services.intake.domain.roster_line import Line
from services.intake.domain.roster_row import CellFault, RosterFrame, cell_name
from services.intake.domain.roster_table import RosterTable
from services.intake.domain.words import CATEGORIES, NOTHING, RELATIONS, SEXES
from services.intake.domain.words import MARITAL as MARITAL_WORDS
from services.intake.domain.words import SCHOOLING as SCHOOLING_WORDS
from services.intake.domain.words import SINGLE_PARENT as SINGLE_PARENT_WORDS
from shared.divisions import DIGITS, contains, is_known, level
from shared.identity import (
    IDENTITY_LENGTH,
    DisabilityCardFault,
    Identity,
    IdentityFault,
    check_disability_card,
    check_identity_number,
)
from shared.sentences import S_, together

STREET_DIGITS: Final = 9
LONGEST_NAME: Final = 40
LONGEST_TEXT: Final = 200
LONGEST_HOUSEHOLD_NO: Final = 32
LARGEST_HOUSEHOLD: Final = 30
HEAD: Final = "head"
WITHOUT_NUMBER: Final = S_("新生儿等尚无公民身份号码的人，先办理出生登记，取得号码后再列入名册")
OTHER_PAPER: Final = together(
    (
        S_("似为护照、出生医学证明或通行证的号码"),
        S_("名册只收 18 位公民身份号码，港澳台居民填居住证上以 81、82、83 开头的号码"),
        WITHOUT_NUMBER,
    )
)

_IDENTITY, _DIVISION = AT[IDENTITY], AT[DIVISION]
_AGREED: Final = (CATEGORY, DIVISION, LIVING, SIZE)
_AGREED_ON: Final = itemgetter(*(AT[column] for column in _AGREED))
_OF_WORDS: Final = itemgetter(*(AT[each] for each in (CATEGORY, LIVING, RELATION, MARITAL, SCHOOLING, SINGLE_PARENT)))
_IN_NUMBER: Final = itemgetter(*(AT[column] for column in (SEX, BIRTH, AGE)))
_IDENTITY_INSIDE: Final = pattern(r"\d{17}[\dXx]")
_SAME_DIGIT: Final = str.maketrans("123456789", "0" * 9)
_PHONE: Final = pattern(r"(?:\+?86)?1[3-9]\d{9}|(?:0\d{2,3})?\d{7,8}(?:转\d{1,6})?")
_ROUNDED: Final = pattern(r"\d(?:\.\d+)?E\+\d+")
_OTHER_PAPER: Final = pattern(r"[A-Z]{1,2}\d{7,10}")
"""Passports, birth certificates and travel permits: one letter or two, then digits."""
_FREE: Final = frozenset({ADDRESS, ILLNESS, PHONE})
"""Columns that hold whatever text there is: that of a formula too."""

Fault = tuple[str, str, str]
"""Column, message and reason; where it is, is asked for where a row has any."""


class Coded(NamedTuple):
    """What the columns with few different words say, and what is wrong with them."""

    category: str
    living_members: int
    relation: str
    marital: str
    schooling: str
    single_parent: str
    faults: tuple[Fault, ...]


class Reading:
    """One row while it is read; gathers all faults, so that a clerk mends a row in one go. The gravest is looked for first."""

    __slots__ = ("at", "columns", "faults", "frame", "given", "household", "line")

    def __init__(self, line: Line, table: RosterTable, frame: RosterFrame) -> None:
        self.line = line
        self.given = line.texts
        self.household = table.households.of(line)
        self.columns = table.columns
        self.at = table.at
        self.frame = frame
        self.faults: list[Fault] = []

    def fault(self, column: str, message: str, reason: str = "") -> None:
        self.faults.append((column, message, reason or message))

    def told(self, faults: Sequence[Fault]) -> tuple[CellFault, ...]:
        """Faults with the names of their cells."""
        columns, sheet = self.line.columns, f"{self.line.sheet}!" if self.line.sheet else ""
        places = [cell_name(self.line.number, columns.get(column, columns[IDENTITY])) for column, _, _ in faults]
        return tuple(CellFault(f"{sheet}{place}", *fault) for place, fault in zip(places, faults, strict=True))

    def coded_by(self) -> tuple[str | int, ...]:
        """All that `coded` depends on within one roster, but for formulas."""
        category, division, living, _ = self.household.agreed
        fault = division_fault(self.given[_DIVISION] or division, self.frame.division)
        return (*_OF_WORDS(self.given), category, fault, living, 0 if living else self.household.people)

    def coded(self) -> Coded:
        """What the columns with few different words say; their faults are among `faults` as well."""
        already = len(self.faults)
        category = self.category()
        self.check_division()
        living_members, relation = self.living_members(), self.relation()
        marital, schooling = self.word(MARITAL, MARITAL_WORDS), self.word(SCHOOLING, SCHOOLING_WORDS)
        single_parent = self.word(SINGLE_PARENT, SINGLE_PARENT_WORDS)
        faults = tuple(self.faults[already:])
        return Coded(category, living_members, relation, marital, schooling, single_parent, faults)

    def text(self, column: str) -> str:
        """The cell, unless it is a formula, which is a fault."""
        text = self.given[self.at[column]]
        if self.line.formulas and column in self.line.formulas and column not in _FREE:
            self.fault(column, S_("单元格是公式，不采信其结果；请“选择性粘贴—数值”后再上传"), S_("单元格是公式"))
            return ""
        return text

    def word(self, column: str, words: Mapping[str, str], otherwise: str = "") -> str:
        """The code of a word out of a list; "" for an empty cell."""
        text = self.text(column) or otherwise
        if not text or (text in NOTHING and text not in words):
            return ""
        code = words.get(text, "")
        if not code:
            self.fault(column, S_("应填写：{words_zh}", words_zh=first_words(words)), S_("填写的不是规定的词"))
        return code

    def household_no(self) -> str:
        text = self.text(HOUSEHOLD_NO) or (self.line.household if HOUSEHOLD_NO in self.columns else "")
        if HOUSEHOLD_NO not in self.columns:
            return ""
        if not text or len(text) > LONGEST_HOUSEHOLD_NO:
            self.fault(HOUSEHOLD_NO, S_("户编号不能为空，且不超过 {most} 个字符", most=LONGEST_HOUSEHOLD_NO), S_("为空或过长"))
        elif names_somebody(text):
            self.fault(HOUSEHOLD_NO, S_("户编号不得含有身份证号码"))
        return text

    def category(self) -> str:
        return self.word(CATEGORY, CATEGORIES, self.household.agreed[0]) or self.frame.category or self._missing_category()

    def _missing_category(self) -> str:
        if not any(column == CATEGORY for column, _, _ in self.faults):
            self.fault(CATEGORY, S_("不能为空，应填写：{words_zh}", words_zh=first_words(CATEGORIES)), S_("为空"))
        return ""

    def division(self, identity: Identity) -> str:
        """Without this column that of the roster or, in one of the whole country, the one in the identity number."""
        if DIVISION in self.columns:
            return self.given[_DIVISION] or self.household.agreed[1]
        return self.frame.division if level(self.frame.division) else identity.division

    def check_division(self) -> None:
        text = self.text(DIVISION) or self.household.agreed[1]
        if DIVISION in self.columns and (fault := division_fault(text, self.frame.division)):
            self.fault(DIVISION, fault)

    def living_members(self) -> int:
        text = self.text(LIVING) or self.household.agreed[2]
        if not text:
            return min(self.household.people, LARGEST_HOUSEHOLD)
        if not text.isdigit() or not 1 <= int(text) <= LARGEST_HOUSEHOLD:
            self.fault(LIVING, S_("应为 1 至 {most} 的整数", most=LARGEST_HOUSEHOLD))
            return 0
        return int(text)

    def name(self) -> str:
        text = self.text(NAME)
        if 2 <= len(text) <= LONGEST_NAME and text.isalpha():
            return text
        text = " ".join(text.split())
        if " " in text and not text.isascii():
            text = text.replace(" ", "")
        if not 2 <= len(text) <= LONGEST_NAME or any(char.isdigit() for char in text):
            self.fault(NAME, S_("姓名应为 2 至 {most} 个字，不含数字", most=LONGEST_NAME), S_("为空、过短、过长或含数字"))
        return text

    def identity(self) -> Identity | None:
        text = self.text(IDENTITY)
        if not text and self.faults:
            return None
        if not text:
            self.fault(IDENTITY, together((S_("身份证号不能为空"), WITHOUT_NUMBER)), S_("为空"))
            return None
        try:
            identity = check_identity_number(text, on=self.frame.reference_on)
        except IdentityFault as fault:
            if _OTHER_PAPER.fullmatch(text):
                self.fault(IDENTITY, OTHER_PAPER, S_("是其他证件的号码"))
            elif not self._is_rounded(IDENTITY):
                self.fault(IDENTITY, fault.message)
            return None
        return None if self.line.numeric and self._is_rounded(IDENTITY) else identity

    def position_in_household(self) -> str:
        """In a roster that has no relations the head is whose number it says, or the first of the household."""
        is_head = self.line.household == self.given[_IDENTITY] or self.line.position == self.household.first
        return HEAD if is_head else "other"

    def relation(self) -> str:
        """ "" in a roster without this column."""
        if RELATION not in self.columns:
            return ""
        code = self.word(RELATION, RELATIONS)
        if not code and not any(column == RELATION for column, _, _ in self.faults):
            self.fault(RELATION, S_("不能为空，应填写：{words_zh}", words_zh=first_words(RELATIONS)), S_("为空"))
        return code

    def disability(self, identity: Identity | None) -> tuple[str, int, int]:
        """Card number, kind and level; ("", 0, 0) without a card."""
        text = self.text(DISABILITY_CARD)
        if not text:
            return "", 0, 0
        text = text.upper().replace(" ", "")
        if not text or text in NOTHING or self._is_rounded(DISABILITY_CARD):
            return "", 0, 0
        if identity is not None and text[:18] != identity.number:
            self.fault(DISABILITY_CARD, S_("残疾证号前 18 位与本人身份证号不一致"))
            return "", 0, 0
        try:
            card = check_disability_card(text, identity)
        except (DisabilityCardFault, IdentityFault) as fault:
            self.fault(DISABILITY_CARD, fault.message)
            return "", 0, 0
        return text, card.kind, card.level

    def phone(self) -> str:
        text = self.text(PHONE)
        if not text or text in NOTHING:
            return ""
        apart = (text,) if is_phone(text) else _PHONES_APART.split(_BETWEEN_DIGITS.sub("", text))
        if not all(is_phone(each) for each in apart if each):
            self.fault(PHONE, S_("联系电话不是手机号或固定电话号码"))
        return text

    def free(self, column: str) -> str:
        text = self.text(column)
        if not text or text in NOTHING:
            return ""
        if len(text) > LONGEST_TEXT:
            self.fault(column, S_("不超过 {most} 个字", most=LONGEST_TEXT), S_("过长"))
        return text

    def _is_rounded(self, column: str) -> bool:
        """Whether the cell is a number, which is a fault: a spreadsheet keeps only 15 digits of it."""
        if column in self.line.numeric or _ROUNDED.fullmatch(self.given[AT[column]].upper()):
            self.fault(
                column, S_("{column}是数字格式，末几位已失真；请将该列设为文本格式后重新填写", column=column), S_("数字格式，末几位已失真")
            )
            return True
        return False

    def agrees_with_household(self) -> None:
        household = self.household
        agreed, size = household.agreed, household.agreed[3]
        said = _AGREED_ON(self.given)
        if said == agreed and household.heads == 1 and not size:
            return
        for column, text, first in zip(_AGREED, said, agreed, strict=True):
            if text and text != first and CATEGORIES.get(text, text) != CATEGORIES.get(first, first):
                self.fault(column, S_("与本户第 {row} 行不一致", row=household.first_row), S_("与本户其他行不一致"))
        if household.heads != 1 and RELATION in self.columns:
            message = (
                S_("本户没有“本人”（户主）")
                if household.heads == 0
                else S_("本户有 {count} 个“本人”（户主），只能有一个", count=household.heads)
            )
            self.fault(RELATION, message, S_("本户没有户主") if household.heads == 0 else S_("本户户主多于一个"))
        if size:
            if not size.isdigit() or not 1 <= int(size) <= LARGEST_HOUSEHOLD:
                self.fault(SIZE, S_("应为 1 至 {most} 的整数", most=LARGEST_HOUSEHOLD))
            elif household.people > int(size):
                self.fault(SIZE, S_("本户在名册中有 {people} 人，多于家庭人口", people=household.people), S_("名册中的人多于家庭人口"))

    def agrees_with_identity(self, identity: Identity | None) -> None:
        """Sex, birth and age are in the number already; where the roster says otherwise, one of the two is wrong."""
        if identity is None or not any(_IN_NUMBER(self.given)):
            return
        if (sex := self.text(SEX)) and SEXES.get(sex.upper()) != identity.sex:
            self.fault(SEX, S_("与身份证号所示性别不一致"))
        if birth := self.text(BIRTH):
            day = day_of(birth, self.line.days_later)
            if (day or month_of(birth)) is None:
                self.fault(BIRTH, S_("不是可识别的日期，例如 1956-03-01、1956年3月1日"))
            elif day != identity.birth and month_of(birth) != (identity.birth.year, identity.birth.month):
                self.fault(BIRTH, S_("与身份证号所示出生日期不一致"))
        age = self.text(AGE).removesuffix("周岁").removesuffix("岁")
        if age and not (age.isdigit() and abs(int(age) - age_on(identity.birth, self.frame.reference_on)) <= 1):
            self.fault(AGE, S_("与按基准日期计算的年龄相差超过 1 岁"), S_("与身份证号所示年龄不一致"))


def is_phone(text: str) -> bool:
    """A mobile or a fixed number, written without anything between."""
    return _PHONE.fullmatch(text) is not None


def names_somebody(household_no: str) -> bool:
    """Whether a household's number has an identity number in it."""
    return len(household_no) >= IDENTITY_LENGTH and _IDENTITY_INSIDE.search(household_no) is not None


def may_name_somebody(household_nos: str) -> bool:
    """False where none of several numbers, one to a line, certainly does; a tenth of the time."""
    return not household_nos.isascii() or "0" * (IDENTITY_LENGTH - 1) in household_nos.translate(_SAME_DIGIT)


@lru_cache(maxsize=4096)
def division_fault(code: str, container: str) -> str:
    """What is wrong with a community's code, "" for nothing; a roster has the same few hundred of them again and again."""
    if len(code) != DIGITS or not (code.isascii() and code.isdigit()):
        return S_("区划代码应为 {digits} 位数字", digits=DIGITS)
    if not contains(container, code):
        return S_("该区划不在本名册的地区范围内")
    if not is_known(code[:STREET_DIGITS].ljust(DIGITS, "0")):
        return S_("区划代码前 {digits} 位不是已知的街道（乡镇）", digits=STREET_DIGITS)
    return ""


def first_words(words: Mapping[str, str]) -> Sequence[str]:
    """Our word of each code."""
    first: dict[str, str] = {}
    for word, code in words.items():
        first.setdefault(code, word)
    return list(first.values())


_BETWEEN_DIGITS: Final = pattern(r"[\s\-－—()（）]")
_PHONES_APART: Final = pattern(r"[,，;；、/]")
