"""Reference data with version years: holidays and divisions. Data only; a department adds its own in QIAO_REFERENCE_DIR."""

from importlib.resources import files
from os import environ
from pathlib import Path


def texts(name: str) -> list[tuple[str, str]]:
    """(where it was read, text) of a reference file: the one shipped, then the department's own if it has one."""
    shipped = (f"shared/reference/{name}", files(__name__).joinpath(name).read_text(encoding="utf-8"))
    folder = environ.get("QIAO_REFERENCE_DIR", "")
    own = Path(folder) / name
    return [shipped, (str(own), own.read_text(encoding="utf-8"))] if folder and own.is_file() else [shipped]
