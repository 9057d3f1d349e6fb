"""Somebody asks for leave to read sensitive fields of a household's minors; somebody else, who is responsible, gives it or does not."""

from datetime import date
from typing import Any
from uuid import UUID

from services.intake.actions.person import Purpose, names_of
from services.intake.domain.minor_access import AccessAsked, check_access, is_guarded, last_day
from services.intake.domain.naming import check_reason
from services.intake.domain.programme import check_different_officer
from services.intake.store import members_of, reached_household
from services.intake.store.minor_access import MinorAccess, reached_access
from shared.access import Actor
from shared.errors import WrongState
from shared.personal import Keyring
from shared.rules import Rules
from shared.sentences import S_
from shared.work import Work


class AccessDecided(WrongState):
    code = "access-decided"


def ask_for_minors(
    household_id: UUID, *, asked: AccessAsked, purpose: Purpose, work: Work, today: date, actor: Actor, rules: Rules, keyring: Keyring
) -> dict[str, Any]:
    """Ask, for the purpose for which the file is opened. Raises MinorAccessRefused, NamesSomebody."""
    household = reached_household(work, household_id, actor)
    work.about("household", household_id)
    members, rule = members_of(household_id, reader=work), rules("minor_access", division=household.division)
    check_reason(asked.reason, names=names_of(members, keyring, reader=work))
    has_minors = any(is_guarded(each.birth, today, rule) for each in members if each.status != "erased")
    check_access(asked, rule=rule, has_minors=has_minors)
    kept = MinorAccess(
        household_id=household_id,
        account=actor.account,
        purpose=purpose,
        days=asked.days,
        reason=asked.reason.strip(),
        asked_on=today,
    )
    work.add(kept)
    return {"id": kept.id, "household_id": household_id}


def approve_access(access_id: UUID, *, work: Work, today: date, actor: Actor) -> dict[str, Any]:
    """Give leave from today on. Raises SameOfficer for whoever asked."""
    return _decide(access_id, "approved", work, today, actor)


def refuse_access(access_id: UUID, *, work: Work, today: date, actor: Actor) -> dict[str, Any]:
    """The fields stay withheld. Raises SameOfficer for whoever asked."""
    return _decide(access_id, "refused", work, today, actor)


def _decide(access_id: UUID, state: str, work: Work, today: date, actor: Actor) -> dict[str, Any]:
    found = reached_access(work, access_id, actor)
    work.about("household", found.household_id)
    if found.state != "asked":
        raise AccessDecided(S_("该查阅申请已经办理"))
    check_different_officer(actor.account, found.account, act=S_("未成年人敏感信息查阅"))
    found.state, found.decided_by, found.decided_on = state, actor.account, today
    if state == "approved":
        found.valid_until = last_day(today, found.days)
    return {"id": access_id, "state": state}
