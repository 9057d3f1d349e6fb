"""Chinese words of what evaluation keeps as codes."""

from typing import Final

ROUND_KINDS: Final = {"mid": "事中评价", "final": "事后评价"}
ROUND_STATES: Final = {"open": "收集评分表", "scored": "已计分", "notified": "已告知", "concluded": "已生效"}
VERDICTS: Final = {"passed": "合格", "rectify": "限期整改", "failed": "不合格"}
PARTIES: Final = {"provider": "承接主体", "payer": "拨付单位", "buyer": "购买主体"}
FINDING_STATES: Final = {"issued": "待答复", "answered": "待复核", "closed": "已销号"}
TOPICS: Final = {"petitions": "信访"}
ROLES: Final = {
    "buyer": "购买主体监管人员",
    "finance": "财政检查人员",
    "evaluator": "第三方项目负责人",
    "assessor": "第三方评估员",
    "expert": "评估专家",
    "community": "社区评议人员",
    "provider": "承接主体代表",
    "auditor": "审计人员",
}
