"""G2 单亲未成年学生：未满 18 周岁、在小学至高中（含中职）就读，父母一方因离异、丧偶、服刑、失联或强制戒毒不能照料。"""

from services.intake.domain.person import ADULT_FROM
from services.intake.hooks import Condition, GroupDefinition
from shared.plugins import hookimpl

SINGLE_PARENT_PUPILS = GroupDefinition(
    code="G2",
    name="单亲未成年学生",
    conditions=(
        Condition("age", "below", ADULT_FROM, f"未满{ADULT_FROM}周岁"),
        Condition("is_pupil", "is", True, "在校就读"),
        Condition("has_single_parent", "is", True, "由父母一方抚养"),
    ),
)


@hookimpl
def groups() -> list[GroupDefinition]:
    return [SINGLE_PARENT_PUPILS]
