"""What may not be written where it stays in clear: who somebody is (个人信息保护法 art 47).

Reasons of acts are rows that nobody can change; names of programmes and groups go over the bus and are published. An erasure reaches
neither, so no identity number, telephone or name gets in. Texts that are sealed under a person's key need none of this: they go with it.
"""

import re
from collections.abc import Collection, Mapping
from typing import Final
from unicodedata import normalize

from shared.errors import Fault, RuleRefusal
from shared.sentences import S_, together

ARTICLE: Final = "个人信息保护法第四十七条"
SHORTEST_NAME: Final = 2
"""Letters of a name that can be told from a word."""
_DAY: Final = r"(?:0[1-9]|1[0-2]) ?(?:0[1-9]|[12]\d|3[01])"
_IDENTITY: Final = rf"(?<!\d)[1-9]\d{{5}} ?(?:18|19|20)\d\d ?{_DAY} ?\d{{3}} ?[\dXx](?:\d\d)?(?!\d)"
"""GB 11643, parted by spaces or not; two digits more are a disability card."""
_OLD_IDENTITY: Final = rf"(?<!\d)[1-9]\d{{5}}\d\d{_DAY}\d{{3}}(?!\d)"
_MOBILE: Final = r"(?<![0-9A-Za-z])(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![0-9A-Za-z])"
_LANDLINE: Final = r"(?<![0-9A-Za-z])\(?0(?:10|2\d|[3-9]\d\d)(?:\) ?|[ -]?)[2-9]\d{6,7}(?![0-9A-Za-z])"
_NUMBER: Final = re.compile("|".join((_IDENTITY, _OLD_IDENTITY, _MOBILE, _LANDLINE)))
_LONG: Final = re.compile(r"\d{10}")
"""As long as a telephone, also where a digit of an identity number is missing; the number of a paper is shorter or parted."""
_CELL_OF_SOMEBODY: Final = re.compile(r"\d{11}")
"""No heading has as many digits in a row; the cells of a person have."""
_BETWEEN: Final = re.compile(r"[\s·•・.]+")


class NamesSomebody(RuleRefusal):
    code = "names-somebody"


def has_number(text: str) -> bool:
    """Whether an identity number, a mobile or a landline with its area code stands in it, in full-width digits too."""
    return _NUMBER.search(normalize("NFKC", text)) is not None


def is_of_somebody(cell: str) -> bool:
    """Whether a cell of a table belongs to a person and is no heading."""
    return has_number(cell) or _CELL_OF_SOMEBODY.search(normalize("NFKC", cell)) is not None


def check_text(text: str, *, field: str, called: str) -> None:
    """Of a text that is kept or published and is about nobody. Raises NamesSomebody."""
    check_texts({field: (called, text)})


def check_texts(texts: Mapping[str, tuple[str, str]]) -> None:
    """By field what it is called and what it says. Raises NamesSomebody with a fault for each that has a number in it."""
    _refuse([_published(field, called) for field, (called, text) in texts.items() if has_number(text)])


def check_reason(text: str, *, names: Collection[str], field: str = "reason", called: str = S_("理由")) -> None:
    """Of the reason of an act that concerns people of these names. Raises NamesSomebody."""
    said = _BETWEEN.sub("", normalize("NFKC", text))
    is_named = any(len(name) >= SHORTEST_NAME and name in said for name in (_BETWEEN.sub("", normalize("NFKC", each)) for each in names))
    if is_named or has_number(text) or _LONG.search(normalize("NFKC", text)):
        _refuse([_kept(field, called)])


def _published(field: str, called: str) -> Fault:
    message = S_("“{called}”长期保存或公布，不随个人信息删除，不要写身份证号和电话号码，请删去后再提交", called=called)
    return Fault(field, message, NamesSomebody.code, ARTICLE)


def _kept(field: str, called: str) -> Fault:
    message = S_(
        "“{called}”长期保存，不随个人信息删除，不要写姓名、身份证号和电话号码；可写“本人”“户主”“其子女”，材料写名称和文号",
        called=called,
    )
    return Fault(field, message, NamesSomebody.code, ARTICLE)


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise NamesSomebody(together(fault.message for fault in faults), faults=faults)
