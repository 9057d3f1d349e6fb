"""Which column of a sheet holds what: the header is found below its titles and its names are guessed; a clerk may know better."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from unicodedata import is_normalized, normalize

from shared.sentences import S_
from shared.sheets import Cell

HOUSEHOLD_NO: Final = S_("户编号")
CATEGORY: Final = S_("救助类别")
DIVISION: Final = S_("区划代码")
LIVING: Final = S_("实际居住人数")
NAME: Final = S_("姓名")
IDENTITY: Final = S_("身份证号")
RELATION: Final = S_("与户主关系")
MARITAL: Final = S_("婚姻状况")
SCHOOLING: Final = S_("就读学段")
SINGLE_PARENT: Final = S_("单亲原因")
DISABILITY_CARD: Final = S_("残疾证号")
ILLNESS: Final = S_("重病病种")
PHONE: Final = S_("联系电话")
ADDRESS: Final = S_("住址")
SEX: Final = S_("性别")
BIRTH: Final = S_("出生日期")
AGE: Final = S_("年龄")
SIZE: Final = S_("家庭人口")
HEAD_IDENTITY: Final = S_("户主身份证号")

GRANTED_FROM: Final = S_("救助开始日期")
GRANTED_TO: Final = S_("救助截止日期")
AMOUNT: Final = S_("月保障金额")
CERTIFICATE: Final = S_("救助证件编号")
CAUSES: Final = S_("致困原因")
LABOUR: Final = S_("劳动能力")
EMPLOYMENT: Final = S_("就业状况")
HEALTH: Final = S_("健康状况")
EDUCATION: Final = S_("文化程度")
MEDICAL: Final = S_("医疗保险")
PENSION: Final = S_("养老保险")
CARD_VALID_TO: Final = S_("残疾证有效期")

COLUMNS: Final = (
    *(HOUSEHOLD_NO, CATEGORY, DIVISION, LIVING, NAME, IDENTITY, RELATION, MARITAL),
    *(SCHOOLING, SINGLE_PARENT, DISABILITY_CARD, ILLNESS, PHONE, ADDRESS),
    *(SEX, BIRTH, AGE, SIZE, HEAD_IDENTITY),
)
"""What is read of a roster. The last five are not kept: they are held against the identity number and the household."""
MORE_OF_HOUSEHOLD: Final = (GRANTED_FROM, GRANTED_TO, AMOUNT, CERTIFICATE, CAUSES)
MORE_OF_PERSON: Final = (LABOUR, EMPLOYMENT, HEALTH, EDUCATION, MEDICAL, PENSION, CARD_VALID_TO)
MORE: Final = (*MORE_OF_HOUSEHOLD, *MORE_OF_PERSON)
"""Read where a roster has them; of one that has none, no row is a column longer."""
ALL: Final = (*COLUMNS, *MORE)
AT: Final = {column: position for position, column in enumerate(COLUMNS)}
REQUIRED: Final = (NAME, IDENTITY)


def _words(text: str) -> list[str]:
    return text.split()


NAMES: Final[Mapping[str, Sequence[str]]] = {
    IDENTITY: _words(
        "身份证号 身份证号码 公民身份号码 公民身份证号码 公民身份证号 居民身份证号码 居民身份证号 居民身份证 身份证 身份证件号码 证件号码 "
        "证件号 身份号码 身份证编号 本人身份证号 本人身份证号码 成员身份证号 成员身份证号码 "
        "保障对象身份证号 保障对象身份证号码 "
        "家庭成员身份证号码 救助对象身份证号"
    ),
    NAME: _words("姓名 成员姓名 家庭成员姓名 人员姓名 对象姓名 保障对象姓名 救助对象姓名 救助对象 名字 保障对象"),
    HOUSEHOLD_NO: _words("户编号 户号 家庭编号 户编码 家庭编码 低保证号 低保证编号 保障证号 救助证号 档案号 档案编号 户籍编号"),
    CATEGORY: _words("救助类别 救助类型 保障类别 保障类型 对象类别 对象类型 人员类别 低保类别 低保类型 类别"),
    DIVISION: _words("区划代码 行政区划代码 社区代码 村居代码 村社区代码 区划编码 行政区划编码 地区代码"),
    LIVING: _words("实际居住人数 居住人数 常住人数 共同居住人数 同住人数 在家人数"),
    RELATION: _words("与户主关系 与户主的关系 户主关系 家庭关系 与申请人关系 与申请人的关系 成员关系 关系"),
    MARITAL: _words("婚姻状况 婚姻 婚姻情况 婚否"),
    SCHOOLING: _words("就读学段 学段 在读学段 就学情况 就读阶段 在校情况"),
    SINGLE_PARENT: _words("单亲原因 单亲情况"),
    DISABILITY_CARD: _words("残疾证号 残疾人证号 残疾证号码 残疾人证号码 残疾证编号 残疾人证 残疾证"),
    ILLNESS: _words("重病病种 病种 重病 重大疾病 患病情况 疾病名称 所患疾病 大病病种"),
    PHONE: _words("联系电话 电话 手机 手机号 手机号码 联系方式 电话号码 联系手机"),
    ADDRESS: _words("住址 家庭住址 地址 家庭地址 居住地址 现住址 详细地址 居住地 户籍地址 实际居住地址"),
    SEX: _words("性别"),
    BIRTH: _words("出生日期 出生年月日 出生年月 生日"),
    AGE: _words("年龄 周岁"),
    SIZE: _words("家庭人口 家庭人口数 家庭人数 户人口 户人数 家庭成员数 家庭成员人数 人口数 户籍人口"),
    HEAD_IDENTITY: _words("户主身份证号 户主身份证号码 户主身份证 户主公民身份号码 申请人身份证号 申请人身份证号码 户主证件号码"),
    GRANTED_FROM: _words("救助开始日期 救助起始日期 享受开始日期 享受起始日期 保障开始日期 保障起始日期 纳入日期 纳入时间 批准日期"),
    GRANTED_TO: _words("救助截止日期 救助结束日期 救助终止日期 享受截止日期 保障截止日期 保障结束日期 有效期至 认定有效期"),
    AMOUNT: _words("月保障金额 月保障金 保障金额 月救助金额 月补助金额 月补差金额 补差金额 月发放金额 每月金额 户保障金额"),
    CERTIFICATE: _words("救助证件编号 低保证件编号 救助证书编号 低保证书编号"),
    CAUSES: _words("致困原因 致贫原因 困难原因 主要致贫原因 主要致困原因 贫困原因 主要困难原因"),
    LABOUR: _words("劳动能力 劳动能力情况 劳动能力状况 有无劳动能力 劳动力状况"),
    EMPLOYMENT: _words("就业状况 就业情况 就业状态 从业状况"),
    HEALTH: _words("健康状况 健康情况 健康状态 身体状况"),
    EDUCATION: _words("文化程度 学历 受教育程度 教育程度 最高学历"),
    MEDICAL: _words("医疗保险 医保类型 医疗保险类型 参加医疗保险情况 医保参保情况 医疗保险参保情况"),
    PENSION: _words("养老保险 养老保险类型 参加养老保险情况 养老参保情况 养老保险参保情况"),
    CARD_VALID_TO: _words("残疾证有效期 残疾证有效期至 残疾人证有效期 残疾人证有效期至 残疾证到期日期 残疾证截止日期 残疾证有效期限"),
}
"""What a column is called, the best known name first."""
_FIELD: Final = {name: field for field, names in NAMES.items() for name in names}
_CERTIFICATES: Final = _words("低保证号 低保证编号 保障证号 救助证号 特困证号 特困供养证号")
"""Numbers of certificates that number the households of a roster too, unless a column of its own does."""
LOOKED_THROUGH: Final = 30
"""Rows at the top of a sheet among which its header is looked for."""

_WIDE: Final = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\u3000\u00a0\u200b\ufeff]")
_NARROW: Final = {0xFF10 + n: ord("0") + n for n in range(10)} | {
    wide + n: narrow + n for wide, narrow in ((0xFF21, ord("A")), (0xFF41, ord("a"))) for n in range(26)
} | {0x3000: " ", 0x00A0: " ", 0x200B: "", 0xFEFF: ""}  # fmt: skip
_ASIDE: Final = re.compile(r"[(（\[【].*?[)）\]】]")
_NOT_NAME: Final = re.compile(r"[\s*＊:：、,，。./／_\-]+")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a sheet has its header, what stands in it, and in which position each field is, from 0."""

    header_row: int
    headers: tuple[str, ...]
    columns: Mapping[str, int]

    @property
    def names(self) -> dict[str, str]:
        """Field → the words of the header: what a saved mapping says."""
        return {field: self.headers[position] for field, position in self.columns.items()}


