"""The people of the case and their accounts. Each service has its own; names are invented."""

from typing import Final

from shared.demo.figures import Figures
from shared.demo.stage import Person

CASEWORKER_NAMES: Final = (
    *("王晓雯", "刘思敏", "陈佳怡", "张梦琪", "李嘉豪"),
    *("周雨桐", "吴文静", "徐子昂", "孙雅楠", "胡一凡"),
    *("朱晨曦", "高梓萱", "林书瑶", "何俊熙", "郭心怡"),
)
ASSESSOR_NAMES: Final = ("沈知行", "陆明远", "姚若溪")
EXPERT_NAMES: Final = ("程教授", "董教授", "韩副教授", "许副教授", "邓讲师")


def officials() -> list[Person]:
    """Who works from the first day: buyer, procuring entity, finance, the tender agent, the editors of the public site."""
    return [
        Person("intake", "clerk", "蔡敏", ("clerk",)),
        Person("intake", "officer", "余建平", ("officer",)),
        Person("intake", "reviewer", "曹芳", ("reviewer",)),
        Person("intake", "approver", "彭志国", ("approver",)),
        Person("intake", "surveyor", "杜红", ("surveyor",)),
        Person("intake", "auditor", "魏华", ("auditor",)),
        Person("procurement", "buyer", "余建平", ("buyer",)),
        Person("procurement", "reviewer", "曹芳", ("reviewer",)),
        Person("procurement", "department", "田立新", ("department",)),
        Person("procurement", "finance", "秦海", ("finance",)),
        Person("procurement", "treasury", "江梅", ("treasury",)),
        Person("procurement", "supervision", "龚正", ("supervision",)),
        Person("procurement", "agent", "范凯", ("agent",)),
        Person("procurement", "auditor", "魏华", ("auditor",)),
        Person("evaluation", "buyer", "田立新", ("buyer",)),
        Person("evaluation", "finance", "袁静", ("finance",)),
        Person("evaluation", "auditor", "魏华", ("auditor",)),
        Person("disclosure", "editor", "叶青", ("editor",)),
        Person("disclosure", "publisher", "夏正", ("publisher",)),
        Person("disclosure", "auditor", "魏华", ("auditor",)),
        Person("casework", "buyer", "余建平", ("buyer",)),
        Person("casework", "auditor", "魏华", ("auditor",)),
    ]


def agency(figures: Figures) -> list[Person]:
    """The agency's people, from the day of its contract."""
    return [
        Person("casework", "director", "方远", ("director",), by_contract=True),
        Person("casework", "supervisor", "钟岚", ("supervisor",), by_contract=True),
        *(Person("casework", caseworker(n), name, ("caseworker",), by_contract=True) for n, name in enumerate(_names(figures.workers))),
        Person("evaluation", "provider", "方远", ("provider",), by_contract=True),
    ]


def evaluators() -> list[Person]:
    """The third party and the university's experts, from the day of the commission."""
    return [
        Person("evaluation", "evaluator", "严谨", ("evaluator",), by_contract=True),
        *(Person("evaluation", assessor(n), name, ("assessor",), by_contract=True) for n, name in enumerate(ASSESSOR_NAMES)),
        *(Person("evaluation", expert(n), name, ("expert",), by_contract=True) for n, name in enumerate(EXPERT_NAMES)),
    ]


def caseworker(number: int) -> str:
    return f"worker{number + 1:02}"


def assessor(number: int) -> str:
    return f"assessor{number + 1}"


def expert(number: int) -> str:
    return f"expert{number + 1}"


def _names(count: int) -> list[str]:
    return [CASEWORKER_NAMES[n % len(CASEWORKER_NAMES)] for n in range(count)]
