"""View objects: what a page shows, worked out from the record and from what was released; every small count is kept back already."""

from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parents[1]
"""Where this service's templates and catalogue lie."""
