"""What a roster may say beyond who somebody is: the grant, why the household is in need, labour, work, health, schooling, insurance.

Nobody loses assistance over such a cell. One that cannot be read is a doubt and leaves what is known as it is; so does an empty date
or amount, while an empty cell of any other column says that there is nothing.
"""

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from re import compile as pattern
from typing import Any, Final, NamedTuple

from services.intake.domain import words
from services.intake.domain.columns import (
    AMOUNT,
    CARD_VALID_TO,
    CAUSES,
    CERTIFICATE,
    EDUCATION,
    EMPLOYMENT,
    GRANTED_FROM,
    GRANTED_TO,
    HEALTH,
    LABOUR,
    MEDICAL,
    MORE_OF_HOUSEHOLD,
    PENSION,
)
from services.intake.domain.dates import day_of, month_of
from services.intake.domain.naming import has_number
from services.intake.domain.person import MOST_YUAN
from services.intake.domain.roster_reading import LONGEST_HOUSEHOLD_NO, Fault, Reading, first_words
from services.intake.domain.words import NOTHING
from shared.money import fen
from shared.sentences import S_, together

FIELDS: Final[Mapping[str, str]] = {
    GRANTED_FROM: "assistance_from",
    GRANTED_TO: "assistance_to",
    AMOUNT: "monthly_amount",
    CERTIFICATE: "certificate_no",
    CAUSES: "causes",
    LABOUR: "labour",
    EMPLOYMENT: "employment",
    HEALTH: "health",
    EDUCATION: "education",
    MEDICAL: "medical_insurance",
    PENSION: "pension_insurance",
    CARD_VALID_TO: "disability_valid_to",
}
"""Column → the field of the household or the person that it fills."""
WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    LABOUR: words.LABOUR,
    EMPLOYMENT: words.EMPLOYMENT,
    HEALTH: words.HEALTH,
    EDUCATION: words.EDUCATION,
    MEDICAL: words.MEDICAL,
    PENSION: words.PENSION,
}
ENDLESS: Final = date(9999, 12, 31)
"""长期."""
RIGID_SPENDING: Final = "rigid_spending"
_ENDLESS_WORDS: Final = frozenset({"长期", "永久", "长期有效", "永久有效"})
_APART: Final = pattern(r"[,，;；、/\s]+")
_UNIT: Final = pattern(r"[¥￥,，\s]|元(?:/月|每月)?$")
_SPAN: Final = pattern(r".*(?:至|到|—|~|～)\s*")
_NEW_WORD: Final = S_("填写的不是规定的词")

More = Mapping[str, Any]
"""Field → code, codes of causes, fen or day; None where the roster says nothing that could be kept."""


class _Unread(NamedTuple):
    """What is wrong with a cell."""

    message: str
    reason: str
    kept: str | None = None
    """What could be read of it all the same."""


_IS_FORMULA: Final = _Unread(S_("单元格是公式，不采信其结果；请“选择性粘贴—数值”"), S_("单元格是公式"))


def read_more(row: Reading, columns: Sequence[str]) -> tuple[More, list[Fault]]:
    """What these columns of a row say, and which of them cannot be read; what only the head's row says of the household holds for all."""
    said: dict[str, Any] = {}
    unread: list[Fault] = []
    for position, column in enumerate(columns):
        own = text = row.given[row.at[column]]
        if column in MORE_OF_HOUSEHOLD and position < len(row.household.more):
            text = row.household.more[position]
            if own and own != text and column != CAUSES:
                first = S_("与本户第 {row} 行起先填写的不一致，按先填写的登记", row=row.household.first_row)
                unread.append((column, first, S_("与本户其他行不一致")))
        found = _IS_FORMULA if column in row.line.formulas else _READ[column](text, row)
        if isinstance(found, _Unread):
            if own:
                left_out = S_("本项未采用") if found.kept is None else S_("认不出的词未采用")
                unread.append((column, together([found.message, left_out]), found.reason))
            found = found.kept
        said[FIELDS[column]] = found
    return said, unread


