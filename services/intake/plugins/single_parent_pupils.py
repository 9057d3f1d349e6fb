"""G2 单亲未成年学生：未满 18 周岁、在小学至高中（含中职）就读，父母一方因离异、丧偶、服刑、失联或强制戒毒不能照料。"""

from services.intake.domain.person import ADULT_FROM
from services.intake.hooks import Condition, GroupDefinition
from shared.plugins import S_, hookimpl

SINGLE_PARENT_PUPILS = GroupDefinition(
    code="G2",
    name=S_("单亲未成年学生"),
    conditions=(
        Condition("age", "below", ADULT_FROM, S_("未满{age}周岁", age=ADULT_FROM)),
        Condition("is_pupil", "is", True, S_("在校就读")),
        Condition("has_single_parent", "is", True, S_("由父母一方抚养")),
    ),
)


@hookimpl
def groups() -> list[GroupDefinition]:
    return [SINGLE_PARENT_PUPILS]
