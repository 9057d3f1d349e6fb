"""已死亡或已迁出本市的人不再入组。"""

from services.intake.hooks import PersonFacts
from shared.plugins import S_, hookimpl

_REASONS = {"died": S_("该人员已死亡"), "moved": S_("该人员已迁出"), "merged": S_("该档案已并入另一份档案")}


@hookimpl
def objections(person: PersonFacts) -> list[str]:
    return [_REASONS[person.status]] if person.status in _REASONS else []
