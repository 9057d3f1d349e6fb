"""What disclosure (信息公开) says."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from shared.events.event import Event


class PublicationMade(Event):
    """Something can be read by everybody from now on; procurement needs it to know that a contract or acceptance is public."""

    subject: ClassVar[str] = "ev.disclosure.publication.made.v1"
    aggregate_id: ClassVar[str] = "publication_id"
    publication_id: UUID
    project_id: UUID
    kind: str
    source_id: UUID
    """Id of the notice, round or programme that was published."""
    version: int
    path: str
    published_on: date
    content_hash: str
