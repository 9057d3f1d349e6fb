"""From the list to the service: consent (知情同意) first, then enrolment (入组)."""

from dataclasses import dataclass
from datetime import date

from services.intake.domain.guardian import CHOICES
from services.intake.domain.person import age_on
from shared.errors import Fault, RuleRefusal, WrongState
from shared.rules import Rule
from shared.sentences import S_

MOST_AT_ONCE = 200
"""Consents or enrolments in one command."""


class ConsentRefused(RuleRefusal):
    """A consent that does not count, because of how it was asked or who signed it."""

    code = "consent-refused"


class NotConsented(WrongState):
    code = "not-consented"


class NotEligible(RuleRefusal):
    """A plugin objects to the enrolment; its words are the reason."""

    code = "not-eligible"


class ContractUnknown(WrongState):
    code = "contract-unknown"


class ContractOver(RuleRefusal):
    code = "contract-over"


class TopUpOver(RuleRefusal):
    code = "top-up-over"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a candidate, or the guardian, said when asked."""

    is_given: bool
    version: str
    signed_on: date
    signer: str
    guardian_relation: str
    """A code of `guardian.CHOICES`; "" where the person signs."""
    told_no_loss: bool
    """They were told that refusing costs nothing of their assistance (PIPL art 16)."""


def ways_off(state: str, stage: str) -> tuple[str, ...]:
    """For which reasons somebody in this state leaves a list that is `proposed` or `confirmed`, before the service began.

    Whose turn it is to be asked answers on the form of consent; who has consented may take it back at any time (PIPL art 15).
    """
    own_word = {"consented": ("consent_withdrawn",), "waiting": ("refused",), "listed": ("refused",) if stage == "proposed" else ()}
    return (*own_word.get(state, ()), "moved", "died", "duplicate")


def needs_guardian(birth: date, day: date, guardian_age: Rule) -> bool:
    """Whether the guardian signs in the person's place on that day."""
    return age_on(birth, day) < int(guardian_age.params["below_age"])


def consent_faults(answer: Answer, *, birth: date, confirmed_on: date, today: date, notice: Rule, guardian_age: Rule) -> list[Fault]:
    """Everything that keeps an answer from counting; empty for one that counts. A refusal needs the same care as a consent."""
    faults = []
    if answer.version != notice.params["version"]:
        faults.append(
            Fault("version", S_("应使用现行知情同意书 {version} 版", version=notice.params["version"]), notice.id, notice.article)
        )
    if not answer.told_no_loss:
        faults.append(Fault("told_no_loss", S_("须告知本人：不同意参加不影响其享受的救助"), notice.id, notice.article))
    if not confirmed_on <= answer.signed_on <= today:
        faults.append(Fault("signed_on", S_("签署日期应在名单确认之后、登记日期之前")))
    if answer.signer == "guardian" and answer.guardian_relation not in CHOICES:
        faults.append(Fault("guardian_relation", S_("由监护人签署的，请选择监护人与本人的关系"), guardian_age.id, guardian_age.article))
    if needs_guardian(birth, answer.signed_on, guardian_age) and answer.signer != "guardian":
        below = guardian_age.params["below_age"]
        faults.append(Fault("signer", S_("不满 {age} 周岁，须由监护人签署并注明关系", age=below), guardian_age.id, guardian_age.article))
    return faults


def check_contract_term(today: date, *, signed_on: date, ends_on: date) -> None:
    """Raises ContractOver."""
    if not signed_on <= today <= ends_on:
        raise ContractOver(S_("合同期为 {signed_on} 至 {ends_on}，{today} 不能入组", signed_on=signed_on, ends_on=ends_on, today=today))


def check_top_up(today: date, until: date) -> None:
    """Raises TopUpOver."""
    if today > until:
        raise TopUpOver(S_("递补期已于 {until} 届满，不再新增服务对象", until=until))
