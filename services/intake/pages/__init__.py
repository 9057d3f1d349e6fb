"""The console of intake: pages for clerks, officers and those who check them."""

from fastapi import APIRouter

from services.intake.pages import (
    admissions,
    attachments,
    candidates,
    checks,
    circumstances,
    consents,
    corrections,
    discovered_needs,
    doors,
    duplicates,
    erasure_batches,
    erasures,
    fairness,
    home,
    household_acts,
    households,
    kin,
    minor_access,
    objections,
    partners,
    programmes,
    records,
    roster_columns,
    rosters,
    search,
    subject,
    survey_forms,
    surveys,
    visits,
)
from services.intake.pages.frame import CONSOLE
from shared.web.sign_in import sign_in_routes

router = APIRouter()
PARTS = (
    home,
    admissions,
    households,
    household_acts,
    attachments,
    circumstances,
    corrections,
    kin,
    minor_access,
    checks,
    discovered_needs,
    rosters,
    roster_columns,
    duplicates,
    erasures,
    erasure_batches,
    subject,
    partners,
    search,
    surveys,
    survey_forms,
    visits,
    doors,
    programmes,
    records,
    fairness,
    candidates,
    objections,
    consents,
)
for part in (sign_in_routes(CONSOLE), *(each.router for each in PARTS)):
    router.include_router(part)
