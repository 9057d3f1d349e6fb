"""G1 独居老人：年满 60 周岁、实际独自居住（以实际居住为准，不以户籍为准）。"""

from services.intake.domain.person import ELDERLY_FROM
from services.intake.hooks import Condition, GroupDefinition
from shared.plugins import S_, hookimpl

LONE_ELDERS = GroupDefinition(
    code="G1",
    name=S_("独居老人"),
    conditions=(
        Condition("age", "at_least", ELDERLY_FROM, S_("年满{age}周岁", age=ELDERLY_FROM)),
        Condition("living_members", "is", 1, S_("实际独自居住")),
    ),
)


@hookimpl
def groups() -> list[GroupDefinition]:
    return [LONE_ELDERS]
