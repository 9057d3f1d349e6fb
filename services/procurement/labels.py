"""Chinese words of what procurement keeps as codes."""

from typing import Final

ROLES: Final = {
    "buyer": "采购人经办人员",
    "reviewer": "采购人复核人员",
    "department": "主管部门人员",
    "finance": "财政部门审批人员",
    "treasury": "财政国库支付人员",
    "supervision": "采购监督人员",
    "agent": "采购代理机构人员",
    "panel": "评审小组组长",
    "auditor": "审计人员",
}
METHODS: Final = {
    "open_tender": "公开招标",
    "invited_tender": "邀请招标",
    "competitive_negotiation": "竞争性谈判",
    "competitive_consultation": "竞争性磋商",
    "inquiry": "询价",
    "single_source": "单一来源采购",
}
BUYER_KINDS: Final = {
    "state_organ": "国家机关",
    "administrative_institution": "承担行政职能的事业单位",
    "party_organ": "党的机关",
    "mass_organisation_administrative": "使用行政编制的群团组织机关",
    "public_institution_1": "公益一类事业单位",
}
PROVIDER_KINDS: Final = {
    "enterprise": "依法登记的企业",
    "association": "社会团体",
    "service_organisation": "民办非企业单位（社会服务机构）",
    "foundation": "基金会",
    "public_institution_2": "公益二类事业单位",
    "public_institution_business": "从事生产经营活动的事业单位",
    "rural_collective": "农村集体经济组织",
    "residents_committee": "基层群众性自治组织",
    "individual": "具备条件的个人",
    "public_institution_1": "公益一类事业单位",
    "public_institution_administrative": "承担行政职能的事业单位",
    "mass_organisation": "使用事业编制且由财政拨款保障的群团组织",
}
OPINION_KINDS: Final = {"expert": "专家意见", "price": "物价部门意见", "statistics": "统计部门意见"}
PROJECT_STATES: Final = {
    "planned": "编制计划与预算",
    "proposed": "待复核立项",
    "opened": "已立项",
    "procuring": "采购中",
    "awarded": "已成交",
    "contracted": "合同履行中",
    "closed": "已结项",
}
TENDER_STATES: Final = {
    "draft": "文件待确认",
    "confirmed": "文件已确认",
    "issued": "已发出",
    "opened": "已开启",
    "failed": "已废标",
    "reported": "已评审",
    "delivered": "报告已送交",
    "awarded": "已确定成交",
    "announced": "结果已公告",
}
PAYMENT_STATES: Final = {"applied": "待审批", "approved": "待支付", "paid": "已支付"}
CONCLUSIONS: Final = {"passed": "验收合格", "failed": "验收不合格"}
PARTIES: Final = {"buyer": "采购人", "finance": "财政部门", "supervision": "监督部门"}
