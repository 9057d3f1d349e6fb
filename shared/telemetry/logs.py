"""Logs: one JSON object per line, an event with fields. Ids only; no sentence has a person in it."""

import json
import logging
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO, Any, Final

from shared.telemetry.context import current_trace_id
from shared.telemetry.scrub import scrub, scrub_message

_OWN_FIELDS: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
_FRAMES: Final = 20


class JsonLines(logging.Formatter):
    """A record as a line: time, level, logger, event, service, trace, and the fields given as `extra`."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            "service": self._service,
        }
        if trace_id := current_trace_id():
            line["trace_id"] = trace_id
        line |= {name: value for name, value in vars(record).items() if name not in _OWN_FIELDS}
        if record.exc_info and record.exc_info[1]:
            line["error"] = list(_errors(record.exc_info[1]))
        return scrub(json.dumps(line, ensure_ascii=False, default=str))


def _errors(error: BaseException) -> Iterator[dict[str, Any]]:
    """The error and what caused it: types and places; messages without what could be a person."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        frames = traceback.extract_tb(cause.__traceback__)[-_FRAMES:]
        yield {
            "type": type(cause).__qualname__,
            "message": scrub_message(str(cause)),
            "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
        }
        cause = cause.__cause__ or cause.__context__


class AccessLine:
    """The line of one kind of answer, as `JsonLines` writes it, without a record for each: a stored page costs less than a record.

    No field of it is anything that people typed. Where another handler listens, it gets a record as ever.
    """

    def __init__(self, service: str, method: str, route: str) -> None:
        self._logger = logging.getLogger("qiao.access")
        self._fields = {"service": service, "method": method, "route": route}
        told = json.dumps({"level": "info", "logger": self._logger.name, "event": "request", **self._fields}, ensure_ascii=False)
        self._told = told[1:-1]

    def write(self, status: int, seconds: float) -> None:
        ms = round(seconds * 1000, 1)
        if not self._logger.isEnabledFor(logging.INFO):
            return
        handlers = logging.getLogger().handlers
        if len(handlers) == 1 and isinstance(handlers[0], LineHandler) and not self._logger.handlers:
            at = datetime.now(UTC).isoformat(timespec="milliseconds")
            handlers[0].write(f'{{"at": "{at}", {self._told}, "status": {status}, "ms": {ms}, "account": ""}}')
        else:
            self._logger.info("request", extra={**self._fields, "status": status, "ms": ms, "account": ""})


class LineHandler(logging.Handler):
    """Writes lines to one stream, by default to what is the error stream at that moment."""

    def __init__(self, service: str, stream: IO[str] | None = None) -> None:
        super().__init__()
        self._stream = stream
        self.setFormatter(JsonLines(service))

    def emit(self, record: logging.LogRecord) -> None:
        self.write(self.format(record))

    def write(self, line: str) -> None:
        """Whole lines only, whichever thread writes."""
        stream = self._stream or sys.stderr
        self.acquire()
        try:
            stream.write(line + "\n")
            stream.flush()
        finally:
            self.release()


def configure_logging(service: str, *, level: int = logging.INFO, stream: IO[str] | None = None) -> None:
    """Send every logger of the process to one JSON handler. uvicorn's access log stays off: it prints query strings."""
    root = logging.getLogger()
    root.handlers = [handler for handler in root.handlers if not isinstance(handler, LineHandler)] + [LineHandler(service, stream)]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.access").disabled = True
    for talkative in ("sqlalchemy.engine", "httpx", "httpx2", "httpcore", "httpcore2", "nats", "faststream"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
