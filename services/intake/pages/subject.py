"""A person's own copy (个人信息副本) as a page to print, in plain words, with the log of who read the data (个人信息保护法 art 45)."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Request, Response

from services.intake import actions, labels, store
from services.intake.actions.export import CODED
from services.intake.domain.guardian import WORDS
from services.intake.domain.person import NEEDS
from services.intake.labels.check import CHECK_OUTCOME
from services.intake.pages.frame import CONSOLE
from services.intake.pages.households import purpose_of, to_purpose
from services.intake.pages.why import rules_named
from shared.http.call import Call, allows
from shared.identity import DISABILITY_KINDS

router = CONSOLE.router()


@router.get("/persons/{person_id}/copy/")
async def copy(request: Request, person_id: UUID, call: Annotated[Call, allows("officer")]) -> Response:
    """Opening it is handing it out: the log says so, with the purpose that was chosen."""
    purpose = purpose_of(request, call)
    if purpose is None:
        return to_purpose(request)
    found: Any = await call.runtime.run(actions.copy_for_subject, person_id, purpose=purpose, actor=call.actor, today=call.today)
    zone = call.runtime.clock.zone
    home = await call.find(store.household_of, person_id)
    return CONSOLE.draw(
        request,
        "intake/subject.html",
        copy=found,
        home=home,
        rules=await call.find(rules_named, ("own_copy", "correction", "erasure"), home["division"]),
        needs=list(zip(NEEDS, found["household"]["needs"] or (), strict=False)),
        readings=[row | {"time": f"{row['read_at'].astimezone(zone):%Y-%m-%d %H:%M}"} for row in found["readings"]],
        purpose=labels.READING_PURPOSE[purpose],
        coded=CODED,
        check_outcomes=CHECK_OUTCOME,
        purposes=labels.READING_PURPOSE | labels.DOSSIER_PURPOSE,
        disability_kinds=DISABILITY_KINDS,
        guardian=WORDS,
        labels=labels,
    )
