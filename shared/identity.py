"""Numbers that carry their own proof: identity numbers (GB 11643), credit codes (GB 32100), disability cards.

Messages never repeat the number: they end up in answers and logs.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from re import compile as pattern
from typing import Final, Literal, NamedTuple

from stdnum import numdb
from stdnum.cn.ric import calc_check_digit as identity_check_digit
from stdnum.cn.uscc import calc_check_digit as credit_check_digit

from shared.errors import RuleRefusal
from shared.sentences import S_

IDENTITY_LENGTH: Final = 18
OLD_IDENTITY_LENGTH: Final = 15
OLDEST_AGE: Final = 130
CENTURY_OF_OLD_NUMBERS: Final = "19"
"""Numbers of 15 digits were given out from 1984 to 1999 and leave the century out."""

Sex = Literal["male", "female"]

_WEIGHTS: Final[tuple[int, ...]] = tuple(2 ** (IDENTITY_LENGTH - 1 - at) % 11 for at in range(IDENTITY_LENGTH - 1))
_CHECK: Final = "10X98765432"
"""ISO 7064 MOD 11-2: the check digit by the remainder of the weighted sum."""
_CREDIT_CODE = pattern(r"[0-9A-HJ-NP-RTUW-Y]{2}\d{6}[0-9A-HJ-NP-RTUW-Y]{10}")
_DISABILITY_CARD = pattern(r"(\w{18})([1-7])([1-4])(?:B[1-9])?")
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
DISABILITY_KINDS: Final = ("", S_("视力"), S_("听力"), S_("言语"), S_("肢体"), S_("智力"), S_("精神"), S_("多重"))


class IdentityFault(RuleRefusal):
    code = "identity-number"


class CreditCodeFault(RuleRefusal):
    code = "credit-code"


class DisabilityCardFault(RuleRefusal):
    code = "disability-card"


class Identity(NamedTuple):
    """What an identity number says of its holder. `division` is 12 digits, where the number was first issued."""

    number: str
    birth: date
    sex: Sex
    division: str


@dataclass(frozen=True, slots=True)
class DisabilityCard:
    """Kind 1 to 7 (视力 … 多重); level 1 is the severest of 4."""

    identity: Identity
    kind: int
    level: int


def check_identity_number(text: str, *, on: date | None = None) -> Identity:
    """Read an 18-character identity number; `x` is taken as `X`. With `on`, a birth after it or 131 years before is refused.

    Raises IdentityFault.
    """
    number = text.strip().upper()
    if len(number) != IDENTITY_LENGTH:
        raise _wrong_length(number)
    county, birth, serial = _county(number[:6]), _birth(number[6:14]), _serial(number[14:17])
    if county is None or birth is None or serial is None:
        raise IdentityFault(S_("身份证号码前 17 位应为数字"), field="id_number", article="GB 11643-1999")
    if number[17] != _CHECK[(county.weight + birth.weight + serial.weight) % 11]:
        raise IdentityFault(S_("身份证号码校验位不符，请核对是否录错"), field="id_number", article="GB 11643-1999")
    day = birth.day
    if day is None:
        raise IdentityFault(S_("身份证号码中的出生日期不存在"), field="id_number", article="GB 11643-1999")
    if on is not None and (day > on or on.year - day.year > OLDEST_AGE):
        raise IdentityFault(S_("身份证号码中的出生日期晚于办理日期或过早"), field="id_number", article="GB 11643-1999")
    if not county.is_one:
        raise IdentityFault(S_("身份证号码前 6 位不是任何年份用过的行政区划代码"), field="id_number", article="GB/T 2260")
    return Identity(number, day, serial.sex, county.division)


class _County(NamedTuple):
    weight: int
    division: str
    is_one: bool


class _Birth(NamedTuple):
    weight: int
    day: date | None
    """None for one that is in no calendar."""


class _Serial(NamedTuple):
    weight: int
    sex: Sex


@lru_cache(maxsize=4096)
def _county(digits: str) -> _County | None:
    """The first six digits of a number; a roster has the same few again and again, as it has the days of birth and the serials."""
    weight = _weight(digits, 0)
    return None if weight is None else _County(weight, digits + "000000", is_county(digits))


@lru_cache(maxsize=32_768)
def _birth(digits: str) -> _Birth | None:
    weight = _weight(digits, 6)
    if weight is None:
        return None
    try:
        return _Birth(weight, date(int(digits[:4]), int(digits[4:6]), int(digits[6:])))
    except ValueError:
        return _Birth(weight, None)


@lru_cache(maxsize=1024)
def _serial(digits: str) -> _Serial | None:
    weight = _weight(digits, 14)
    return None if weight is None else _Serial(weight, "male" if int(digits[2]) % 2 else "female")


def _weight(digits: str, begin: int) -> int | None:
    """What these digits, from this position on, add to the sum whose remainder is the check digit; None for others than digits."""
    if not (digits.isascii() and digits.isdigit()):
        return None
    return sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS[begin:], strict=False))


def body_of(number: str) -> str:
    """County, birth and serial of an identity number: the same for a number of 15 digits and for that of 18 it became."""
    if len(number) == OLD_IDENTITY_LENGTH:
        return f"{number[:6]}{CENTURY_OF_OLD_NUMBERS}{number[6:]}"
    return number[: IDENTITY_LENGTH - 1]


def with_check_digit(number: str) -> str:
    """The 18-character number that begins with the first 17 digits of this one."""
    return number[: IDENTITY_LENGTH - 1] + identity_check_digit(number)


RESIDENTS_OF: Final = frozenset({"810000", "820000", "830000"})
"""Begin the numbers of residence permits for people of Hong Kong, Macao and Taiwan (国办发〔2018〕81号); GB/T 2260 has no 830000."""


@cache
def is_county(six_digits: str) -> bool:
    """Whether a county-level code was in use in any year: numbers given out under old codes stay valid. Residence permits count."""
    if six_digits in RESIDENTS_OF:
        return True
    found = numdb.get("cn/loc").info(six_digits)
    return any("county" in properties for _, properties in found)


def check_uscc(text: str) -> str:
    """The unified social credit code (统一社会信用代码), upper case. Raises CreditCodeFault."""
    code = text.strip().upper()
    if not _CREDIT_CODE.fullmatch(code):
        raise CreditCodeFault(S_("统一社会信用代码应为 18 位数字或大写字母（不含 I、O、S、V、Z）"), field="uscc", article="GB 32100-2015")
    if code[16] != _organisation_check(code[8:16]) or code[17] != credit_check_digit(code):
        raise CreditCodeFault(S_("统一社会信用代码校验位不符，请核对是否录错"), field="uscc", article="GB 32100-2015")
    return code


def check_disability_card(text: str, holder: Identity | None = None) -> DisabilityCard:
    """Read a disability card number: identity number, kind, level. Raises DisabilityCardFault or IdentityFault.

    The number of a `holder` who is known is not checked again.
    """
    found = _DISABILITY_CARD.fullmatch(text.strip().upper())
    if not found:
        raise DisabilityCardFault(S_("残疾人证号应为 18 位身份证号加 1 位类别（1–7）和 1 位等级（1–4）"), field="disability_card")
    if holder is None or holder.number != found[1]:
        holder = check_identity_number(found[1])
    return DisabilityCard(holder, int(found[2]), int(found[3]))


def _wrong_length(number: str) -> IdentityFault:
    if len(number) == OLD_IDENTITY_LENGTH and number.isdigit():
        return IdentityFault(S_("15 位旧身份证号码已停止使用，请填写换发后的 18 位号码"), field="id_number", article="居民身份证法")
    return IdentityFault(S_("身份证号码应为 18 位，现为 {count} 位", count=len(number)), field="id_number", article="GB 11643-1999")


def _organisation_check(body: str) -> str:
    """Check character of an organisation code (GB 11714); digits count as themselves, A as 10 and so on."""
    rest = 11 - sum(int(char, 36) * weight for char, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))
