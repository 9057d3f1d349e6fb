"""Chinese words of the codes of a discovered need (发现报告), as its pages have them."""

from typing import Final

from shared.web.i18n import L_

KIND: Final = {
    "economy": L_("经济"),
    "health": L_("健康"),
    "education": L_("教育"),
    "housing": L_("居住"),
    "employment": L_("就业"),
    "guardianship": L_("监护"),
    "inclusion": L_("社会融入"),
    "harm_to_minor": L_("未成年人受到或疑似受到侵害"),
    "danger_to_life": L_("有生命危险"),
}
"""What a social worker found: the seven needs and two harms."""
URGENCY: Final = {"normal": L_("普通"), "soon": L_("较急"), "urgent": L_("紧急")}
ABOUT: Final = {"recipient": L_("服务对象本人"), "household": L_("服务对象的同住成员"), "other": L_("未建档人员")}
STATE: Final = {"open": L_("待受理"), "taken": L_("办理中"), "answered": L_("已办结"), "refused": L_("不予受理")}
ACT: Final = {"taken": L_("受理"), "answered": L_("办结"), "refused": L_("不予受理"), "read": L_("调取报告内容")}
ANSWER: Final = {
    "included": L_("已纳入服务"),
    "referred": L_("已转介"),
    "already_helped": L_("已有帮扶"),
    "unfounded": L_("不属实"),
}
REFUSAL: Final = {"not_ours": L_("不属本部门职责"), "repeated": L_("重复报告"), "unclear": L_("情况不清，无法核实")}
OUTCOME: Final = ANSWER | REFUSAL
"""How a report of a need ended, as the worker reads it."""
