"""每名社工在办个案不得超过合同约定的上限（黄石试点：15 名社工，每人不超过 30 个）。"""

from services.casework.hooks import AssignmentFacts
from shared.plugins import hookimpl


@hookimpl
def objections(assignment: AssignmentFacts) -> list[str]:
    if assignment.open_cases < assignment.capacity:
        return []
    return [f"该社工在办个案已达上限 {assignment.capacity} 个"]
