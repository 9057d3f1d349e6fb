"""需求分：入户调查七项需求程度之和，重度残疾（含三级智力、精神）另加 2 分。

Everything in it was seen at the door or stands on a card, so that a person can be told each point.
"""

from services.intake.hooks import PersonFacts
from shared.plugins import hookimpl

SEVERE_DISABILITY_POINTS = 2


@hookimpl
def need(people: tuple[PersonFacts, ...]) -> tuple[int, ...]:
    return tuple(sum(person.needs) + SEVERE_DISABILITY_POINTS * person.is_severely_disabled for person in people)
