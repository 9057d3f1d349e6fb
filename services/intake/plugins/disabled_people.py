"""G3 残疾人：持有效残疾人证。"""

from services.intake.hooks import Condition, GroupDefinition
from shared.plugins import S_, hookimpl

DISABLED_PEOPLE = GroupDefinition(code="G3", name=S_("残疾人"), conditions=(Condition("is_disabled", "is", True, S_("持有效残疾人证")),))


@hookimpl
def groups() -> list[GroupDefinition]:
    return [DISABLED_PEOPLE]
