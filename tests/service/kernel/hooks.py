"""What the library asks its plugins."""

from shared.plugins import hookspec as hookspec_of

hookspec = hookspec_of("intake")


@hookspec
def objections(title: str) -> list[str] | None:
    """Why may this book not be lent?

    All answers count; an empty answer means no objection.
    """
