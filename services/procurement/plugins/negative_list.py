"""负面清单：购买事项的措辞与清单类别的对照；“协助”政府办事可以购买，政府行为本身不可以。"""

from services.procurement.domain.matter import signalled
from services.procurement.hooks import Matter, NegativeFinding, Rule
from shared.plugins import hookimpl


@hookimpl
def negative_findings(matter: Matter, rule: Rule) -> list[NegativeFinding]:
    return signalled(matter, rule)
