"""事实无人抚养儿童：父母双方均不能履行监护职责，且不是双方均已死亡。"""

from services.intake.hooks import FlagDefinition
from shared.plugins import S_, hookimpl

CHILD_WITHOUT_CARE = FlagDefinition(
    code="child_without_care",
    name=S_("事实无人抚养"),
    definition=S_(
        "未满十八周岁，父母双方均属重残、重病、服刑在押、强制隔离戒毒、被限制人身自由、失联等情形，或一方死亡、失踪而另一方属上述情形。"
    ),
    source="民发〔2019〕62号第一部分；民发〔2020〕125号",
    criterion=(
        'age < 18 && father in ["died", "missing", "disabled", "ill", "imprisoned", "in_rehabilitation", "restricted", "revoked"]'
        ' && mother in ["died", "missing", "disabled", "ill", "imprisoned", "in_rehabilitation", "restricted", "revoked"]'
        ' && !(father == "died" && mother == "died")'
    ),
)


@hookimpl
def flags() -> list[FlagDefinition]:
    return [CHILD_WITHOUT_CARE]
