"""Records that may be of one person, on the console: the queue without names, those alike side by side, and the decision."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import Form as FormField
from fastapi import Request, Response

from services.intake import actions, labels, store
from services.intake.pages.frame import CONSOLE
from services.intake.pages.households import purpose_of, to_purpose
from shared.divisions import name_of
from shared.errors import Fault, Malformed, Refusal
from shared.http.call import Call, allows
from shared.http.problems import status_of
from shared.sentences import S_, together
from shared.web.console import Form, see
from shared.web.i18n import L_
from shared.web.table_file import Cell, file_of
from shared.web.tables import Column, Table

router = CONSOLE.router()

Text = Annotated[str, FormField()]
DECIDERS: Final = ("clerk", "officer")
COLUMNS: Final = (
    Column("score", L_("是同一人")),
    Column("evidence", L_("依据")),
    Column("records", L_("两份档案")),
    Column("found_on", L_("发现日期")),
    Column("status", L_("状态")),
)
CHOSEN: Final = ("open", "proposed", "merged", "different")
ACTS: Final = {
    "propose": (L_("是同一人，建议合并"), L_("由另一位业务负责人合并。")),
    "merge": (L_("是同一人，合并"), L_("另一份档案此后不再计数；可以撤销。")),
    "different": (L_("不是同一人"), L_("以后的名册不会再提出这一对。")),
    "undo": (L_("撤销合并"), L_("两份档案各自恢复合并前的状态和名单上的位置。")),
    "reopen": (L_("重新核对"), L_("回到待核对。")),
}
ACTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "propose": actions.propose_merge,
    "merge": actions.merge,
    "different": actions.tell_apart,
    "undo": actions.undo_merge,
    "reopen": actions.reopen_pair,
}


@router.get("/duplicates/")
async def duplicates(request: Request, call: Annotated[Call, allows(*DECIDERS, "auditor")]) -> Response:
    table = Table.of(request, "duplicates", L_("疑似重复"), COLUMNS, keep=("status",), has_file=True)
    status = table.chosen("status") if table.chosen("status") in CHOSEN else ""
    listed = partial(call.find, store.duplicates, status=status)
    if table.is_file:
        return await file_of(table, listed, _cells)
    found = await listed(page=table.page())
    return CONSOLE.draw(
        request,
        "intake/duplicates.html",
        table=table.holding(found),
        pairs=found.items,
        total=await call.find(store.count_duplicates),
        comparing=await call.find(store.comparing),
        statuses={code: labels.PAIR_STATUS[code] for code in CHOSEN},
        labels=labels,
        division_name=name_of,
        may_look=call.actor.may(*DECIDERS),
    )


@router.get("/duplicates/{pair_id}/")
async def pair(request: Request, pair_id: UUID, call: Annotated[Call, allows(*DECIDERS)], whole: str = "") -> Response:
    return await _pair(request, call, pair_id, Form(), is_whole=whole == "yes")


@router.post("/duplicates/{pair_id}/")
async def decide(
    request: Request,
    pair_id: UUID,
    call: Annotated[Call, allows(*DECIDERS)],
    act: Text = "",
    keep: Text = "",
    reason: Text = "",
    key: Text = "",
) -> Response:
    given = {"act": act, "keep": keep, "reason": reason.strip()[:200], "key": key}
    try:
        terms = _terms(given, call)
        await call.submit(given, ACTIONS[act], pair_id, **terms)
    except Refusal as refusal:
        return await _pair(request, call, pair_id, Form(given, key=key).refused(refusal), status_of(refusal))
    return see(f"duplicates/{pair_id}/")


def _cells(each: Mapping[str, Any]) -> Sequence[Cell]:
    alike = "、".join(labels.EVIDENCE[code] for code in each["evidence"] if not code.endswith("_other"))
    records = "；".join(f"{record['household_no']} {name_of(record['division'])}" for record in each["records"])
    return (labels.LIKELIHOOD[each["likelihood"]], alike, records, each["found_on"], labels.PAIR_STATUS[each["status"]])


async def _pair(request: Request, call: Call, pair_id: UUID, form: Form, status: int = 200, *, is_whole: bool = False) -> Response:
    purpose = purpose_of(request, call)
    if purpose is None:
        return to_purpose(request)
    found: Any = await call.runtime.run(
        actions.compare_records, pair_id, purpose=purpose, is_whole=is_whole, actor=call.actor, today=call.today
    )
    own = found["pairs"][0]
    acts = _acts(own, call)
    return CONSOLE.draw(
        request,
        "intake/duplicate.html",
        status,
        pair=own,
        others=found["pairs"][1:],
        records=[found["subject"], *(each["record"] for each in found["pairs"])],
        is_whole=is_whole,
        form=form,
        acts=[(code, *ACTS[code]) for code in acts],
        keeps=[(str(each["person_id"]), each["household_no"]) for each in (own["record"], found["subject"])],
        kept=next((str(each["kept_id"]) for each in reversed(own["decisions"]) if each["kept_id"]), ""),
        purpose=labels.READING_PURPOSE[purpose],
        labels=labels,
        division_name=name_of,
    )


def _acts(pair: Mapping[str, Any], call: Call) -> list[str]:
    """What this actor may do with a pair as it stands, in the order in which it is offered."""
    is_officer, status = call.actor.may("officer"), pair["status"]
    if status in ("open", "proposed"):
        may_merge = status == "proposed" and is_officer and pair["decisions"][-1]["decided_by"] != call.actor.account
        return [*(["merge"] if may_merge else []), "propose", "different"]
    return {"merged": ["undo"], "different": ["reopen"]}.get(status, []) if is_officer else []


def _terms(given: Mapping[str, str], call: Call) -> dict[str, Any]:
    """What the form says, as the action takes it. Raises Malformed with every field that is wrong, and RoleMissing."""
    faults = []
    terms: dict[str, Any] = {"reason": given["reason"]}
    if given["act"] not in ACTIONS:
        faults.append(Fault("act", S_("请选择核对结果")))
    elif given["act"] not in ("propose", "different"):
        call.runtime.access.check_role(call.actor, ("officer",))
    if not given["reason"]:
        faults.append(Fault("reason", S_("请写明理由")))
    if given["act"] == "propose":
        try:
            terms["keep"] = UUID(given["keep"])
        except ValueError:
            faults.append(Fault("keep", S_("请选择要保留的档案")))
    if faults:
        raise Malformed(together(fault.message for fault in faults), faults=faults)
    return terms
