"""What machines read beside the pages: the Atom feed, the site map, and tables as CSV."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from io import StringIO
from typing import Any
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from feedgen.feed import FeedGenerator

from services.disclosure.labels import KINDS
from services.disclosure.settings import Settings
from services.disclosure.store import Project, Publication
from services.disclosure.views import ProjectView, project_item
from shared.money import yuan


def atom(newest: Sequence[Publication], settings: Settings) -> str:
    """The newest publications, newest first."""
    zone = ZoneInfo(settings.zone)
    feed = FeedGenerator()
    feed.id(_address(settings, "/feed.xml"))
    feed.title(settings.site_name)
    feed.author({"name": settings.organiser})
    feed.link(href=_address(settings, "/feed.xml"), rel="self")
    feed.link(href=_address(settings, "/"), rel="alternate")
    feed.language("zh-CN")
    feed.updated(_noon(max((each.published_on for each in newest if each.published_on), default=date(2000, 1, 1)), zone))
    for publication in newest:
        entry = feed.add_entry(order="append")
        entry.id(f"urn:uuid:{publication.id}")
        entry.title(publication.title)
        entry.link(href=_address(settings, publication.path))
        entry.category(term=publication.kind, label=KINDS[publication.kind])
        entry.updated(_noon(publication.published_on or publication.arose_on, zone))
        entry.summary(f"{KINDS[publication.kind]}，第 {publication.version} 版")
    text: bytes = feed.atom_str(pretty=True)
    return text.decode()


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


def project_csv(view: ProjectView) -> str:
    """A project's history and payments, as a spreadsheet opens it."""
    rows: list[list[Any]] = [[entry.day, entry.fact, entry.detail] for entry in view.entries]
    rows += [[payment.paid_on, f"payment {payment.milestone}", yuan(payment.amount)] for payment in view.payments]  # type: ignore[arg-type]  # fen
    return _table(["date", "fact", "detail"], sorted(rows, key=lambda row: str(row[0])))


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
    return (settings.public_url or f"http://127.0.0.1:{settings.port or 8105}").rstrip("/") + path


def _noon(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(12), zone)
