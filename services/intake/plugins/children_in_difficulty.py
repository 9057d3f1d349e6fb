"""困境儿童：未满十八周岁，因家庭贫困、自身残疾或重病，或监护缺失而陷入困难。"""

from services.intake.hooks import FlagDefinition
from shared.plugins import S_, hookimpl

CHILD_IN_DIFFICULTY = FlagDefinition(
    code="child_in_difficulty",
    name=S_("困境儿童"),
    definition=S_("未满十八周岁，家庭贫困，或自身残疾、重病，或父母均不能照料。"),
    source="国发〔2016〕36号第一部分",
    criterion=(
        'age < 18 && (category in ["urban_allowance", "rural_allowance", "urban_destitute", "rural_destitute"]'
        " || is_disabled || is_seriously_ill"
        ' || !(father in ["", "caring", "away"]) && !(mother in ["", "caring", "away"]))'
    ),
)


@hookimpl
def flags() -> list[FlagDefinition]:
    return [CHILD_IN_DIFFICULTY]
