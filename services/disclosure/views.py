"""View objects: what a page shows, worked out from the record, with everything small already kept back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlmodel import col, select

from services.disclosure import labels, store
from services.disclosure.domain.statistics import Line, by_district, with_total, without_total
from services.disclosure.domain.suppression import Cell, Shown, grid, suppress
from services.disclosure.store import Entry, Payment, Project, Publication, Roster
from shared.divisions import name_of
from shared.rules import Rules
from shared.web.charts import Point, Trend, trend
from shared.work import Reader

FOLDER = Path(__file__).parent
NEWEST = 12


@dataclass(frozen=True, slots=True)
class Bar:
    """A row of a table with a bar beside its number. `width` is a percentage, "0%" where the number is not shown."""

    name: str
    shown: Shown
    width: str


@dataclass(frozen=True, slots=True)
class BarTable:
    """A column of counts with its total, as a table that is its own chart."""

    bars: tuple[Bar, ...]
    total: Shown | None

    @property
    def is_suppressed(self) -> bool:
        """Whether anything was kept back, so that the page says why."""
        return any(bar.shown.value is None for bar in self.bars)


@dataclass(frozen=True, slots=True)
class Dimension:
    name: str
    score: Decimal
    weight: int
    weighted: Decimal
    sheets: int
    width: str


@dataclass(frozen=True, slots=True)
class Round:
    """One evaluation as released."""

    kind: str
    path: str
    scored_on: date
    composite: str
    band: str
    dimensions: tuple[Dimension, ...]
    satisfaction: str
    sampled: int
    answered: int
    scheme_hash: str


@dataclass(frozen=True, slots=True)
class Statistics:
    """What the service did, as released."""

    cases: BarTable
    sessions: BarTable
    outcomes: BarTable
    closings: BarTable
    workers: int
    activities: int
    files: int
    people: int


@dataclass(frozen=True, slots=True)
class District:
    name: str
    cells: tuple[Shown, ...]
    total: Shown


@dataclass(frozen=True, slots=True)
class SelectionView:
    """The screening as released: criteria, proof, and counts by group and district."""

    path: str
    screened_on: date
    objections_until: date
    seed: str
    inputs_hash: str
    list_hash: str
    distinct_eligible: int
    groups: tuple[Mapping[str, Any], ...]
    criteria: tuple[str, ...]
    districts: tuple[District, ...]
    columns: tuple[str, ...]
    totals: tuple[Shown, ...]
    total: Shown
    is_suppressed: bool


@dataclass(frozen=True, slots=True)
class Petition:
    """One kind of figure over the years, with its qualifier as printed."""

    name: str
    trend: Trend
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    state: str
    """done, now or ahead."""


@dataclass(frozen=True, slots=True)
class ProjectView:
    project: Project
    steps: tuple[Step, ...]
    entries: tuple[Entry, ...]
    payments: tuple[Payment, ...]
    paid_by_year: Mapping[int, int]
    notices: tuple[Publication, ...]
    draw: Publication | None
    selection: SelectionView | None
    rounds: tuple[Round, ...]
    statistics: Statistics | None
    petitions: tuple[Petition, ...]
    roster: Roster | None
    updated_on: date | None

    @property
    def paid(self) -> int:
        return sum(payment.amount for payment in self.payments)


@dataclass(frozen=True, slots=True)
class PublicationView:
    publication: Publication
    project: Project | None
    versions: tuple[Publication, ...]
    selection: SelectionView | None = None
    round: Round | None = None
    statistics: Statistics | None = None
    petition: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class HomeView:
    projects: tuple[Project, ...]
    newest: tuple[Publication, ...]
    project_count: int
    budget: int
    paid: int
    publication_count: int


def project_view(reader: Reader, project: Project, rules: Rules) -> ProjectView:
    public = store.current(reader, project.id)
    by_kind = {kind: [each for each in public if each.kind == kind] for kind in labels.KINDS}
    rounds = tuple(sorted((round_view(each) for each in by_kind["evaluation"]), key=lambda shown: shown.scored_on))
    payments = tuple(store.payments(reader, project.id))
    paid_by_year: dict[int, int] = {}
    for payment in payments:
        paid_by_year[payment.paid_on.year] = paid_by_year.get(payment.paid_on.year, 0) + payment.amount
    entries = tuple(store.entries(reader, project.id))
    return ProjectView(
        project=project,
        steps=steps(project, has_selection=bool(by_kind["selection"]), rounds=len(rounds), has_cases=bool(by_kind["statistics"])),
        entries=entries,
        payments=payments,
        paid_by_year=paid_by_year,
        notices=tuple(each for each in public if each.kind in labels.NOTICES),
        draw=next(iter(by_kind[labels.DRAW]), None),
        selection=next((selection_view(each, rules) for each in by_kind["selection"]), None),
        rounds=rounds,
        statistics=next((statistics_view(each, rules) for each in by_kind["statistics"]), None),
        petitions=petitions(by_kind["petitions"]),
        roster=store.latest_roster(reader, project.division),
        updated_on=max((entry.day for entry in entries), default=None),
    )


def steps(project: Project, *, has_selection: bool, rounds: int, has_cases: bool) -> tuple[Step, ...]:
    """How far the project has come, in the order of the seed."""
    done = (
        True,
        bool(project.provider),
        project.signed_on is not None,
        has_selection,
        has_cases or rounds > 1,
        rounds > 1,
        project.accepted_on is not None,
        project.closed_on is not None,
    )
    current = next((place for place, is_done in enumerate(done) if not is_done), len(done))
    return tuple(Step(name, "done" if done[place] else "now" if place == current else "ahead") for place, name in enumerate(labels.STEPS))


def publication_view(reader: Reader, publication: Publication, rules: Rules) -> PublicationView:
    from_kind: dict[str, Any] = {}
    if publication.kind == "selection":
        from_kind["selection"] = selection_view(publication, rules)
    elif publication.kind == "evaluation":
        from_kind["round"] = round_view(publication)
    elif publication.kind == "statistics":
        from_kind["statistics"] = statistics_view(publication, rules)
    elif publication.kind == "petitions":
        figures = publication.content["figures"]
        from_kind["petition"] = tuple(
            (labels.PETITIONS.get(each["name"], each["name"]), f"{each['qualifier']}{each['value']}", each["unit"]) for each in figures
        )
    return PublicationView(
        publication=publication,
        project=reader.find(Project, publication.project_id),
        versions=tuple(versions(reader, publication)),
        **from_kind,
    )


def versions(reader: Reader, publication: Publication) -> list[Publication]:
    statement = select(Publication).where(Publication.kind == publication.kind, Publication.source_id == publication.source_id)
    return [each for each in reader.select(statement.order_by(col(Publication.version))) if each.published_on is not None]


def home_view(reader: Reader) -> HomeView:
    projects = reader.select(select(Project).order_by(col(Project.opened_on).desc()))
    newest = select(Publication).where(Publication.status == "published").order_by(col(Publication.published_on).desc())
    payments = reader.select(select(Payment))
    return HomeView(
        projects=tuple(projects[:NEWEST]),
        newest=tuple(reader.select(newest.limit(NEWEST))),
        project_count=len(projects),
        budget=sum(project.budget for project in projects),
        paid=sum(payment.amount for payment in payments),
        publication_count=sum(store.published_counts(reader).values()),
    )


def round_view(publication: Publication) -> Round:
    content = publication.content
    dimensions = tuple(
        Dimension(
            name=each["name"],
            score=Decimal(each["score"]),
            weight=each["weight"],
            weighted=Decimal(each["weighted"]),
            sheets=each["sheets"],
            width=f"{Decimal(each['score']):.2f}%",
        )
        for each in content["dimensions"]
    )
    return Round(
        kind=content["kind"],
        path=publication.path,
        scored_on=date.fromisoformat(content["scored_on"]),
        composite=content["composite"],
        band=content["band"],
        dimensions=dimensions,
        satisfaction=content["satisfaction"],
        sampled=content["sampled"],
        answered=content["answered"],
        scheme_hash=content["scheme_hash"],
    )


def statistics_view(publication: Publication, rules: Rules) -> Statistics:
    content = publication.content
    threshold = int(rules("small_cells").params["threshold"])
    names = {group["code"]: group["name"] for group in content["groups"]}

    def named(counts: Mapping[str, int], words: Mapping[str, str]) -> dict[str, int]:
        return {word: counts[code] for code, word in words.items() if counts.get(code)}

    return Statistics(
        cases=bar_table(*with_total(named(content["cases"], names), threshold)),
        sessions=bar_table(*with_total(named(content["sessions"], names), threshold)),
        outcomes=bar_table(without_total(named(content["outcomes"], labels.OUTCOMES), threshold), None),
        closings=bar_table(*with_total(named(content["closings"], labels.CLOSINGS), threshold)),
        workers=content["workers"],
        activities=content["activities"],
        files=content["files"],
        people=content["people"],
    )


def bar_table(lines: list[Line], total: Shown | None) -> BarTable:
    largest = max((line.shown.value or 0 for line in lines), default=0) or 1
    bars = tuple(Bar(line.name, line.shown, f"{(line.shown.value or 0) / largest * 100:.2f}%") for line in lines)
    return BarTable(bars, total)


def selection_view(publication: Publication, rules: Rules) -> SelectionView:
    content = publication.content
    codes = [group["code"] for group in content["groups"]]
    names = {group["code"]: group["name"] for group in content["groups"]}
    rows = by_district([(each["division"], each["code"], each["selected"]) for each in content["communities"]], codes)
    shown = _district_cells(rows, codes, int(rules("small_cells").params["threshold"]))
    districts = tuple(
        District(name_of(division), tuple(shown[f"{division}/{code}"] for code in codes), shown[f"total {division}"]) for division in rows
    )
    return SelectionView(
        path=publication.path,
        screened_on=date.fromisoformat(content["screened_on"]),
        objections_until=date.fromisoformat(content["objections_until"]),
        seed=content["seed"],
        inputs_hash=content["inputs_hash"],
        list_hash=content["list_hash"],
        distinct_eligible=content["distinct_eligible"],
        groups=tuple(content["groups"]),
        criteria=tuple(content["criteria"]),
        districts=districts,
        columns=tuple(names[code] for code in codes),
        totals=tuple(shown[f"column {code}"] for code in codes),
        total=shown["all"],
        is_suppressed=any(each.value is None for each in shown.values()),
    )


def _district_cells(rows: Mapping[str, Mapping[str, int]], codes: list[str], threshold: int) -> dict[str, Shown]:
    """A two-way table with all its totals, suppressed together; row totals are cells of their own."""
    row_total = {division: f"total {division}" for division in rows}
    cells = grid(rows, row_total=row_total, column_total={code: f"column {code}" for code in codes}, total="all")
    sums = [Cell(row_total[division], sum(line.values()), "sum of rows", f"row total {division}") for division, line in rows.items()]
    joined = {f"row {row_total[division]}": f"row total {division}" for division in rows}
    cells = [Cell(cell.key, cell.value, joined.get(cell.tail, cell.tail), cell.head) for cell in cells]
    return suppress([*sums, *cells], threshold)


def petitions(public: list[Publication]) -> tuple[Petition, ...]:
    """Years side by side for each figure; context only."""
    by_year = sorted(public, key=lambda each: each.content["year"])
    found = []
    for name in labels.PETITIONS:
        points = [
            Point(str(each.content["year"]), figure["value"], f"{figure['qualifier']}{figure['value']}")
            for each in by_year
            for figure in each.content["figures"]
            if figure["name"] == name
        ]
        if points:
            found.append(Petition(labels.PETITIONS[name], trend(points), tuple(dict.fromkeys(each.content["source"] for each in by_year))))
    return tuple(found)


def project_item(project: Project) -> dict[str, Any]:
    """A project as a line of a list or of a file."""
    return {
        "id": project.id,
        "project_no": project.project_no,
        "title": project.title,
        "buyer": project.buyer,
        "procuring_entity": project.procuring_entity,
        "provider": project.provider,
        "method": project.method,
        "budget_fen": project.budget,
        "contract_fen": project.amount,
        "opened_on": project.opened_on,
        "signed_on": project.signed_on,
        "closed_on": project.closed_on,
        "path": f"/projects/{project.slug}/",
    }
