"""What machines read beside the pages: the Atom feed, the site map, and tables as CSV."""

import csv
import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from io import StringIO
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, tostring
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from services.disclosure.labels import FACTS, KINDS
from services.disclosure.settings import Settings
from services.disclosure.store import Project, Publication
from services.disclosure.views.project import ProjectView
from services.disclosure.views.site import project_item
from services.disclosure.views.tables import BarTable
from shared.money import Fen, yuan
from shared.small_cells import Mark
from shared.web.i18n import CHINESE
from shared.web.render import Pages

ATOM = "http://www.w3.org/2005/Atom"
KEPT_BACK = {Mark.SMALL: "少于 5", Mark.WITHHELD: "不公开"}


def atom(newest: Sequence[Publication], settings: Settings) -> str:
    """The newest publications, newest first."""
    zone = ZoneInfo(settings.zone)
    feed = Element("feed", {"xmlns": ATOM, "xml:lang": CHINESE.tag})
    _child(feed, "id", _address(settings, "/feed.xml"))
    _child(feed, "title", settings.site_name)
    _child(feed, "updated", _noon(max((each.published_on for each in newest if each.published_on), default=date(2000, 1, 1)), zone))
    _child(_child(feed, "author"), "name", settings.organiser)
    _child(feed, "link", href=_address(settings, "/feed.xml"), rel="self")
    _child(feed, "link", href=_address(settings, "/"), rel="alternate")
    for publication in newest:
        entry = _child(feed, "entry")
        _child(entry, "id", f"urn:uuid:{publication.id}")
        _child(entry, "title", publication.title)
        _child(entry, "updated", _noon(publication.published_on or publication.arose_on, zone))
        _child(entry, "link", href=_address(settings, publication.path), rel="alternate")
        _child(entry, "category", term=publication.kind, label=KINDS[publication.kind])
        _child(entry, "summary", f"{KINDS[publication.kind]}，第 {publication.version} 版")
    indent(feed)
    document: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return document.decode()


def sitemap(paths: Iterable[str], settings: Settings) -> str:
    lines = [f"<url><loc>{escape(_address(settings, path))}</loc></url>" for path in paths]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        + "".join(lines)
        + "</urlset>"
    )


def projects_csv(projects: Sequence[Project]) -> str:
    """One line per project; amounts in fen as in JSON."""
    items = [project_item(each) for each in projects]
    names = list(items[0]) if items else ["id"]
    return _table(names, [[item[name] for name in names] for item in items])


def publication_json(publication: Publication, settings: Settings) -> str:
    """A publication for machines: what its page says, with nothing that the page keeps back."""
    document = {
        "id": publication.id,
        "project_id": publication.project_id,
        "kind": publication.kind,
        "title": publication.title,
        "version": publication.version,
        "reason": publication.reason,
        "published_on": publication.published_on,
        "url": _address(settings, publication.path),
        "content_sha256": publication.content_hash,
        "content": publication.content,
    }
    return json.dumps(document, ensure_ascii=False, indent=1, default=str)


def withdrawal_json(publication: Publication) -> str:
    """What is left of a withdrawn publication: that it was there, and why it is not."""
    left = {"id": publication.id, "kind": publication.kind, "title": publication.title, "withdrawn_because": publication.reason}
    return json.dumps(left, ensure_ascii=False, indent=1, default=str)


def project_csv(view: ProjectView, pages: Pages) -> str:
    """All figures of a project's page in one long table: table, row, value; a count that is kept back says why."""
    words = pages.words(CHINESE)
    rows: list[list[Any]] = [["资金", "预算（元）", yuan(Fen(view.money.budget))]]
    rows += [["资金", "合同金额（元）", yuan(Fen(view.money.amount))]] if view.money.amount is not None else []
    rows += [["拨付", f"{payment.milestone} {payment.paid_on}", yuan(Fen(payment.amount))] for payment in view.payments]
    if (found := view.statistics) is not None:
        tables = {
            "开案": found.cases,
            "服务次数": found.sessions,
            "按月服务次数": found.months,
            "结案": found.closings,
            "就业成果": found.outcomes,
        }
        rows += [[title, *line] for title, table in tables.items() for line in _lines(table)]
    for one in view.evaluation.rounds if view.evaluation else ():
        rows += [[f"评价 {one.scored_on}", dimension.name, dimension.score] for dimension in one.dimensions]
        rows += [[f"评价 {one.scored_on}", "综合得分", one.composite], [f"评价 {one.scored_on}", "等级", one.band]]
    rows += [
        ["信访（背景）", f"{petition.name} {point.label}", point.shown] for petition in view.petitions for point in petition.trend.points
    ]
    rows += [
        ["大事记", str(entry.day), words.catalogue.gettext(FACTS[entry.fact]) + (f"：{entry.detail}" if entry.detail else "")]
        for _, lines in view.years
        for entry in lines
    ]
    return _table(["表", "项", "值"], rows)


def _lines(table: BarTable) -> list[tuple[str, str]]:
    lines = [(bar.name, bar.shown) for bar in table.bars] + ([("合计", table.total)] if table.total else [])
    return [(name, KEPT_BACK[shown.mark] if shown.value is None else str(shown.value)) for name, shown in lines]


def _table(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """With the mark by which Excel knows UTF-8; a cell that a spreadsheet would run is made text."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows([[_inert("" if value is None else str(value)) for value in row] for row in rows])
    return "\ufeff" + out.getvalue()


def _inert(text: str) -> str:
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def _address(settings: Settings, path: str) -> str:
    return settings.address() + path


def _noon(day: date, zone: ZoneInfo) -> str:
    return datetime.combine(day, time(12), zone).isoformat()


def _child(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    child = SubElement(parent, name, attributes)
    child.text = text or None
    return child
