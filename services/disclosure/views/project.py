"""A project's page: what is public of it now, in the order in which it is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from services.disclosure import contents, labels, store
from services.disclosure.store import Entry, Payment, Project, Publication
from services.disclosure.views.rounds import Comparison, Round, comparison, round_view
from services.disclosure.views.tables import Selection, Statistics, selection_view, statistics_view
from shared.rules import Rules
from shared.small_cells import Shown
from shared.web.charts import Point, Trend, share, trend
from shared.work import Reader


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    state: str
    """done, now or ahead."""
    on: date | None


@dataclass(frozen=True, slots=True)
class Decision:
    """How the method came about: the rule that chose it, or the approval that changed it."""

    method: str
    on: date
    reason: str
    article: str
    is_approved: bool


@dataclass(frozen=True, slots=True)
class Provider:
    name: str
    uscc: str


@dataclass(frozen=True, slots=True)
class Contract:
    contract_no: str
    amount: int
    signed_on: date
    starts_on: date
    ends_on: date
    clients_at_least: int
    published_on: date
    path: str


@dataclass(frozen=True, slots=True)
class Instalment:
    """A part of the price, what must be true before it is paid, and when it was."""

    code: str
    title: str
    amount: int
    conditions: tuple[tuple[str, int], ...]
    """A sentence of `labels.CONDITIONS` and its number."""
    verified_on: date | None
    paid_on: date | None


@dataclass(frozen=True, slots=True)
class Money:
    """Budget, price and what was paid, on one scale."""

    budget: int
    amount: int | None
    paid: int
    by_year: Mapping[int, int]
    instalments: tuple[Instalment, ...]
    amount_width: str
    paid_width: str


@dataclass(frozen=True, slots=True)
class Petition:
    """One kind of figure over the years, with its qualifier as printed."""

    name: str
    unit: str
    trend: Trend


@dataclass(frozen=True, slots=True)
class Findings:
    issued: int
    mended: int


@dataclass(frozen=True, slots=True)
class ProjectView:
    project: Project
    """For its number, title, parties, budget and days; what is not public yet is read from the other fields."""
    stage: str
    steps: tuple[Step, ...]
    decisions: tuple[Decision, ...]
    bidders: int | None
    provider: Provider | None
    contract: Contract | None
    money: Money
    payments: tuple[Payment, ...]
    population: Mapping[str, Shown]
    population_on: date | None
    selection: Selection | None
    statistics: Statistics | None
    evaluation: Comparison | None
    evaluator: Mapping[str, Any]
    findings: Findings
    draw: Publication | None
    petitions: tuple[Petition, ...]
    petition_sources: tuple[str, ...]
    notices: tuple[Publication, ...]
    years: tuple[tuple[int, tuple[Entry, ...]], ...]
    """The history by year, latest year first."""
    updated_on: date | None

    @property
    def result(self) -> Round | None:
        """The latest evaluation that is public."""
        return self.evaluation.rounds[-1] if self.evaluation else None


def project_view(reader: Reader, project: Project, rules: Rules) -> ProjectView:
    public = store.current(reader, project.id)
    kinds = {kind: [each for each in public if each.kind == kind] for kind in labels.KINDS}
    entries = [entry for entry in store.entries(reader, project.id) if _is_public(entry, kinds)]
    payments = store.payments(reader, project.id)
    rounds = sorted((round_view(each) for each in kinds["evaluation"]), key=lambda shown: shown.scored_on)
    contract = _contract(project, kinds["contract"])
    roster = store.latest_roster(reader, project.division)
    return ProjectView(
        project=project,
        stage=stage(project),
        steps=steps(project, kinds, entries),
        decisions=tuple(_decision(each) for each in project.decisions),
        bidders=project.bidders,
        provider=Provider(project.provider, project.provider_uscc) if project.is_award_public and project.provider else None,
        contract=contract,
        money=_money(project, contract, payments),
        payments=tuple(payments),
        population=contents.population(roster, rules) if roster else {},
        population_on=roster.reference_on if roster else None,
        selection=next((selection_view(each.content, each.path) for each in kinds["selection"]), None),
        statistics=next((statistics_view(each.content, each.path) for each in kinds["statistics"]), None),
        evaluation=comparison(rounds),
        evaluator=project.evaluator,
        findings=Findings(_count(entries, "finding"), _count(entries, "mended")),
        draw=next(iter(kinds[labels.DRAW]), None),
        petitions=petitions(kinds["petitions"]),
        petition_sources=tuple(dict.fromkeys(each.content["source"] for each in kinds["petitions"])),
        notices=tuple(each for each in reversed(public) if each.kind in labels.NOTICES),
        years=tuple((year, tuple(lines)) for year, lines in groupby(reversed(entries), key=lambda entry: entry.day.year)),
        updated_on=max((entry.day for entry in entries), default=None),
    )


def stage(project: Project) -> str:
    """A word of `labels.STAGES`, the one by which lists are filtered."""
    if project.closed_on is not None:
        return "closed"
    return "serving" if project.signed_on is not None else "procuring"


def steps(project: Project, kinds: Mapping[str, Sequence[Publication]], entries: Sequence[Entry]) -> tuple[Step, ...]:
    """How far the project has come, in the order of the seed: each step with the day on which it was done."""
    done = (
        project.opened_on,
        _first_day(kinds["award"] or kinds["contract"]),
        _first_day(kinds["contract"]),
        _day_of(entries, "confirmed"),
        max((date.fromisoformat(each.content["counted_on"]) for each in kinds["statistics"]), default=None),
        max(
            (date.fromisoformat(each.content["concluded_on"]) for each in kinds["evaluation"] if each.content["kind"] == "final"),
            default=None,
        ),
        _first_day(kinds["acceptance"]),
        project.closed_on,
    )
    current = next((place for place, on in enumerate(done) if on is None), len(done))
    states = ["done" if on else "now" if place == current else "ahead" for place, on in enumerate(done)]
    return tuple(Step(name, state, on) for name, state, on in zip(labels.STEPS, states, done, strict=True))


def petitions(public: Sequence[Publication]) -> tuple[Petition, ...]:
    """Years side by side for each unit; context only."""
    by_year = sorted(public, key=lambda each: int(each.content["year"]))
    found = []
    for unit, name in labels.PETITIONS.items():
        points = [
            Point(str(each.content["year"]), figure["value"], f"{figure['qualifier']}{figure['value']:,}")
            for each in by_year
            for figure in each.content["figures"]
            if figure["unit"] == unit
        ]
        if points:
            found.append(Petition(name, unit, trend(points)))
    return tuple(found)


def _is_public(entry: Entry, kinds: Mapping[str, Sequence[Publication]]) -> bool:
    """Some acts are told only when their notice is out."""
    gates = labels.TOLD_WITH.get(entry.fact, ())
    return not gates or any(kinds[kind] for kind in gates)


def _contract(project: Project, notices: Sequence[Publication]) -> Contract | None:
    if not notices or project.signed_on is None or project.starts_on is None or project.ends_on is None or project.amount is None:
        return None
    notice = notices[0]
    return Contract(
        project.contract_no,
        project.amount,
        project.signed_on,
        project.starts_on,
        project.ends_on,
        project.clients_at_least,
        notice.published_on or project.signed_on,
        notice.path,
    )


def _decision(kept: Mapping[str, Any]) -> Decision:
    approved = kept["approved_on"]
    return Decision(kept["method"], date.fromisoformat(approved or kept["decided_on"]), kept["reason"], kept["article"], bool(approved))


def _money(project: Project, contract: Contract | None, payments: Sequence[Payment]) -> Money:
    paid_on = {payment.milestone: payment.paid_on for payment in payments}
    by_year: dict[int, int] = {}
    for payment in payments:
        by_year[payment.paid_on.year] = by_year.get(payment.paid_on.year, 0) + payment.amount
    paid, amount = sum(by_year.values()), contract.amount if contract else None
    instalments = [_instalment(terms, paid_on.get(terms["code"])) for terms in project.milestones] if contract else []
    widths = (share(amount or 0, project.budget), share(paid, project.budget))
    return Money(project.budget, amount, paid, by_year, tuple(instalments), *widths)


def _instalment(terms: Mapping[str, Any], paid_on: date | None) -> Instalment:
    conditions = [(sentence, int(terms[name])) for name, sentence in labels.CONDITIONS.items() if terms.get(name)]
    conditions += [(labels.ROUND_CONDITIONS[terms["evaluation"]], 0)] if terms.get("evaluation") else []
    conditions += [(labels.ACCEPTANCE_CONDITION, 0)] if terms.get("needs_acceptance") else []
    verified = terms.get("verified_on")
    return Instalment(
        terms["code"], terms["title"], terms["amount"], tuple(conditions), date.fromisoformat(verified) if verified else None, paid_on
    )


def _first_day(public: Sequence[Publication]) -> date | None:
    return public[0].published_on if public else None


def _day_of(entries: Sequence[Entry], fact: str) -> date | None:
    return next((entry.day for entry in entries if entry.fact == fact), None)


def _count(entries: Sequence[Entry], fact: str) -> int:
    return sum(entry.fact == fact for entry in entries)
