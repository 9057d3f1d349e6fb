"""The survey in the field: which team goes where, and why a door stayed shut."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from services.intake.domain.naming import check_text
from shared.divisions import contains, name_of
from shared.errors import Fault, Forbidden, RuleRefusal
from shared.sentences import S_, together

MOST_SURVEYORS: Final = 30
CALL_REASONS: Final = ("not_home", "refused", "moved", "wrong_address")
"""Why no visit came of it. A household that refuses the visit loses nothing: its file stays opened."""


class TeamRefused(RuleRefusal):
    code = "team-refused"


class NotYourFile(Forbidden):
    """The household belongs to another team."""

    code = "not-your-file"


@dataclass(frozen=True, slots=True)
class TeamTerms:
    name: str
    surveyors: tuple[str, ...]
    divisions: tuple[str, ...]


def check_team(team: TeamTerms, *, area: str, taken: Collection[tuple[str, str]], least: int) -> None:
    """Raises NamesSomebody, or TeamRefused with every fault. `taken` is (community, team) of the survey's other teams."""
    check_text(team.name, field="name", called=S_("组名"))
    check_text("\n".join(team.surveyors), field="surveyors", called=S_("调查员"))
    faults = []
    if not team.name:
        faults.append(Fault("name", S_("请填写组名")))
    if not least <= len(set(team.surveyors)) <= MOST_SURVEYORS:
        faults.append(Fault("surveyors", S_("每组调查员为 {least} 至 {most} 人，以工号区分", least=least, most=MOST_SURVEYORS)))
    if not team.divisions:
        faults.append(Fault("divisions", S_("请至少选择一个社区")))
    outside = [code for code in team.divisions if not contains(area, code)]
    if outside:
        faults.append(Fault("divisions", S_("{place} 不在调查地区之内", place=outside[0])))
    owners = dict(taken)
    twice = [code for code in team.divisions if code in owners]
    if twice:
        faults.append(Fault("divisions", S_("{place}已由{team_zh}负责", place=name_of(twice[0]), team_zh=owners[twice[0]])))
    if faults:
        raise TeamRefused(together(fault.message for fault in faults), faults=faults)


def check_own(division: str, own: Sequence[str] | None) -> None:
    """Raises NotYourFile. `own` is None where the survey has no teams."""
    if own is not None and division not in own:
        raise NotYourFile(S_("该户由其他调查小组负责"))
