"""The dossier (服务对象资料): what a caseworker may see of a recipient, for which purpose, and until when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from shared.errors import Forbidden
from shared.rules import Rule
from shared.sentences import S_

OPENING: Final = "open_case"

_CONTACT: Final = ("name", "sex", "phone", "address", "division")
_SITUATION: Final = (
    "birth",
    "group",
    "living_members",
    "needs",
    "is_pupil",
    "has_single_parent",
    "disability_kind",
    "disability_level",
    "illness",
    "guardian",
)
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    OPENING: (*_CONTACT, *_SITUATION),
    "plan": ("name", "sex", "division", *_SITUATION),
    "visit": _CONTACT,
    "crisis": (*_CONTACT, *_SITUATION),
    "review": ("sex", "division", *_SITUATION),
}
"""The least that each purpose needs (PIPL art 6); the identity number leaves intake for none of them."""
MEANS: Final = frozenset({"income", "bank_balance", "deposits", "securities", "insurance", "property", "housing_title", "vehicles", "tax"})
"""What the county checks of a family's means (家庭经济状况核对); no agency is told of it, for no purpose."""


class DossierRefused(Forbidden):
    """`why` is a code of `labels.DOSSIER_REFUSAL`, for the log that the person may see; the message is for the asker."""

    code = "dossier-refused"

    def __init__(self, message: str, *, why: str) -> None:
        super().__init__(message)
        self.why = why


@dataclass(frozen=True, slots=True)
class Standing:
    """What intake's own rows say of a recipient, a contract and an assignment. None where there is no such row."""

    contract_id: UUID
    """The contract under which the recipient is served."""
    has_consent: bool
    withdrawn_on: date | None
    starts_on: date
    ends_on: date
    closed_on: date | None
    """The project's closing; nothing is read after it."""
    case_id: UUID | None
    worker_id: UUID | None
    case_closed_on: date | None


def check_may_see(standing: Standing, *, contract_id: UUID, case_id: UUID, worker_id: UUID, purpose: str, on: date) -> None:
    """Raises DossierRefused. The asker's word counts for nothing here: only intake's rows do (decision 18)."""
    if standing.contract_id != contract_id:
        raise DossierRefused(S_("该服务对象不在此合同之下"), why="other_contract")
    if not standing.has_consent or standing.withdrawn_on is not None:
        why = "no_consent" if standing.withdrawn_on is None else "withdrawn"
        raise DossierRefused(S_("该服务对象没有有效的知情同意，或已退出"), why=why)
    if on < standing.starts_on:
        raise DossierRefused(S_("合同期自 {starts_on} 开始，此前不能调取资料", starts_on=standing.starts_on), why="before_term")
    if on > standing.ends_on or standing.closed_on is not None:
        raise DossierRefused(S_("合同期已于 {ends_on} 届满，资料权限随之终止", ends_on=standing.ends_on), why="after_term")
    if standing.case_id is None:
        if purpose != OPENING:
            raise DossierRefused(S_("该服务对象尚未接案，只能为接案调取资料"), why="no_case")
        return
    if standing.case_id != case_id or standing.worker_id != worker_id:
        raise DossierRefused(S_("该服务对象由其他社工负责"), why="other_worker")
    if standing.case_closed_on is not None and purpose != "review":
        raise DossierRefused(S_("个案已结案，只能为评估复核调取资料"), why="case_closed")


def check_asked(fields: Sequence[str], purpose: str, means: Rule) -> None:
    """Raises DossierRefused for whatever the purpose does not need; `means` is the rule on who checks a family's means."""
    if MEANS & set(fields):
        raise DossierRefused(
            S_("承接机构不得查询家庭经济状况：{text_zh}（{citation_zh}）", text_zh=means.text_zh, citation_zh=means.citation), why="means"
        )
    if beyond := [field for field in fields if field not in FIELDS[purpose]]:
        raise DossierRefused(
            S_("该用途不需要这些资料：{fields}；可以调取：{needed}", fields=beyond, needed=FIELDS[purpose]), why="beyond_purpose"
        )


def excerpt(dossier: Mapping[str, Any], purpose: str, asked: Sequence[str] = ()) -> dict[str, Any]:
    """The fields of the dossier that the purpose needs, that are asked for and that are known."""
    fields = [field for field in FIELDS[purpose] if not asked or field in asked]
    return {field: dossier[field] for field in fields if dossier.get(field) not in (None, "")}