def hold_more(said: More, row: Reading, category: str, *, has_card: bool) -> Iterator[Fault]:
    """What is unlikely in it, on the roster's reference date."""
    on, begins, ends = row.frame.reference_on, said.get("assistance_from"), said.get("assistance_to")
    if begins and ends and ends < begins:
        yield GRANTED_TO, S_("早于救助开始日期；请核对两个日期"), S_("截止日期早于开始日期")
    elif ends and ends < on:
        yield GRANTED_TO, S_("在名册的基准日期已经届满；请核对是否已重新认定"), S_("救助已届满")
    months = row.frame.rigid_months if category == RIGID_SPENDING else 0
    if months and begins and months_after(begins, months) < (ends or on):
        message = S_("刚性支出困难家庭的认定有效期不超过 {months} 个月，期满须重新申请；请核对日期", months=months)
        yield GRANTED_TO if ends else GRANTED_FROM, message, S_("刚性支出困难认定超过 {months} 个月", months=months)
    valid_to = said.get("disability_valid_to")
    if has_card and valid_to and valid_to < on:
        yield CARD_VALID_TO, S_("残疾证在名册的基准日期已过有效期；请核对是否已换证"), S_("残疾证已过有效期")


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = min(day.year + years, date.max.year)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last one of a shorter month."""
    return months_after(day, -months)


def causes_of(kept: str) -> tuple[str, ...]:
    """Codes of `labels.CAUSE` out of how they are kept: `,illness,age,`."""
    return tuple(filter(None, kept.split(",")))


def _of_word(column: str) -> Callable[[str, Reading], str | _Unread]:
    known = WORDS[column]
    allowed = "、".join(first_words(known))

    def read(text: str, row: Reading) -> str | _Unread:
        code = known.get(text, "" if not text or text in NOTHING else None)
        return _Unread(S_("应填写：{words_zh}", words_zh=allowed), _NEW_WORD) if code is None else code

    return read


def _causes(text: str, row: Reading) -> str | _Unread:
    if not text or text in NOTHING:
        return ""
    if (whole := words.CAUSES.get(text)) is not None:
        return f",{whole},"
    codes = [words.CAUSES.get(each) for each in _APART.split(text) if each]
    found = dict.fromkeys(filter(None, codes))
    kept = f",{','.join(found)}," if found else None
    if kept is None or None in codes:
        return _Unread(S_("应填写：{words_zh}，可填多项，用顿号分开", words_zh=first_words(words.CAUSES)), _NEW_WORD, kept)
    return kept


def _amount(text: str, row: Reading) -> int | _Unread | None:
    if not text or text in NOTHING:
        return None
    try:
        amount = Decimal(_UNIT.sub("", text))
        if not 0 <= amount <= MOST_YUAN:
            return _Unread(S_("应为 0 至 {most} 元", most=MOST_YUAN), S_("金额超出范围"))
        return fen(amount)
    except (InvalidOperation, ValueError):
        return _Unread(S_("应为以元计的金额，最多两位小数"), S_("不是金额"))


def _certificate(text: str, row: Reading) -> str | _Unread:
    if not text or text in NOTHING:
        return ""
    if len(text) > LONGEST_HOUSEHOLD_NO:
        return _Unread(S_("不超过 {most} 个字符", most=LONGEST_HOUSEHOLD_NO), S_("过长"))
    return _Unread(S_("证件编号不得含有身份证号码和电话号码"), S_("含有身份证号码或电话号码")) if has_number(text) else text


def _first_day(text: str, row: Reading) -> date | _Unread | None:
    return _day(text, row, is_last=False)


def _last_day(text: str, row: Reading) -> date | _Unread | None:
    """The later day of a span; 长期 is a day that never comes."""
    return ENDLESS if text in _ENDLESS_WORDS else _day(_SPAN.sub("", text) or text, row, is_last=True)


def _day(text: str, row: Reading, *, is_last: bool) -> date | _Unread | None:
    if not text or text in NOTHING:
        return None
    if text in _ENDLESS_WORDS or (day := day_of(text, row.line.days_later) or _day_in_month(text, is_last=is_last)) is None:
        last, first = S_("不是可识别的日期，例如 2016-03-01、2016年3月、长期"), S_("不是可识别的日期，例如 2016-03-01、2016年3月")
        return _Unread(last if is_last else first, S_("不是日期"))
    return day


def _day_in_month(text: str, *, is_last: bool) -> date | None:
    month = month_of(text)
    if month is None or not 1 <= month[1] <= 12 or not month[0]:
        return None
    return date(*month, monthrange(*month)[1] if is_last else 1)


_READ: Final[Mapping[str, Callable[[str, Reading], Any]]] = {
    **{column: _of_word(column) for column in WORDS},
    GRANTED_FROM: _first_day,
    GRANTED_TO: _last_day,
    AMOUNT: _amount,
    CERTIFICATE: _certificate,
    CAUSES: _causes,
    CARD_VALID_TO: _last_day,
}
