"""回避: whom the circumstances of a project keep out of its draw."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PoolExpert:
    """An expert as the provincial pool lists him."""

    number: str
    name: str
    organisation: str
    title: str
    category: str


@dataclass(frozen=True, slots=True)
class ExpertFacts:
    number: str
    organisation: str


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What has happened in the project before the draw."""

    arguing_experts: frozenset[str]
    """Pool numbers of who argued on the failed tender's documents."""
    advising_bodies: frozenset[str]
    """Organisations that advised on the plan (条例 18)."""
    bidders: frozenset[str]
    procuring_entity: str


def reasons(expert: ExpertFacts, circumstances: Circumstances) -> list[str]:
    found = []
    if expert.number in circumstances.arguing_experts:
        found.append("参加过本项目招标文件论证")
    if expert.organisation in circumstances.advising_bodies:
        found.append(f"所在单位（{expert.organisation}）参与过项目方案指导")
    if expert.organisation in circumstances.bidders:
        found.append("与供应商存在劳动关系")
    if expert.organisation == circumstances.procuring_entity:
        found.append("采购人本单位人员")
    return found
