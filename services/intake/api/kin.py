"""The register of near relatives of who handles assistance (近亲属备案)."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import StringConstraints

from services.intake import actions
from services.intake.api.body import Paged
from services.intake.api.household_acts import HouseholdActBody
from services.intake.domain.kin import LONGEST_STAFF, Kin
from services.intake.store.kin import kin_notices
from shared.http.call import Call, allows

router = APIRouter()

VIEWERS = ("officer", "reviewer", "approver", "auditor")


class KinBody(HouseholdActBody):
    """`relation`: what the member is to the other; `staff`: the other's account or name, which is kept sealed."""

    person_id: UUID
    relation: Literal["spouse", "parent", "child", "sibling", "grandparent", "grandchild", "other"]
    office: Literal["handler", "committee"]
    staff: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_STAFF)]


@router.get("/kin")
async def list_kin(
    call: Annotated[Call, allows(*VIEWERS)], page: Paged, state: Literal["standing", "ended", "all"] = "standing"
) -> Response:
    """Households by number; nothing of it says who anybody is."""
    return await call.read(kin_notices, page=page, state=state)


@router.post("/households/{household_id}/kin", status_code=201)
async def note_kin(household_id: UUID, body: KinBody, call: Annotated[Call, allows("officer")]) -> Response:
    kin = Kin(body.person_id, body.relation, body.office, body.staff)
    return await call.act(actions.note_kin, household_id, kin=kin, basis=body.basis)


@router.post("/kin/{notice_id}/ending")
async def end_kin(notice_id: UUID, body: HouseholdActBody, call: Annotated[Call, allows("officer")]) -> Response:
    return await call.act(actions.end_kin, notice_id, basis=body.basis)
