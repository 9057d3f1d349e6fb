"""Where a department's own rules join disclosure. Plugins get values and return values."""

from shared.plugins import hookspec as hookspec_of

__all__ = ["objections"]

hookspec = hookspec_of("disclosure")


@hookspec
def objections(text: str) -> list[str] | None:
    """Why this text may not be published: sentences for people, without the finding itself.

    All answers count; an empty list or None means no objection. A notice with an objection waits for a person.
    """
