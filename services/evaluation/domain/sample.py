"""Drawing the recipients who are asked (D5): anybody with the same list and seed draws the same people."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from shared.errors import RuleRefusal

SHORTEST_SEED = 8


class SampleRefused(RuleRefusal):
    code = "sample"


@dataclass(frozen=True, slots=True)
class Drawn:
    group: str
    position: int
    recipient_id: UUID


def draw(frame: Mapping[str, Sequence[UUID]], *, per_group: int, seed: str) -> list[Drawn]:
    """Of each group the `per_group` recipients who come first in the order of HMAC-SHA256(seed, id); all of a smaller group."""
    if len(seed) < SHORTEST_SEED:
        raise SampleRefused(f"抽样种子至少 {SHORTEST_SEED} 个字符", field="seed")
    if per_group < 1:
        raise SampleRefused("每组至少抽取 1 人", field="per_group")
    if not any(frame.values()):
        raise SampleRefused("没有可抽取的服务对象：尚未收到个案建立的消息")
    return [
        Drawn(group, position, recipient_id)
        for group in sorted(frame)
        for position, recipient_id in enumerate(_shuffled(frame[group], seed)[:per_group], start=1)
    ]


def proof(drawn: Sequence[Drawn], seed: str) -> str:
    """SHA-256 over seed and list: who has both can show that nobody was exchanged afterwards."""
    lines = [seed, *(f"{one.group} {one.position} {one.recipient_id}" for one in drawn)]
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _shuffled(recipients: Sequence[UUID], seed: str) -> list[UUID]:
    return sorted(recipients, key=lambda recipient_id: hmac.digest(seed.encode(), recipient_id.bytes, "sha256"))
