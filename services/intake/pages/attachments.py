"""Photos and papers of a household's file on the console: listed, handed in, and had for a purpose."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import Form as FormField
from fastapi import Request, Response, UploadFile

from services.intake import actions, labels, store
from services.intake.domain.attachment import LARGEST, TAKEN, check_attachment, check_kind
from services.intake.pages.frame import CONSOLE
from services.intake.pages.households import READERS, purpose_of, to_purpose
from shared.errors import Refusal
from shared.files import keep_file
from shared.http.call import Call, allows
from shared.http.paging import Page
from shared.http.problems import status_of
from shared.web.console import Form, see

router = CONSOLE.router()

PER_PAGE: Final = 20
ATTACHERS: Final = ("clerk", "officer")
Text = Annotated[str, FormField()]


@router.get("/households/{household_id}/attachments/")
async def attachments(request: Request, household_id: UUID, call: Annotated[Call, allows(*READERS)], after: str = "") -> Response:
    return await _page(request, call, household_id, Form(), after=after)


@router.post("/households/{household_id}/attachments/")
async def attach(
    request: Request,
    household_id: UUID,
    call: Annotated[Call, allows(*ATTACHERS)],
    file: UploadFile | None = None,
    kind: Text = "",
    key: Text = "",
) -> Response:
    """The file is kept first, by a key of its own; one that is refused is swept."""
    given = {"kind": kind, "key": key}
    try:
        check_kind(kind)
        content = await file.read(LARGEST + 1) if file is not None else b""
        stored = await asyncio.to_thread(partial(call.runtime.files.put, content, most=LARGEST))
        check_attachment(kind, media_type=stored.type, size=stored.size)
        kept = await call.submit({"key": f"{key}-file", "sha256": stored.sha256}, keep_file, stored)
        call.content = None
        await call.submit(given | {"file": kept["id"]}, actions.attach, household_id, file=UUID(kept["id"]), kind=kind)
    except Refusal as refusal:
        return await _page(request, call, household_id, Form(given, key=key).refused(refusal), status=status_of(refusal))
    return see(f"households/{household_id}/attachments/")


@router.get("/households/{household_id}/attachments/{attachment_id}/file")
async def attachment(request: Request, household_id: UUID, attachment_id: UUID, call: Annotated[Call, allows(*READERS)]) -> Response:
    return await hand_out(request, call, actions.read_attachment, household_id, attachment_id)


async def hand_out(request: Request, call: Call, read: Callable[..., Any], *which: UUID) -> Response:
    """A paper about somebody, for a purpose, as a file to keep: never to be shown or run inside the console.

    `read` logs who reads it and why, and gives the file and a name for it. What is none of the kinds that are taken today is given as
    bytes alone.
    """
    purpose = purpose_of(request, call)
    if purpose is None:
        return to_purpose(request)
    found: Any = await call.runtime.run(read, *which, purpose=purpose, actor=call.actor, today=call.today)
    stored, name = found
    content = await asyncio.to_thread(call.runtime.files.open, stored.sha256)
    name = f"{name}.{TAKEN.get(stored.type, 'bin')}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}
    return Response(content, media_type=stored.type if stored.type in TAKEN else "application/octet-stream", headers=headers)


async def _page(request: Request, call: Call, household_id: UUID, form: Form, *, after: str = "", status: int = 200) -> Response:
    found = await call.find(store.attachments, household_id, page=Page(after or None, PER_PAGE))
    household = await call.find(store.household_to_act_on, household_id)
    return CONSOLE.draw(
        request,
        "intake/attachments.html",
        status,
        form=form,
        household=household,
        attachments=found.items,
        more=f"?{urlencode({'after': found.next})}" if found.next else "",
        first="?" if after else "",
        kinds=list(labels.ATTACHMENT.items()),
        names={media_type: ending.upper() for media_type, ending in TAKEN.items()},
        labels=labels,
        may_attach=call.actor.may(*ATTACHERS),
    )
