"""Forms: what somebody has entered, what is wrong with it, and what must be ticked before what cannot be undone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import uuid4

from shared.errors import Fault, Malformed, Refusal
from shared.sentences import S_

SEVERAL: Final = "\n"


@dataclass(frozen=True, slots=True)
class Form:
    """What somebody has entered, and what is wrong with it. The key makes the same form, sent twice, one act."""

    given: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    key: str = field(default_factory=lambda: str(uuid4()))

    def value(self, name: str, otherwise: str = "") -> str:
        return self.given.get(name, otherwise)

    def values(self, name: str, otherwise: str = "") -> tuple[str, ...]:
        """Of a field with several choices, as `several` keeps them."""
        return tuple(self.value(name, otherwise).split(SEVERAL))

    def fault(self, name: str) -> str:
        """What is wrong with one field, or nothing."""
        return next((fault.message for fault in self.faults if fault.field == name), "")

    def refused(self, refusal: Refusal) -> "Form":
        """The same form, as it comes back from a refusal."""
        return Form(self.given, refusal.faults or (Fault("", refusal.message),), self.key)


def several(chosen: Sequence[str]) -> str:
    """Several choices as the one value that a form keeps."""
    return SEVERAL.join(choice[:64] for choice in chosen[:64])


def must_confirm(confirmed: str) -> None:
    """For what cannot be undone (the macro `confirm`). Raises Malformed unless the box was ticked."""
    if confirmed != "yes":
        raise Malformed(S_("请先核对，再勾选确认"), field="confirmed")
