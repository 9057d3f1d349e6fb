"""Words of checks (核查) of households outside a campaign."""

from typing import Final

from shared.web.i18n import C_, L_

CHECK_OCCASION: Final = {"regular": L_("定期核查"), "reported": L_("举报核实"), "changed": L_("情况变化"), "other": C_("核查", "其他")}
CHECK_OUTCOME: Final = {"unchanged": L_("情况未变"), "changed": L_("情况有变，待处理"), "not_met": L_("未能核实")}
CHECK_TERM: Final = {12: L_("每年"), 6: L_("每半年")}
