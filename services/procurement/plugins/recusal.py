"""回避：论证过招标文件的专家、方案指导单位的人员、供应商和采购人的人员不参加抽取。"""

from services.procurement.domain.recusal import reasons
from services.procurement.hooks import Circumstances, ExpertFacts
from shared.plugins import hookimpl


@hookimpl
def recusals(expert: ExpertFacts, circumstances: Circumstances) -> list[str]:
    return reasons(expert, circumstances)
