"""Needs found in a case or at a visit (发现报告): reported to intake in codes; what was seen stays here, sealed."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from services.casework.actions.cases import check_own
from services.casework.domain.need import DUTIES, NeedRefused, check_found, urgency_of
from services.casework.store import Contract, Enrolment, NeedReport, PersonKey, PersonSecret, keep_secret, reached_case, readable_contract
from shared.access import Actor
from shared.divisions import contains
from shared.events.casework import NeedDiscovered, NeedKind, NeedUrgency
from shared.personal import Keyring
from shared.rules import Rules
from shared.work import Work


def report_need(
    case_id: UUID,
    *,
    about: Literal["recipient", "household"],
    kind: NeedKind,
    urgency: NeedUrgency,
    found_on: date,
    seen: str,
    work: Work,
    today: date,
    actor: Actor,
    rules: Rules,
    keyring: Keyring,
) -> dict[str, Any]:
    """Report what was found of a recipient, or of somebody in the recipient's household."""
    case = reached_case(work, case_id, actor)
    work.about("case", case_id)
    contract = readable_contract(work, case.contract_id, actor)
    check_own(work, case, actor)
    withdrawn_on = work.get(Enrolment, case.recipient_id).withdrawn_on
    check_found(found_on, contract.term(), kind=kind, withdrawn_on=withdrawn_on, today=today)
    report = NeedReport(
        contract_id=contract.id,
        case_id=case_id,
        recipient_id=case.recipient_id,
        about=about,
        kind=kind,
        urgency=_urgency(kind, urgency, contract, rules),
        division=case.division,
        found_on=found_on,
        reported_by=actor.account,
        reported_on=today,
        reported_at=work.now,
    )
    if about == "recipient":
        secret = keep_secret(case.recipient_id, report.id, reader=work, keyring=keyring, seen=seen)
        work.add(report, secret)
    else:
        _keep_apart(report, seen, work, keyring)
    return _tell(report, contract, work, rules)


def report_need_of_another(
    contract_id: UUID,
    *,
    division: str,
    kind: NeedKind,
    urgency: NeedUrgency,
    found_on: date,
    seen: str,
    work: Work,
    today: date,
    actor: Actor,
    rules: Rules,
    keyring: Keyring,
) -> dict[str, Any]:
    """Report what was found of somebody who is nobody's recipient; all that others are told is where."""
    contract = readable_contract(work, contract_id, actor)
    work.about("contract", contract_id)
    check_found(found_on, contract.term(), kind=kind, withdrawn_on=None, today=today)
    if not contains(contract.division, division):
        raise NeedRefused("该地区不在合同服务范围内", field="division")
    report = NeedReport(
        contract_id=contract_id,
        about="other",
        kind=kind,
        urgency=_urgency(kind, urgency, contract, rules),
        division=division,
        found_on=found_on,
        reported_by=actor.account,
        reported_on=today,
        reported_at=work.now,
    )
    _keep_apart(report, seen, work, keyring)
    return _tell(report, contract, work, rules)


def _urgency(kind: str, given: str, contract: Contract, rules: Rules) -> str:
    return urgency_of(kind, given, rules("discovered_need", division=contract.division).params["at_once"])


def _keep_apart(report: NeedReport, seen: str, work: Work, keyring: Keyring) -> None:
    """Under a key of the report's own: whom it is about is no recipient, and may ask that this alone be erased."""
    sealed = keyring.seal(report.id, {"seen": seen})
    key = PersonKey(person_id=report.id, contract_id=report.contract_id, wrapped_key=sealed.wrapped_key, wrapped_by=sealed.wrapped_by)
    work.add(report, key, PersonSecret(person_id=report.id, about=report.id, sealed=sealed.sealed))


def _tell(report: NeedReport, contract: Contract, work: Work, rules: Rules) -> dict[str, Any]:
    """Tell intake; gives the worker the report's number and, of harm, whom to call now."""
    told = report.model_dump(include={"contract_id", "recipient_id", "about", "kind", "urgency", "division", "found_on", "reported_on"})
    work.emit(NeedDiscovered(report_id=report.id, **told))
    answer: dict[str, Any] = {"id": report.id, "urgency": report.urgency, "notice": "", "rule": ""}
    if report.kind in DUTIES:
        duty = rules(report.kind, division=contract.division)
        answer |= {"notice": f"本报告不代替立即报告。{duty.params['call']}{duty.text_zh}", "rule": duty.citation}
    return answer
