"""Chinese words of what other systems ask, and of the answers."""

from typing import Final

from services.intake import labels
from shared.web.i18n import L_

READING_PURPOSE: Final = labels.READING_PURPOSE

REGISTRY_FIELD: Final = {
    "identifier": L_("身份证号"),
    "name": L_("姓名"),
    "sex": L_("性别"),
    "birth_date": L_("出生日期"),
    "address": L_("住址"),
    "phone_number": L_("联系电话"),
    "is_disabled": L_("是否残疾"),
    "group_size": L_("家庭人数"),
    "category": L_("救助类别"),
    "place": L_("社区"),
}
"""What another system may be shown (`domain.partner.FIELDS`)."""

REGISTRY_EVENT: Final = {
    "REGISTER": L_("新登记"),
    "NewHouseHoldMember": L_("家庭新增成员"),
    "UPDATE": L_("登记变更"),
    "DELETE": L_("死亡或迁出"),
}

PARTNER_ACTION: Final = {
    "search": L_("查询"),
    "subscribe": L_("订阅"),
    "unsubscribe": L_("取消订阅"),
    "txn-status": L_("查询办理情况"),
}

PARTNER_STATUS: Final = {"rcvd": L_("待答复"), "succ": L_("已答复"), "rjct": L_("未受理"), "dead": L_("未能答复")}
