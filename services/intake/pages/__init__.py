"""The console of intake: pages for clerks, officers and those who check them."""

from fastapi import APIRouter

from services.intake.pages import circumstances, home, households, rosters, search, surveys
from services.intake.pages.frame import CONSOLE
from shared.web.sign_in import sign_in_routes

router = APIRouter()
for part in (sign_in_routes(CONSOLE), home.router, households.router, circumstances.router, rosters.router, search.router, surveys.router):
    router.include_router(part)
