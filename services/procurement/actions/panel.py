"""Seat the panel that was drawn, and let only its leader act for it."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel import col, select

from services.procurement.actions.record import Law, keep_deviations, once, project_of, require
from services.procurement.domain.panel import PanelNotLawful, check_leader
from services.procurement.store import Draw, Expert, Member
from shared.access import Actor
from shared.errors import Forbidden
from shared.rules import Rules
from shared.work import Work


class NotTheLeader(Forbidden):
    """Somebody else leads the panel of this project."""

    code = "not-the-leader"


def seat_panel(
    draw_id: UUID, *, representatives: Sequence[str], leader: str, leader_account: str, reason: str, work: Work, today: date, rules: Rules
) -> dict[str, object]:
    """The drawn experts and the buyer's representatives become the panel; an expert leads it."""
    drawn = work.get(Draw, draw_id)
    project = project_of(work, drawn.project_id)
    require(drawn.drawn_on, "专家尚未抽取")
    once(drawn.state == "seated", "评审小组已经组成")
    if len(representatives) != drawn.buyer_representatives:
        raise PanelNotLawful(f"采购人代表应为 {drawn.buyer_representatives} 人", field="representatives")
    deviation = check_leader(leader, drawn.seated, Law(rules, project.division)("panel_leader"), reason=reason)
    members = [_expert_member(work, drawn, number, leader) for number in drawn.seated]
    members += [_representative(drawn, n, name, project.entity_name, leader) for n, name in enumerate(representatives, start=1)]
    work.add(*members)
    drawn.state, drawn.leader_account = "seated", leader_account
    keep_deviations(work, project.id, deviation)
    return {"members": [{"code": one.code, "name": one.name, "is_expert": one.is_expert, "is_leader": one.is_leader} for one in members]}


def leader_only(work: Work, project_id: UUID, actor: Actor) -> None:
    """Raises NotTheLeader for anybody but the leader of this project's panel."""
    drawn = work.first(select(Draw).where(Draw.project_id == project_id, Draw.state == "seated").order_by(col(Draw.prepared_on).desc()))
    if require(drawn, "评审小组尚未组成").leader_account != actor.account:
        raise NotTheLeader("只有本项目评审小组组长可以办理")


def members_of(work: Work, project_id: UUID) -> list[Member]:
    return work.select(select(Member).where(Member.project_id == project_id).order_by(col(Member.code)))


def _expert_member(work: Work, drawn: Draw, number: str, leader: str) -> Member:
    expert = work.get(Expert, number)
    return Member(
        project_id=drawn.project_id,
        draw_id=drawn.id,
        code=number,
        name=expert.name,
        organisation=expert.organisation,
        category=expert.category,
        is_expert=True,
        is_leader=number == leader,
    )


def _representative(drawn: Draw, number: int, name: str, organisation: str, leader: str) -> Member:
    code = f"R{number}"
    return Member(
        project_id=drawn.project_id,
        draw_id=drawn.id,
        code=code,
        name=name,
        organisation=organisation,
        category="",
        is_expert=False,
        is_leader=code == leader,
    )
