"""A project as an OCDS 1.1 release package (Open Contracting Data Standard): buyer, tender, award, contract, payments."""

import json
from datetime import date
from typing import Any

from services.disclosure.settings import Settings
from services.disclosure.store import Project
from services.disclosure.views import ProjectView
from shared.money import FEN_PER_YUAN

PREFIX = "ocds-qiao00"
DOCUMENTS = {"award": "awardNotice", "contract": "contractNotice"}
METHODS = {
    "open_tender": "open",
    "invited_tender": "selective",
    "competitive_negotiation": "selective",
    "competitive_consultation": "selective",
    "inquiry": "selective",
    "single_source": "direct",
}


def package(view: ProjectView, settings: Settings) -> str:
    """JSON text; the same record gives the same bytes."""
    project = view.project
    published = _instant(view.updated_on or project.opened_on)
    base = settings.public_url or "https://example.org"
    document = {
        "uri": f"{base}/projects/{project.slug}.json",
        "version": "1.1",
        "publishedDate": published,
        "publisher": {"name": settings.organiser},
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "releases": [_release(view, published, base)],
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def _release(view: ProjectView, published: str, base: str) -> dict[str, Any]:
    project = view.project
    release: dict[str, Any] = {
        "ocid": f"{PREFIX}-{project.slug}",
        "id": f"{project.slug}-{published}",
        "date": published,
        "language": "zh",
        "tag": ["compiled"],
        "initiationType": "tender",
        "parties": _parties(project),
        "buyer": _reference("buyer", project.buyer),
        "planning": {"budget": {"description": "部门预算中的购买服务项目", "amount": _value(project.budget)}},
        "tender": _tender(view, base),
    }
    if project.provider and project.amount is not None:
        supplier = [_reference(project.provider_uscc, project.provider)]
        release["awards"] = [{"id": "award-1", "status": "active", "value": _value(project.amount), "suppliers": supplier}]
    if project.signed_on is not None and project.amount is not None:
        release["contracts"] = [_contract(view)]
    return release


def _parties(project: Project) -> list[dict[str, Any]]:
    parties: list[dict[str, Any]] = [
        {"id": "buyer", "name": project.buyer, "roles": ["buyer", "payer"]},
        {"id": "procuring-entity", "name": project.procuring_entity, "roles": ["procuringEntity"]},
    ]
    if project.provider:
        identifier = {"scheme": "CN-USCC", "id": project.provider_uscc, "legalName": project.provider}
        parties.append({"id": project.provider_uscc, "name": project.provider, "identifier": identifier, "roles": ["supplier", "payee"]})
    return parties


def _tender(view: ProjectView, base: str) -> dict[str, Any]:
    project = view.project
    tender: dict[str, Any] = {
        "id": project.project_no,
        "title": project.title,
        "status": "complete" if project.provider else "active",
        "value": _value(project.budget),
        "mainProcurementCategory": "services",
        "procuringEntity": _reference("procuring-entity", project.procuring_entity),
        "documents": [
            {
                "id": str(notice.id),
                "documentType": "awardNotice"
                if notice.kind == "award"
                else "contractNotice"
                if notice.kind == "contract"
                else "tenderNotice",
                "title": notice.title,
                "url": f"{base}{notice.path}",
                "datePublished": _instant(notice.published_on or notice.arose_on),
                "format": "text/html",
                "language": "zh",
            }
            for notice in view.notices
        ],
    }
    if project.method:
        tender |= {
            "procurementMethod": METHODS[project.method],
            "procurementMethodDetails": project.method,
            "procurementMethodRationale": f"{project.method_reason}（{project.method_article}）",
        }
    if project.bidders is not None:
        tender["numberOfTenderers"] = project.bidders
    return tender


def _contract(view: ProjectView) -> dict[str, Any]:
    project = view.project
    return {
        "id": project.contract_no,
        "awardID": "award-1",
        "status": "terminated" if project.closed_on else "active",
        "period": {"startDate": _instant(project.starts_on), "endDate": _instant(project.ends_on)},
        "value": _value(project.amount or 0),
        "dateSigned": _instant(project.signed_on),
        "implementation": {
            "transactions": [
                {
                    "id": str(payment.id),
                    "date": _instant(payment.paid_on),
                    "value": _value(payment.amount),
                    "payer": _reference("buyer", project.buyer),
                    "payee": _reference(project.provider_uscc, project.provider),
                }
                for payment in view.payments
            ]
        },
    }


def _reference(id: str, name: str) -> dict[str, str]:
    return {"id": id, "name": name}


def _value(fen: int) -> dict[str, Any]:
    """Yuan; whole where they are whole."""
    amount = fen // FEN_PER_YUAN if fen % FEN_PER_YUAN == 0 else fen / FEN_PER_YUAN
    return {"amount": amount, "currency": "CNY"}


def _instant(day: date | None) -> str:
    """Midnight in Beijing, as the standard wants an instant where offices know a day."""
    return f"{day or date.min}T00:00:00+08:00"
