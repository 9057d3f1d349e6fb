"""公开前检查：不得出现具体疾病名称（个人信息保护法 第二十八条、第二十九条：医疗健康信息是敏感个人信息）。

Groups such as “重病患者” are public; which illness somebody has is not, with or without a name beside it.
"""

import re

from shared.plugins import hookimpl

WORDS = (
    *("癌", "恶性肿瘤", "白血病", "淋巴瘤", "尿毒症", "肾衰竭", "透析", "肝硬化", "糖尿病", "血友病", "再生障碍性贫血"),
    *("心肌梗", "心脏病", "脑梗", "脑出血", "脑卒中", "脑瘫", "帕金森", "癫痫", "红斑狼疮", "器官移植"),
    *("精神分裂", "抑郁症", "自闭症", "艾滋", "HIV", "肺结核", "尘肺"),
)
ILLNESS = re.compile(rf"(?:{'|'.join(WORDS)})(?!(?:症|病)?(?:基金会|协会|学会|医院|防治))")
"""In the name of an institution such a word is nobody's illness."""


@hookimpl
def objections(text: str) -> list[str]:
    return ["内容中有具体疾病名称"] if ILLNESS.search(text) else []
