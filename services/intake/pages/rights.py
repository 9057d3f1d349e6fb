"""What each role may do in intake, as its holder reads it under 我的权限."""

from typing import Final

from shared.web.i18n import L_

RIGHTS: Final = {
    "clerk": (
        L_("上传名册；采用由另一人决定"),
        L_("说明目的后查看本地区的户档案，每次查看都有记录"),
        L_("登记知情同意和撤回"),
    ),
    "officer": (
        L_("采用或不予采用他人上传的名册；采用后不能撤回"),
        L_("说明目的后查看本地区的户档案，每次查看都有记录"),
        L_("开展调查、筛选服务对象；确认由另一人办理"),
    ),
    "reviewer": (L_("核对筛选结果，办理异议"), L_("说明目的后查看本地区的户档案，每次查看都有记录")),
    "approver": (L_("确认他人筛选的名单"),),
    "surveyor": (L_("入户核实分派给本组的住户"),),
    "auditor": (L_("查看办理记录、被拒绝的访问和个人信息查看记录"),),
    "admin": (L_("开通、调整和关闭账号；不兼任其他角色"),),
}
