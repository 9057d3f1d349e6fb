"""Handing in documents and reading them again."""

import asyncio
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response, UploadFile
from sqlalchemy import select

from shared.access import ADMIN, Actor
from shared.errors import NotFound
from shared.files import Files, Stored, keep_file, require_file
from shared.http.call import Call, allows
from shared.sentences import S_
from shared.work import Reader


def document_routes(files: Files) -> APIRouter:
    router = APIRouter(prefix="/api/v1")

    @router.post("/files", status_code=201)
    async def upload(file: UploadFile, call: Annotated[Call, allows()]) -> Response:
        stored = await asyncio.to_thread(files.put, await file.read())
        call.content = stored.sha256.encode()
        return await call.act(keep_file, stored)

    @router.get("/files/{file_id}")
    async def download(file_id: UUID, call: Annotated[Call, allows()]) -> Response:
        stored = await call.runtime.read(partial(_readable_file, file_id, call.actor, call.runtime.service.has_personal_files))
        content = await asyncio.to_thread(files.open, stored.sha256)
        headers = {"Content-Disposition": f'attachment; filename="{file_id}"', "ETag": f'"{stored.sha256}"'}
        return Response(content, media_type=stored.type, headers=headers)

    return router


def _readable_file(file_id: UUID, actor: Actor, is_personal: bool, *, reader: Reader) -> Stored:
    """The file, if the actor handed it in, works for a department, or shares a contract with the one who did; not for keeping accounts."""
    file = reader.kernel.file.c
    rows = reader.rows(select(file.account, file.contracts).where(file.id == file_id))
    if not rows or actor.may(ADMIN):
        raise NotFound(S_("没有找到该文件"))
    is_own = rows[0].account == actor.account
    if is_personal and not is_own:
        raise NotFound(S_("没有找到该文件"))
    if not is_own and actor.contracts and not {str(contract) for contract in actor.contracts} & set(rows[0].contracts):
        raise NotFound(S_("没有找到该文件"))
    return require_file(reader, file_id)
