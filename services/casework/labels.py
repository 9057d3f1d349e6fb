"""Chinese words of what casework keeps as codes."""

from typing import Final

ROLES: Final = {"caseworker": "社工", "supervisor": "督导", "director": "机构负责人", "buyer": "购买主体经办人员"}
LEVELS: Final = {"assistant": "助理社会工作师", "social_worker": "社会工作师", "senior": "高级社会工作师"}
MODES: Final = {"interview": "面谈", "home_visit": "入户", "phone": "电话", "accompany": "陪同"}
REASONS: Final = {
    "goals_met": "目标达成",
    "term_ended": "服务期满",
    "referred": "转介",
    "moved": "迁出",
    "died": "死亡",
    "declined": "服务对象要求",
    "lost_contact": "失联",
}
OUTCOMES: Final = {"welfare_enterprise": "福利企业就业", "self_employed": "自谋职业"}
DETAILS: Final = {"city": "市级", "county": "县级", "shop": "代销店", "repair": "修理", "housekeeping": "家政"}
FLAGS: Final = {"long_day": "当日服务超过限定时长", "long_session": "单次服务超过四小时", "weekend": "休息日服务"}
