"""节点核验：合同约定的数量、比例、评价结果与其他服务报告的事实逐项对照。"""

from services.procurement.domain.milestone import unmet
from services.procurement.hooks import MilestoneTerms, Progress, Scheme
from shared.plugins import hookimpl


@hookimpl
def milestone_objections(terms: MilestoneTerms, progress: Progress, scheme: Scheme) -> list[str]:
    return list(unmet(terms, progress, scheme))
