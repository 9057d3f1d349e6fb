"""A finding (问题) is answered by whom it concerns and closed by who issued it; it never costs points by itself."""

from enum import StrEnum
from typing import Final, Literal

from shared.errors import Forbidden, WrongState

Party = Literal["provider", "payer", "buyer"]

ANSWERED_BY: Final[dict[str, str]] = {"provider": "provider", "payer": "finance", "buyer": "buyer"}
"""Party of a finding → the role that answers for it."""


class FindingStatus(StrEnum):
    ISSUED = "issued"
    ANSWERED = "answered"
    CLOSED = "closed"


class FindingState(WrongState):
    code = "finding-state"


class NotYourFinding(Forbidden):
    code = "not-your-finding"


def check_may_answer(status: FindingStatus, party: str, roles: frozenset[str]) -> None:
    if ANSWERED_BY[party] not in roles:
        raise NotYourFinding("该问题由责任方答复")
    if status is FindingStatus.CLOSED:
        raise FindingState("该问题已销号")


def check_may_close(status: FindingStatus, *, answered_by: str, account: str) -> None:
    if status is not FindingStatus.ANSWERED:
        raise FindingState("该问题尚未答复或已经销号")
    if answered_by == account:
        raise NotYourFinding("答复人不得自行复核销号")
