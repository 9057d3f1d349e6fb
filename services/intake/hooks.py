"""Where a department's own rules join intake. Plugins get values and return values; they never see the store."""

from services.intake.domain.flag import FlagDefinition
from services.intake.domain.group import Condition, GroupDefinition
from services.intake.domain.partner import Partner, RegistryTerms
from services.intake.domain.person import PersonFacts
from services.intake.domain.survey_form import Choice, Question, Section
from shared.plugins import hookspec as hookspec_of

__all__ = [
    "Choice",
    "Condition",
    "FlagDefinition",
    "GroupDefinition",
    "Partner",
    "PersonFacts",
    "Question",
    "RegistryTerms",
    "Section",
    "flags",
    "groups",
    "need",
    "objections",
    "registry",
    "survey_questions",
]

hookspec = hookspec_of("intake")


@hookspec
def groups() -> list[GroupDefinition] | None:
    """Which target groups can a programme name?

    All answers count, in the order of the plugins. An empty answer means: none from me.
    """


@hookspec
def flags() -> list[FlagDefinition] | None:
    """Which flags can a person have?

    All answers count, in the order of the plugins; of two flags with one code the first stands. An empty answer means: none from me.
    """


@hookspec
def need(people: tuple[PersonFacts, ...]) -> tuple[int, ...] | None:
    """How great is each person's need, in points of this plugin?

    One number for each person, in the same order, not below 0. All answers count and are added. An empty answer adds nothing.
    """


@hookspec
def objections(person: PersonFacts) -> list[str] | None:
    """Why may this person not be enrolled?

    All answers count: one objection refuses the enrolment and is shown in Chinese. An empty answer means: no objection.
    """


@hookspec
def survey_questions() -> list[Section] | None:
    """What does a visit ask beside the fixed questions, of a household or of each member?

    All answers count, in the order of the plugins, behind the fixed sections; of two sections with one code the first stands. What is
    answered is kept sealed, with the form by which it was asked, and erased with the person; no rule of intake reads it. A question that
    is left out of a later form stays readable where it was answered. An empty answer means: none from me.
    """


@hookspec.first
def registry() -> RegistryTerms | None:
    """Which systems of other ministries may ask whether a person is registered, and on which terms?

    The first answer counts. Where nobody answers, the interface at /dci is closed.
    """
