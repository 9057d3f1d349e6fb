"""失独：独生子女死亡，未再生育、未收养，年满四十九周岁。"""

from services.intake.hooks import FlagDefinition
from shared.plugins import S_, hookimpl

LOST_ONLY_CHILD = FlagDefinition(
    code="lost_only_child",
    name=S_("失独"),
    definition=S_("独生子女死亡，未再生育、未收养子女，年满四十九周岁。"),
    source="国人口发〔2007〕78号（特别扶助制度的对象条件，以女方年龄计）",
    criterion="age >= 49 && has_lost_only_child",
)


@hookimpl
def flags() -> list[FlagDefinition]:
    return [LOST_ONLY_CHILD]
