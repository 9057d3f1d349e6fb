"""A list looked at before it is confirmed: is it the one that its inputs give, and whom does it favour."""

from collections.abc import Iterable
from itertools import groupby
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Request, Response

from services.intake import actions, labels, store
from services.intake.domain.fairness import LARGE, UNLIKELY, Compared
from services.intake.pages.candidates import short
from services.intake.pages.frame import CONSOLE
from services.intake.pages.programmes import rules_of
from shared.divisions import name_of
from shared.http.call import Call, allows
from shared.web.charts import share
from shared.web.i18n import L_

router = CONSOLE.router()

VIEWERS: Final = ("officer", "reviewer", "approver", "auditor")
DISABILITY: Final = {"yes": L_("持残疾人证"), "no": L_("无残疾人证")}


@router.get("/programmes/{programme_id}/fairness/")
async def fairness(request: Request, programme_id: UUID, call: Annotated[Call, allows(*VIEWERS)]) -> Response:
    programme = await call.find(store.programme, programme_id)
    found = (await call.find(actions.fairness_view, programme_id))["groups"]
    at_home = await call.find(actions.kin_in_programme, programme_id)
    names = {group["code"]: group["name"] for group in programme["groups"]}
    return CONSOLE.draw(
        request,
        "intake/fairness.html",
        programme=programme,
        kin=[each | {"group": names.get(each["group"], each["group"]), "short": short(each["id"])} for each in at_home],
        labels=labels,
        groups=[{"name": names.get(code, code), "tables": _tables(some)} for code, some in groupby(found, key=lambda each: each.code)],
        marked=sum(each.is_marked for each in found),
        large=int(LARGE * 100),
        unlikely=int(UNLIKELY * 100),
        rules=await call.find(rules_of, programme["division"]),
    )


@router.get("/programmes/{programme_id}/proof/")
async def proof(request: Request, programme_id: UUID, call: Annotated[Call, allows(*VIEWERS)]) -> Response:
    programme = await call.find(store.programme, programme_id)
    return CONSOLE.draw(request, "intake/proof.html", programme=programme, proof=await call.find(actions.prove, programme_id))


def _tables(compared: Iterable[Compared]) -> list[dict[str, Any]]:
    """One table for each thing that a group is compared by."""
    return [
        {"name": labels.FAIRNESS[dimension], "rows": [_row(each) for each in some]}
        for dimension, some in groupby(compared, key=lambda each: each.dimension)
    ]


def _row(each: Compared) -> dict[str, Any]:
    return {
        "name": _named(each.dimension, each.value),
        "eligible": each.eligible,
        "selected": each.selected,
        "all_eligible": each.all_eligible,
        "all_selected": each.all_selected,
        "eligible_bar": share(each.eligible, each.all_eligible),
        "selected_bar": share(each.selected, each.all_selected),
        "is_marked": each.is_marked,
        "is_more": each.selected * each.all_eligible > each.eligible * each.all_selected,
    }


def _named(dimension: str, value: str) -> str:
    if dimension == "district":
        return name_of(value)
    return {"sex": labels.SEX, "disability": DISABILITY}.get(dimension, {}).get(value, value)
