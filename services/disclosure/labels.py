"""Chinese words of what disclosure keeps as codes; each is translated where it is drawn."""

from typing import Final

from shared.web.i18n import L_

ROLES: Final = {"editor": L_("公开经办人"), "publisher": L_("公开审核人")}

NOTICES: Final = {
    "budget": L_("预算公开"),
    "catalogue": L_("购买服务目录"),
    "requirement_opinion": L_("需求征求意见"),
    "tender": L_("招标公告"),
    "termination": L_("终止公告"),
    "negotiation": L_("竞争性谈判公告"),
    "award": L_("成交结果公告"),
    "contract": L_("合同公告"),
    "acceptance": L_("验收结果公告"),
    "correction": L_("更正公告"),
    "audit": L_("审计结果"),
    "price_standard": L_("价格标准"),
}
"""Kinds of notices, which are published by themselves."""

PREPARED: Final = {
    "selection": L_("服务对象筛选情况"),
    "evaluation": L_("绩效评价结果"),
    "statistics": L_("服务统计"),
    "petitions": L_("信访情况（背景）"),
}
"""What one person prepares and another releases."""

NOTICE_TITLES: Final = (
    L_("部门预算公开"),
    L_("政府购买服务项目目录公开"),
    L_("采购需求征求意见公告"),
    L_("公开招标公告"),
    L_("废标（终止）公告"),
    L_("公共服务项目验收结果公告"),
    L_("项目审计结果公告"),
    L_("政府购买服务价格标准公告"),
)
"""What notices call themselves, where that is not the word of their kind."""

DRAW: Final = "draw"
KINDS: Final = {**NOTICES, **PREPARED, DRAW: L_("专家抽取记录")}

STATUSES: Final = {
    "waiting": L_("待办"),
    "prepared": L_("待审核"),
    "published": L_("已公开"),
    "superseded": L_("已更正"),
    "withdrawn": L_("已撤回"),
}

METHODS: Final = {
    "open_tender": L_("公开招标"),
    "invited_tender": L_("邀请招标"),
    "competitive_negotiation": L_("竞争性谈判"),
    "competitive_consultation": L_("竞争性磋商"),
    "inquiry": L_("询价"),
    "single_source": L_("单一来源"),
}

STEPS: Final = (L_("立项"), L_("采购"), L_("合同"), L_("筛选"), L_("服务"), L_("评价"), L_("验收"), L_("结项"))

FACTS: Final = {
    "opened": L_("项目立项"),
    "method": L_("确定采购方式"),
    "failed": L_("招标失败（废标）"),
    "converted": L_("经批准变更采购方式"),
    "drawn": L_("随机抽取专家"),
    "awarded": L_("确定成交供应商"),
    "signed": L_("签订合同"),
    "milestone": L_("节点核验通过"),
    "paid": L_("拨付资金"),
    "programme": L_("确定服务对象类别与名额"),
    "proposed": L_("筛选名单进入异议期"),
    "reopened": L_("异议成立，名单收回重新筛选"),
    "confirmed": L_("名单由第二人确认"),
    "enrolled": L_("完成入组"),
    "commissioned": L_("委托第三方评价机构"),
    "round": L_("开始一轮评价"),
    "scored": L_("评价计分"),
    "concluded": L_("评价结果生效"),
    "finding": L_("发出评价问题"),
    "mended": L_("问题整改销号"),
    "accepted": L_("验收"),
    "returned": L_("资料返还并删除"),
    "closed": L_("结项"),
    "published": L_("信息公开"),
}

GROUP_NAMES: Final = (L_("独居老人"), L_("单亲未成年学生"), L_("残疾人"), L_("重病患者"))
DIMENSION_NAMES: Final = (L_("主体监管"), L_("财政检查"), L_("第三方评估"), L_("专家鉴定"), L_("服务对象评价"), L_("社区评议"))
BANDS: Final = (L_("优"), L_("良"), L_("中"), L_("差"))
ROUNDS: Final = {"mid": L_("事中评价"), "final": L_("事后评价")}
PARTIES: Final = {"provider": L_("承接主体"), "payer": L_("拨付单位"), "buyer": L_("购买主体")}

CLOSINGS: Final = {
    "goals_met": L_("目标达成"),
    "term_ended": L_("服务期满"),
    "referred": L_("转介"),
    "moved": L_("迁出"),
    "died": L_("死亡"),
    "declined": L_("服务对象要求"),
    "lost_contact": L_("失联"),
    "open": L_("尚未结案"),
}
OUTCOMES: Final = {"welfare_enterprise": L_("福利企业就业"), "self_employed": L_("自谋职业")}
DETAILS: Final = {
    "city": L_("市级福利企业"),
    "county": L_("县级福利企业"),
    "shop": L_("代销店"),
    "repair": L_("修理"),
    "housekeeping": L_("家政"),
}
POPULATION: Final = {
    "aged_60_plus": L_("60 岁以上"),
    "disabled": L_("残疾人"),
    "minors": L_("18 岁以下"),
    "seriously_ill": L_("重病"),
}
PETITIONS: Final = {"件": L_("信访件数"), "人次": L_("信访人次")}
"""Figures of petitions by their unit."""

STAGES: Final = {"procuring": L_("采购中"), "serving": L_("履约中"), "closed": L_("已结项")}
CONDITIONS: Final = {
    "workers_verified": L_("核验社工 %(n)s 人"),
    "files_verified_percent": L_("建档不少于 %(n)s%%"),
    "plans_signed": L_("签订服务计划 %(n)s 份"),
    "cases_opened": L_("服务不少于 %(n)s 人"),
    "sessions": L_("服务不少于 %(n)s 次"),
    "closed_percent": L_("结案不少于 %(n)s%%"),
}
ROUND_CONDITIONS: Final = {"mid": L_("事中评价合格"), "final": L_("事后评价合格")}
ACCEPTANCE_CONDITION: Final = L_("验收合格并公告")
TOLD_WITH: Final = {"drawn": ("award",), "awarded": ("award", "contract"), "signed": ("contract",), "accepted": ("acceptance",)}
"""Acts that are told only when a notice of one of these kinds is public."""

CHECKS: Final = {
    "seeds": L_("每个公布的种子，其 SHA-256 与事先提交的承诺一致"),
    "pool": L_("专家库各行的 SHA-256 与抽取前公布的快照一致"),
    "seats": L_("用三个种子重新排序，得到的专家与公布的一致"),
}
FEEDBACK_KINDS: Final = {
    "correction": L_("内容有误"),
    "question": L_("咨询"),
    "complaint": L_("投诉举报"),
    "suggestion": L_("意见建议"),
    "access": L_("无障碍问题"),
}
