"""What all pages of intake's console share."""

from pathlib import Path

from services.intake.pages.rights import RIGHTS
from shared.web.console import Console, Place
from shared.web.i18n import L_

CONSOLE = Console(
    Path(__file__).parents[1],
    places=[
        Place("households/", L_("户档案"), ("clerk", "officer", "reviewer", "auditor")),
        Place("rosters/", L_("名册"), ("clerk", "officer", "auditor")),
        Place("duplicates/", L_("疑似重复"), ("clerk", "officer", "auditor")),
        Place("needs/", L_("发现报告"), ("clerk", "officer", "auditor")),
        Place("search/", L_("查找人员"), ("clerk", "officer", "reviewer")),
        Place("erasures/", L_("信息删除"), ("clerk", "officer", "auditor")),
        Place("partners/", L_("对外查询"), ("admin", "auditor")),
        Place("programmes/", L_("服务计划"), ("clerk", "officer", "reviewer", "approver", "auditor")),
        Place("surveys/", L_("调查摸底"), ("surveyor", "clerk", "officer", "auditor")),
    ],
    rights=RIGHTS,
)
