"""Words of what few rosters say: why a household is in need, and of people labour, work, health, schooling and insurance."""

from typing import Final

from shared.web.i18n import C_, L_

CAUSE: Final = {
    "illness": C_("致困原因", "疾病"),
    "disability": C_("致困原因", "残疾"),
    "age": C_("致困原因", "年老"),
    "no_labour": C_("致困原因", "缺劳力"),
    "unemployment": C_("致困原因", "失业"),
    "schooling": C_("致困原因", "就学"),
    "disaster": C_("致困原因", "灾害"),
    "no_support": C_("致困原因", "单亲或失依"),
    "other": C_("致困原因", "其他"),
}
"""Why a household is in need; it may have several reasons."""

LABOUR: Final = {
    "able": L_("有劳动能力"),
    "partial": L_("部分丧失劳动能力"),
    "none": L_("完全丧失劳动能力"),
    "not_applicable": C_("劳动能力", "不适用"),
}

EMPLOYMENT: Final = {
    "employed": L_("在职"),
    "flexible": L_("灵活就业"),
    "registered": L_("登记失业"),
    "unemployed": L_("未就业"),
    "not_applicable": C_("就业状况", "不适用"),
}

HEALTH: Final = {
    "healthy": C_("健康状况", "健康"),
    "weak": C_("健康状况", "较弱"),
    "seriously_ill": C_("健康状况", "重病"),
    "severely_disabled": C_("健康状况", "重残"),
    "ill_and_disabled": L_("重病且重残"),
}

EDUCATION: Final = {
    "none": C_("文化程度", "未上过学"),
    "primary": C_("文化程度", "小学"),
    "junior": C_("文化程度", "初中"),
    "senior": L_("高中或中职"),
    "college": C_("文化程度", "大专"),
    "bachelor": L_("本科及以上"),
}

MEDICAL: Final = {"resident": L_("居民医保"), "employee": L_("职工医保"), "none": C_("医疗保险", "未参保")}
PENSION: Final = {"insured": L_("已参加养老保险"), "none": C_("养老保险", "未参保")}

GRANT_WARNING: Final = {"over": L_("已届满，请核对是否已重新认定"), "rigid": L_("刚性支出困难认定已超过最长有效期，请核对")}
