"""Words of two records that may be of one person."""

from typing import Final

from shared.web.i18n import L_

PAIR_STATUS: Final = {
    "open": L_("待核对"),
    "proposed": L_("建议合并"),
    "merged": L_("已合并"),
    "different": L_("不是同一人"),
    "lapsed": L_("已不相似"),
}
"""What has become of two records that may be of one person."""

PAIR_VERDICT: Final = {
    "proposed": L_("建议合并"),
    "merged": L_("合并"),
    "different": L_("不是同一人"),
    "undone": L_("撤销合并"),
    "reopened": L_("重新核对"),
}

LIKELIHOOD: Final = {"very_likely": L_("很可能"), "likely": L_("可能"), "possible": L_("存疑")}

EVIDENCE: Final = {
    "name_same": L_("姓名相同"),
    "name_sound": L_("姓名同音"),
    "name_near": L_("姓名音近"),
    "name_part": L_("姓名差一字"),
    "name_surname": L_("同姓异名"),
    "name_other": L_("姓名不同"),
    "birth_same": L_("出生日期相同"),
    "birth_close": L_("出生日期相近"),
    "birth_year": L_("出生年份相同"),
    "birth_other": L_("出生日期不同"),
    "serial_same": L_("顺序码相同"),
    "serial_close": L_("顺序码差一位"),
    "serial_other": L_("顺序码不同"),
    "county_same": L_("号码地区相同"),
    "county_other": L_("号码地区不同"),
    "phone_same": L_("电话相同"),
    "phone_other": L_("电话不同"),
    "address_same": L_("住址相同"),
    "address_near": L_("住址相近"),
    "address_other": L_("住址不同"),
}
"""What agrees and what differs between two records (`domain.duplicates`)."""
