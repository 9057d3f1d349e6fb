"""Words of who was given nothing of a person, and of erasures."""

from typing import Final

from shared.web.i18n import L_

DOSSIER_REFUSAL: Final = {
    "unknown_key": L_("不是登记的承接机构"),
    "other_contract": L_("不在该机构的合同之下"),
    "no_consent": L_("没有有效的知情同意"),
    "withdrawn": L_("本人已退出服务"),
    "before_term": L_("合同期尚未开始"),
    "after_term": L_("合同期已届满"),
    "no_case": L_("尚未接案"),
    "other_worker": L_("由其他社工负责"),
    "case_closed": L_("个案已结案"),
    "erased": L_("个人信息已删除"),
    "beyond_purpose": L_("所要的资料超出用途"),
    "means": L_("家庭经济状况不向承接机构提供"),
}
"""Why a dossier was not given to who asked for it."""

DOSSIER_PURPOSE: Final = {
    "open_case": L_("接案"),
    "plan": L_("制定计划"),
    "visit": L_("探访"),
    "crisis": L_("危机介入"),
    "review": L_("评估复核"),
}

ERASURE_SCOPE: Final = {
    "contact": L_("联系电话和住址"),
    "sensitive": L_("病种、残疾证号及其有效期、健康状况、劳动能力、婚姻状况、单亲原因和登记表附加问题的回答"),
    "all": L_("全部个人信息"),
}
ERASURE_REASON: Final = {
    "own_request": L_("本人要求"),
    "consent_withdrawn": L_("撤回同意"),
    "purpose_ended": L_("目的已经实现"),
    "unlawful": L_("处理不合法"),
    "retention": L_("保存期满"),
}
"""个人信息保护法 art 47."""
ERASURE_BATCH: Final = {"asking": L_("正在申请"), "proposed": L_("待确认"), "confirming": L_("正在删除"), "done": L_("已办结")}
ERASURE_STATUS: Final = {"proposed": L_("待确认"), "done": L_("已删除"), "refused": L_("不予删除")}
