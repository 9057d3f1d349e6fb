"""按评分表各项权重取平均分：每份评分表同等分量，先加权后平均，不作中间取整。"""

from services.evaluation.hooks import DimensionSheets, Fraction
from shared.plugins import hookimpl


@hookimpl
def score(sheets: DimensionSheets) -> Fraction:
    return sheets.weighted_mean()
