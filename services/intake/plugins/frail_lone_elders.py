"""高龄独居失能：年满八十周岁，实际独自居住，六项日常活动至少一项不能自理。"""

from services.intake.hooks import FlagDefinition
from shared.plugins import S_, hookimpl

FRAIL_LONE_ELDER = FlagDefinition(
    code="frail_lone_elder",
    name=S_("高龄独居失能"),
    definition=S_("年满八十周岁，实际独自居住，部分或完全丧失生活自理能力。"),
    source="黄石市案例“高龄独居失能老人”；自理能力按民发〔2021〕43号六项指标",
    criterion="age >= 80 && living_members == 1 && adl_unmet >= 1",
)


@hookimpl
def flags() -> list[FlagDefinition]:
    return [FRAIL_LONE_ELDER]
