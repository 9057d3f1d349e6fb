"""What the services say at the end of the play. Every number is read back from them; nothing is the player's own count."""

from collections.abc import Iterator
from time import monotonic
from typing import Any

from pydantic import BaseModel, Field

from shared.demo.figures import FINAL, GROUPS, MID, Figures, Sheets
from shared.demo.stage import Stage

Found = dict[str, Any]
QUIET_SECONDS = 1.5
"""An event that is heard may make a service say another; without news for this long, none is on its way."""


class Report(BaseModel):
    """The play in figures, as `qiao demo --report` writes it."""

    scale: float
    buyer: str
    procuring_entity: str
    population: Found
    screening: Found
    procurement: Found
    casework: Found
    evaluation: Found
    disclosure: Found
    petitions: Found
    events: Found
    trace_id: str
    seconds: dict[str, float]
    faults: list[str] = Field(default_factory=list)
    """What is not as the case says; empty after a faithful play."""


def read(stage: Stage) -> Report:
    """Ask each service for its figures, the public ones as anybody would, when nothing is on its way any more."""
    events = _events(stage)
    intake = stage.desk("intake", "auditor").get(f"/api/v1/programmes/{stage.ids['programme']}/report")
    bought = stage.desk("procurement", "auditor").get(f"/api/v1/projects/{stage.ids['project']}/summary")
    served = stage.desk("casework", "auditor").get(f"/api/v1/contracts/{stage.ids['contract']}/summary")
    rounds = list(stage.desk("evaluation", "auditor").every("/api/v1/rounds", contract_id=stage.ids["contract"]))
    public = stage.visitor("disclosure").get("/api/v1/public/summary")
    found = {
        "buyer": bought["buyer"],
        "procuring_entity": bought["procuring_entity"],
        "population": intake["population"],
        "screening": intake["screening"],
        "procurement": bought["procurement"],
        "casework": {name: served[name] for name in ("cases", "workers", "sessions", "outcomes", "closings")},
        "evaluation": {"rounds": [{name: row[name] for name in ("kind", "dimensions", "composite", "band")} for row in rounds]},
        "disclosure": {"publications": public["publications"], "urls": public["urls"]},
        "petitions": public["petitions"],
        "events": events,
    }
    return Report(
        **found, scale=stage.figures.scale, trace_id=stage.trace_id, seconds={}, faults=list(faults(found, expected(stage.figures)))
    )


def _events(stage: Stage) -> Found:
    """What all services together have said and heard, once nothing is kept and nobody has said or heard anything new for a while."""
    before, since = Found(), monotonic()

    def counts() -> Found | None:
        nonlocal before, since
        each = [stage.admin(service).get("/-/events") for service in stage.endpoints]
        together = {name: sum(one[name] for one in each) for name in each[0]}
        if together != before:
            before, since = together, monotonic()
        return together if not together["kept"] and monotonic() - since > QUIET_SECONDS else None

    return stage.until("全部事件送达", counts)


def expected(figures: Figures) -> Found:
    """What a report of a play at this scale must say."""
    census, total = figures.census, figures.census.total
    return {
        "buyer": "黄石市民政局",
        "procuring_entity": "黄石市社会救助局",
        "population": {
            "people": total.people,
            "aged_60_plus": total.elders,
            "disabled": total.disabled,
            "minors": total.minors,
            "seriously_ill": total.ill,
            "surveyed": census.surveyed,
            "files": census.files,
        },
        "screening": {
            code: {
                "eligible": census.eligible[code],
                "selected": figures.quota,
                "reserve": figures.reserve,
                "replaced": figures.refusals[code],
            }
            for code in GROUPS
        },
        "procurement": {
            "methods": ["open_tender", "competitive_negotiation"],
            "failed_bids": 1,
            "bidders_at_deadline": 2,
            "conversion_approved_on": "2016-07-27",
            "panel": {"size": 5, "experts": 4, "legal": 1},
            "amount_fen": figures.amount_fen,
            "payments_fen": list(figures.payments_fen.values()),
            "payments_by_year_fen": figures.payments_by_year_fen,
        },
        "casework": {
            "cases": figures.recipients,
            "workers": figures.workers,
            "sessions": figures.sessions,
            "outcomes": {kind: figures.outcomes_of(kind) for kind in ("welfare_enterprise", "self_employed")},
            "closings": {reason: count for reason, count in figures.closings.items() if count},
        },
        "evaluation": {"rounds": [_round(figures, "mid", MID), _round(figures, "final", FINAL)]},
        "petitions": {
            "2016": {"cases": {"value": 120, "qualifier": ""}, "people": {"value": 200, "qualifier": "近"}},
            "2017": {"cases": {"value": 50, "qualifier": ""}, "people": {"value": 87, "qualifier": ""}},
        },
        "events": {"dead_lettered": 0},
    }


def faults(found: Found, wanted: Found, where: str = "") -> Iterator[str]:
    """Each figure that is not as it should be, in words."""
    for key, value in wanted.items():
        place, there = f"{where}{key}", found.get(key)
        if isinstance(value, dict):
            yield from faults(there if isinstance(there, dict) else {}, value, f"{place}.")
        elif isinstance(value, list) and isinstance(there, list) and len(value) == len(there) and value and isinstance(value[0], dict):
            for number, (one, other) in enumerate(zip(there, value, strict=True)):
                yield from faults(one, other, f"{place}[{number}].")
        elif there != value:
            yield f"{place}：应为 {value}，实为 {there}"


def _round(figures: Figures, kind: str, sheets: Sheets) -> Found:
    """Exact as text; the composite has at least three decimals."""
    composite = figures.composite(sheets)
    digits = max(3, -int(composite.normalize().as_tuple().exponent))
    return {"kind": kind, "composite": f"{composite:.{digits}f}", "band": figures.band(sheets)}
