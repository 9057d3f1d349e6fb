"""JSON routes of intake: input into one call of an action, its outcome into one answer."""

from fastapi import APIRouter

from services.intake.api import (
    checks,
    discovered_needs,
    duplicates,
    enrolment,
    erasures,
    household_acts,
    households,
    kin,
    minor_access,
    objections,
    persons,
    programmes,
    rosters,
    surveys,
)

router = APIRouter(prefix="/api/v1", tags=["intake"])
for part in (
    rosters,
    households,
    household_acts,
    kin,
    minor_access,
    checks,
    duplicates,
    surveys,
    programmes,
    objections,
    enrolment,
    persons,
    erasures,
    discovered_needs,
):
    router.include_router(part.router)
