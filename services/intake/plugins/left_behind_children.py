"""留守儿童：不满十六周岁，父母双方外出务工，或一方外出务工、另一方无监护能力。"""

from services.intake.hooks import FlagDefinition
from shared.plugins import hookimpl

LEFT_BEHIND_CHILD = FlagDefinition(
    code="left_behind_child",
    name="留守儿童",
    definition="父母双方外出务工，或一方外出务工、另一方无监护能力，不满十六周岁。",
    source="国发〔2016〕13号第一部分",
    criterion=('age < 16 && (father == "away" && mother in ["away", "incapable"] || mother == "away" && father == "incapable")'),
)


@hookimpl
def flags() -> list[FlagDefinition]:
    return [LEFT_BEHIND_CHILD]
