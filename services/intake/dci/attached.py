"""A message that comes as the file in a form (`FileInfo`), as the standard allows where the answer is a callback."""

from typing import Final

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from services.intake.dci.envelope import NotAccepted
from shared.http.guard import JSON_LIMIT

FORM: Final = "multipart/form-data"
FORMAT: Final = "json"
FILE: Final = "fileName"
"""The standard's name of the part that holds the file."""


async def body_of(request: Request, action: str) -> bytes:
    """What was sent, or the file in the form that was sent. Raises NotAccepted."""
    if not request.headers.get("content-type", "").lower().startswith(FORM):
        return await request.body()
    try:
        async with request.form(max_files=1, max_fields=2) as form:
            given = form.get(FILE)
            content = await given.read(JSON_LIMIT + 1) if isinstance(given, UploadFile) else (given or "").encode()
            said, kind = form.get("action"), form.get("fileFormat", FORMAT)
    except HTTPException as fault:
        raise NotAccepted("err.request.bad", "表单无法读取：须有 action、fileName 和 fileFormat") from fault
    if said != action:
        raise NotAccepted("rjct.action.invalid", f"action 须为 {action}")
    if not isinstance(kind, str) or kind.lower() != FORMAT:
        raise NotAccepted("err.request.bad", f"fileFormat 须为 {FORMAT}，文件内容为一条消息")
    if len(content) > JSON_LIMIT:
        raise NotAccepted("err.request.bad", f"文件不能超过 {JSON_LIMIT >> 10} KB", 413)
    return content
