"""The page of one publication: what it says, its versions, and how to check it."""

from dataclasses import dataclass

from sqlmodel import col, select

from services.disclosure import labels
from services.disclosure.domain.drawing import Repeated, repeat
from services.disclosure.store import Project, Publication
from services.disclosure.views.project import Petition, petitions
from services.disclosure.views.rounds import Round, round_view
from services.disclosure.views.tables import Selection, Statistics, selection_view, statistics_view
from shared.work import Reader


@dataclass(frozen=True, slots=True)
class PublicationView:
    publication: Publication
    project: Project | None
    versions: tuple[Publication, ...]
    is_notice: bool
    selection: Selection | None = None
    round: Round | None = None
    statistics: Statistics | None = None
    petitions: tuple[Petition, ...] = ()
    draw: Repeated | None = None


def publication_view(reader: Reader, publication: Publication) -> PublicationView:
    kind, content, path = publication.kind, publication.content, publication.path
    return PublicationView(
        publication=publication,
        project=reader.find(Project, publication.project_id),
        versions=tuple(versions(reader, publication)),
        is_notice=kind in labels.NOTICES,
        selection=selection_view(content, path) if kind == "selection" else None,
        round=round_view(publication) if kind == "evaluation" else None,
        statistics=statistics_view(content, path) if kind == "statistics" else None,
        petitions=petitions([publication]) if kind == "petitions" else (),
        draw=_repeated(publication) if kind == labels.DRAW and content.get("pool") else None,
    )


def versions(reader: Reader, publication: Publication) -> list[Publication]:
    """Every version that was ever public, oldest first."""
    statement = select(Publication).where(Publication.kind == publication.kind, Publication.source_id == publication.source_id)
    return [each for each in reader.select(statement.order_by(col(Publication.version))) if each.published_on is not None]


def _repeated(publication: Publication) -> Repeated:
    content = publication.content
    return repeat(
        pool=content["pool"],
        exclusions=content["exclusions"],
        seats=content["seats"],
        seeds=content["seeds"],
        commitments=content["seed_commitments"],
        pool_hash=content["pool_hash"],
        drawn=content["drawn"],
    )
