"""A project as an OCDS 1.1 release package (Open Contracting Data Standard): buyer, tender, award, contract, payments."""

import json
from datetime import date
from typing import Any, Final

from services.disclosure.settings import Settings
from services.disclosure.store import Project, Publication
from services.disclosure.views.project import Contract, Instalment, ProjectView
from shared.money import FEN_PER_YUAN

DOCUMENTS: Final = {
    "budget": "procurementPlan",
    "catalogue": "procurementPlan",
    "requirement_opinion": "needsAssessment",
    "award": "awardNotice",
    "contract": "contractNotice",
    "acceptance": "completionCertificate",
    "audit": "finalAudit",
}
"""OCDS document types; every other notice is about the tender."""

METHODS: Final = {
    "open_tender": "open",
    "invited_tender": "selective",
    "competitive_negotiation": "limited",
    "competitive_consultation": "limited",
    "inquiry": "limited",
    "single_source": "direct",
}


def package(view: ProjectView, settings: Settings) -> str:
    """JSON text; the same record gives the same bytes."""
    project = view.project
    published = _instant(view.updated_on or project.opened_on)
    base = settings.address()
    document = {
        "uri": f"{base}/projects/{project.slug}.json",
        "version": "1.1",
        "publishedDate": published,
        "publisher": {"name": settings.organiser},
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "releases": [_release(view, published, base, settings)],
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def _release(view: ProjectView, published: str, base: str, settings: Settings) -> dict[str, Any]:
    project = view.project
    known = sum(len(lines) for _, lines in view.years)
    release: dict[str, Any] = {
        "ocid": f"{settings.ocid_prefix}-{project.slug}",
        "id": f"{project.slug}-{known}",
        "date": published,
        "language": "zh",
        "tag": _tags(view),
        "initiationType": "tender",
        "parties": _parties(view),
        "buyer": _reference("buyer", project.buyer),
        "planning": {"budget": {"description": "部门预算中的购买服务项目", "amount": _value(project.budget)}},
        "tender": _tender(view, base),
    }
    if view.provider is not None and project.amount is not None:
        supplier = [_reference(view.provider.uscc, view.provider.name)]
        release["awards"] = [{"id": "award-1", "status": "active", "value": _value(project.amount), "suppliers": supplier}]
    if view.contract is not None:
        release["contracts"] = [_contract(view, view.contract)]
    return release


def _tags(view: ProjectView) -> list[str]:
    tags = ["planning", "tender"]
    tags += ["award"] if view.provider is not None else []
    tags += ["contract"] if view.contract is not None else []
    return tags + (["implementation"] if view.payments else [])


def _parties(view: ProjectView) -> list[dict[str, Any]]:
    parties: list[dict[str, Any]] = [
        {"id": "buyer", "name": view.project.buyer, "roles": ["buyer", "payer"]},
        {"id": "procuring-entity", "name": view.project.procuring_entity, "roles": ["procuringEntity"]},
    ]
    if (provider := view.provider) is not None:
        identifier = {"scheme": "CN-USCC", "id": provider.uscc, "legalName": provider.name}
        parties.append({"id": provider.uscc, "name": provider.name, "identifier": identifier, "roles": ["supplier", "payee"]})
    return parties


def _tender(view: ProjectView, base: str) -> dict[str, Any]:
    project = view.project
    tender: dict[str, Any] = {
        "id": project.project_no,
        "title": project.title,
        "status": "complete" if view.provider is not None else "active",
        "value": _value(project.budget),
        "mainProcurementCategory": "services",
        "procuringEntity": _reference("procuring-entity", project.procuring_entity),
        "documents": [_document(notice, base) for notice in view.notices],
    }
    if view.decisions:
        latest = view.decisions[-1]
        tender |= {
            "procurementMethod": METHODS[latest.method],
            "procurementMethodDetails": latest.method,
            "procurementMethodRationale": f"{latest.reason}（{latest.article}）",
        }
    if view.bidders is not None:
        tender["numberOfTenderers"] = view.bidders
    return tender


def _document(notice: Publication, base: str) -> dict[str, Any]:
    return {
        "id": str(notice.id),
        "documentType": DOCUMENTS.get(notice.kind, "tenderNotice"),
        "title": notice.title,
        "url": f"{base}{notice.path}",
        "datePublished": _instant(notice.published_on or notice.arose_on),
        "format": "text/html",
        "language": "zh",
    }


def _contract(view: ProjectView, contract: Contract) -> dict[str, Any]:
    project = view.project
    return {
        "id": contract.contract_no,
        "awardID": "award-1",
        "status": "terminated" if project.closed_on else "active",
        "period": {"startDate": _instant(contract.starts_on), "endDate": _instant(contract.ends_on)},
        "value": _value(contract.amount),
        "dateSigned": _instant(contract.signed_on),
        "milestones": [_milestone(each) for each in view.money.instalments],
        "implementation": {"transactions": _transactions(view, project)},
    }


def _milestone(each: Instalment) -> dict[str, Any]:
    milestone: dict[str, Any] = {
        "id": each.code,
        "title": each.title,
        "type": "payment",
        "status": "met" if each.verified_on else "scheduled",
    }
    return milestone | ({"dateMet": _instant(each.verified_on)} if each.verified_on else {})


def _transactions(view: ProjectView, project: Project) -> list[dict[str, Any]]:
    payee = {"payee": _reference(view.provider.uscc, view.provider.name)} if view.provider is not None else {}
    return [
        {
            "id": str(payment.id),
            "date": _instant(payment.paid_on),
            "value": _value(payment.amount),
            "payer": _reference("buyer", project.buyer),
            **payee,
        }
        for payment in view.payments
    ]


def _reference(id: str, name: str) -> dict[str, str]:
    return {"id": id, "name": name}


def _value(fen: int) -> dict[str, Any]:
    """Yuan; whole where they are whole."""
    amount = fen // FEN_PER_YUAN if fen % FEN_PER_YUAN == 0 else fen / FEN_PER_YUAN
    return {"amount": amount, "currency": "CNY"}


def _instant(day: date) -> str:
    """Midnight in Beijing, as the standard wants an instant where offices know a day."""
    return f"{day}T00:00:00+08:00"
