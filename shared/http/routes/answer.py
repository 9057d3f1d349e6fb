"""Answers that no action or question gives."""

from typing import Any

from fastapi import Response
from pydantic_core import to_json


def in_json(value: Any, status: int = 200) -> Response:
    return Response(to_json(value), status, media_type="application/json")
