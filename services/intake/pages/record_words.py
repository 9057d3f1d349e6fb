"""Chinese words of the acts in a record, as its pages have them."""

from typing import Final

from shared.web.i18n import C_

ACT: Final = {
    "upload_roster": C_("办理记录", "上传名册"),
    "map_columns": C_("办理记录", "指定列的对应关系"),
    "take_marked_workbook": C_("办理记录", "下载标出问题的工作簿"),
    "accept_roster": C_("办理记录", "采用名册"),
    "reject_roster": C_("办理记录", "不予采用名册"),
    "open_survey": C_("办理记录", "开展调查"),
    "set_team": C_("办理记录", "设置调查小组"),
    "record_visits": C_("办理记录", "登记走访"),
    "accept_survey": C_("办理记录", "验收调查"),
    "open_programme": C_("办理记录", "定义服务计划"),
    "amend_programme": C_("办理记录", "修改服务计划"),
    "adjust_quota": C_("办理记录", "调整名额"),
    "start_screening": C_("办理记录", "筛选"),
    "propose_selection": C_("办理记录", "提出名单"),
    "object_to_selection": C_("办理记录", "登记异议"),
    "decide_objection": C_("办理记录", "处理异议"),
    "confirm_selection": C_("办理记录", "确认名单"),
    "record_consents": C_("办理记录", "登记知情同意"),
    "strike": C_("办理记录", "登记退出名单"),
    "enrol": C_("办理记录", "入组"),
    "complete_enrolment": C_("办理记录", "结束入组"),
}
"""By the name under which an act on a roster, a survey or a programme is recorded."""
OBJECTION: Final = {
    "recorded": C_("办理记录", "登记异议"),
    "upheld": C_("办理记录", "异议成立"),
    "dismissed": C_("办理记录", "异议不成立"),
}
