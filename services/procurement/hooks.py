"""Where plugins may join procurement. Plugins get values and return values; they cannot write."""

from services.procurement.domain.draw import PoolEntry
from services.procurement.domain.matter import Matter, NegativeFinding
from services.procurement.domain.method import MethodTerms
from services.procurement.domain.milestone import Progress
from services.procurement.domain.ranking import Offer, Ranked
from services.procurement.domain.recusal import Circumstances, ExpertFacts
from shared.events.procurement import MilestoneTerms, Scheme
from shared.plugins import hookspec as hookspec_of
from shared.rules import Rule

__all__ = [
    "Circumstances",
    "ExpertFacts",
    "Matter",
    "MethodTerms",
    "MilestoneTerms",
    "NegativeFinding",
    "Offer",
    "PoolEntry",
    "Progress",
    "Ranked",
    "Rule",
    "Scheme",
    "method_terms",
    "milestone_objections",
    "negative_findings",
    "ranking",
    "recusals",
]

hookspec = hookspec_of("procurement")


@hookspec.first
def method_terms(method: str) -> MethodTerms | None:
    """By which periods, panel and ranking is this method (采购方式) run?

    The first answer counts; None leaves the method to the next plugin. If nobody answers, the method cannot be used.
    """


@hookspec.first
def ranking(method: str, offers: tuple[Offer, ...], price_weight: int) -> tuple[Ranked, ...] | None:
    """In which order do the responsive offers stand?

    The first answer counts; None leaves the method to the next plugin. If nobody answers, there is no award.
    """


@hookspec
def recusals(expert: ExpertFacts, circumstances: Circumstances) -> list[str] | None:
    """Why must this expert stay out of the draw (回避)?

    All answers count: one reason excludes, and all are published in the record of the draw. An empty answer means: no reason.
    """


@hookspec
def negative_findings(matter: Matter, rule: Rule) -> list[NegativeFinding] | None:
    """Which categories of the negative list of that date does this matter look like?

    All answers count and are held against the project. An empty answer means: none.
    """


@hookspec
def milestone_objections(terms: MilestoneTerms, progress: Progress, scheme: Scheme) -> list[str] | None:
    """Which conditions of this milestone are not met?

    All answers count: one condition blocks the milestone, and all are shown. An empty answer means: everything is met.
    """
