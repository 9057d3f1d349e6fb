"""Photos and papers of a household's file: what kind they are, and what is taken."""

from collections.abc import Mapping
from typing import Final

from services.intake import labels
from shared.errors import RuleRefusal
from shared.sentences import S_

TAKEN: Final[Mapping[str, str]] = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
"""By what the bytes show, whatever the file is called; and how a copy of it is named."""
LARGEST: Final = 10 * 1024 * 1024


CLASS: Final[Mapping[str, str]] = {"medical": "sensitive", "disability": "sensitive"}
"""With which class of fields (`domain.retention`) a kind of paper goes; any other goes with the whole person."""


class AttachmentRefused(RuleRefusal):
    code = "attachment-refused"


def check_kind(kind: str) -> None:
    """Raises AttachmentRefused."""
    if kind not in labels.ATTACHMENT:
        raise AttachmentRefused(S_("请选择附件种类"), field="kind")


def check_attachment(kind: str, *, media_type: str, size: int) -> None:
    """Raises AttachmentRefused."""
    check_kind(kind)
    if media_type not in TAKEN:
        raise AttachmentRefused(S_("附件只接收 PDF、JPG 和 PNG"), field="file")
    if size > LARGEST:
        raise AttachmentRefused(S_("附件不能超过 {most} MB", most=LARGEST // 1024 // 1024), field="file")
