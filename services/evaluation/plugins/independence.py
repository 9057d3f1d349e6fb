"""第三方应独立于购买主体、承接主体和服务对象（财综〔2018〕42号；2018 年前按合同约定）。"""

from services.evaluation.hooks import CommissionFacts
from shared.plugins import hookimpl


@hookimpl
def objections(commission: CommissionFacts) -> list[str]:
    declared = commission.declaration
    tests = {
        "受托机构就是承接主体，不得自己评价自己": commission.provider == commission.body
        or commission.provider_uscc == commission.body_uscc,
        "受托机构就是购买主体或采购人": commission.body in commission.buyers,
        "受托机构隶属于购买主体": declared.is_subordinate_to_buyer,
        "受托机构与承接主体有利害关系": declared.is_related_to_provider,
        "受托机构本年度参加购买主体同类项目的投标": declared.bids_for_buyer_this_year,
    }
    return [message for message, applies in tests.items() if applies]
