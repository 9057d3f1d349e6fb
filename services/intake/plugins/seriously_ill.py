"""G4 重病患者：所患疾病列入当地重病目录。"""

from services.intake.hooks import Condition, GroupDefinition
from shared.plugins import S_, hookimpl

SERIOUSLY_ILL = GroupDefinition(
    code="G4", name=S_("重病患者"), conditions=(Condition("is_seriously_ill", "is", True, S_("所患疾病列入当地重病目录")),)
)


@hookimpl
def groups() -> list[GroupDefinition]:
    return [SERIOUSLY_ILL]
