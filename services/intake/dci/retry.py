"""What could not be answered or delivered, once more, when the administrator says so."""

from uuid import UUID

from services.intake.store import PartnerCallback, PartnerMessage
from shared.errors import WrongState
from shared.work import Work


class NotUndelivered(WrongState):
    """It was delivered meanwhile, waits already, or was kept long enough and destroyed."""

    code = "not-undelivered"


def deliver_again(callback_id: UUID, *, work: Work) -> None:
    """Raises NotUndelivered."""
    row = work.get(PartnerCallback, callback_id)
    _check(row)
    work.about("partner_callback", row.id)
    row.status, row.tries, row.due_at, row.ended_at = "waiting", 0, work.now, None


def answer_again(message_id: UUID, *, work: Work) -> None:
    """Raises NotUndelivered."""
    row = work.get(PartnerMessage, message_id)
    _check(row)
    work.about("partner_message", row.id)
    row.status, row.tries, row.due_at = "rcvd", 0, None


def _check(row: PartnerCallback | PartnerMessage) -> None:
    if row.status != "dead":
        raise NotUndelivered("已在处理或已送达，无需重试")
    if row.wrapped_key is None:
        raise NotUndelivered("内容已经销毁，不能再发；对方可以用新的消息再次查询")
