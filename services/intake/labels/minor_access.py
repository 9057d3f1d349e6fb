"""Words of the leave to read sensitive fields of minors."""

from typing import Final

from shared.web.i18n import C_, L_

ACCESS_STATE: Final = {"asked": L_("待审批"), "approved": C_("查阅审批", "已同意"), "refused": C_("查阅审批", "不同意")}
