"""The routes that every service has: signing in, accounts, files, jobs, the record of acts, and what the operator looks at."""

from collections.abc import Callable, Sequence

from fastapi import APIRouter

from shared.access import Access
from shared.files import Files
from shared.http.routes.accounts import account_routes
from shared.http.routes.documents import document_routes
from shared.http.routes.operator import Check, operator_routes
from shared.http.routes.records import record_routes
from shared.plugins import Hooks
from shared.telemetry.metrics import Metrics

__all__ = ["Check", "kernel_router"]


def kernel_router(
    *, access: Access, files: Files, plugins: Hooks, checks: Sequence[Check], dead_letters: Callable[[], int], metrics: Metrics
) -> APIRouter:
    """The kernel's own routes for one service."""
    router = APIRouter()
    router.include_router(account_routes(access))
    router.include_router(document_routes(files))
    router.include_router(record_routes())
    router.include_router(operator_routes(plugins, checks, dead_letters, metrics))
    return router