def text_of(cell: Cell) -> str:
    """The cell as text: full-width digits and letters narrowed, outer spaces gone, whole numbers without a fraction."""
    if isinstance(cell, str):
        return (cell.translate(_NARROW) if _WIDE.search(cell) else cell).strip()
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def is_text(text: str) -> bool:
    """Whether `text_of` certainly leaves every piece of this as it is: there is no space in it, and nothing wide."""
    if len(text.split(None, 1)) > 1:
        return False
    if text.isascii() or (is_normalized("NFKC", text) and "\u200b" not in text and "\ufeff" not in text):
        return True  # looking for the single characters takes five times as long
    return not _WIDE.search(text)


def header_name(cell: Cell) -> str:
    """The words of a heading without spaces, stars, colons and what stands in brackets."""
    text = normalize("NFKC", text_of(cell))
    return _NOT_NAME.sub("", _ASIDE.sub("", text)) or _NOT_NAME.sub("", text)


def guess(header: Sequence[Cell]) -> dict[str, int]:
    """Field → position, by the names that are common; of two columns for one field the better known name, then the first."""
    found: dict[str, tuple[int, int]] = {}
    for position, cell in enumerate(header):
        name = header_name(cell)
        if field := _FIELD.get(name):
            found[field] = min(found.get(field, (len(NAMES[field]), position)), (NAMES[field].index(name), position))
    if HOUSEHOLD_NO in found and CERTIFICATE not in found:
        for position, cell in reversed(list(enumerate(header))):
            if header_name(cell) in _CERTIFICATES and position != found[HOUSEHOLD_NO][1]:
                found[CERTIFICATE] = (0, position)
    return {field: found[field][1] for field in ALL if field in found}


def by_names(header: Sequence[Cell], names: Mapping[str, str]) -> dict[str, int]:
    """Field → position, by the heading that was chosen for each; "" chooses none, and a sheet without that heading is guessed at."""
    positions = {header_name(cell): position for position, cell in reversed(list(enumerate(header)))}
    chosen = {field: positions[name] for field in ALL if (name := header_name(names.get(field, ""))) and name in positions}
    guessed = {field: at for field, at in guess(header).items() if names.get(field) != "" and at not in chosen.values()}
    found = guessed | chosen
    return {field: found[field] for field in ALL if field in found}


def find_layout(top: Sequence[tuple[int, Sequence[Cell]]], names: Mapping[str, str] | None = None) -> Layout | None:
    """The row with the most headings that are known, among the first rows; None where no row has two of them."""
    best: Layout | None = None
    for number, cells in top[:LOOKED_THROUGH]:
        columns = guess(cells) if names is None else by_names(cells, names)
        if len(columns) >= 2 and (best is None or len(columns) > len(best.columns)):
            best = Layout(number, tuple(text_of(cell) for cell in cells), columns)
    return best
