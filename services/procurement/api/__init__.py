"""JSON routes of procurement: input into one call of an action, its outcome into one answer."""

from fastapi import APIRouter

from services.procurement.api import drawing, performing, planning, reading, tendering

router = APIRouter(prefix="/api/v1", tags=["procurement"])
for part in (planning, tendering, drawing, performing, reading):
    router.include_router(part.router)

__all__ = ["router"]
