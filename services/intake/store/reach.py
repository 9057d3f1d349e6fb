"""Whether an actor reaches what an act or a job is filed under: the kernel knows its kind and id, and no division."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlalchemy import exists, select

from services.intake.store.campaign import reached_survey
from services.intake.store.discovered_need import reached_need
from services.intake.store.duplicates import reached_pair
from services.intake.store.erasure_batch import reached_batch
from services.intake.store.household import reached_household, reached_person
from services.intake.store.imported_form import reached_form
from services.intake.store.programme import Recipient, reached_programme
from services.intake.store.roster import reached_roster
from services.intake.store.survey import SurveyFile
from shared.access import Actor
from shared.access.reach import Reach
from shared.errors import NotFound
from shared.sentences import S_
from shared.work import Reader


def _survey_file(reader: Reader, id: UUID, actor: Actor) -> None:
    reached_household(reader, reader.get(SurveyFile, id).household_id, actor)


def _recipient(reader: Reader, id: UUID, actor: Actor) -> None:
    reached_programme(reader, reader.get(Recipient, id).programme_id, actor)


def _file(reader: Reader, id: UUID, actor: Actor) -> None:
    """Who handed it in; others meet it in the record that it belongs to."""
    file = reader.kernel.file.c
    if not reader.scalar(select(exists().where(file.id == id, file.account == actor.account))):
        raise NotFound(S_("没有找到该文件"))


def _export(reader: Reader, id: UUID, actor: Actor) -> None:
    """An export may be of every division; the record of it is for auditors."""
    raise NotFound(S_("没有找到该记录"))


REACH: Final[Mapping[str, Reach]] = {
    "person": reached_person,
    "household": reached_household,
    "roster": reached_roster,
    "survey": reached_survey,
    "survey_file": _survey_file,
    "imported_form": reached_form,
    "programme": reached_programme,
    "recipient": _recipient,
    "duplicate_pair": reached_pair,
    "erasure_batch": reached_batch,
    "discovered_need": reached_need,
    "file": _file,
    "export": _export,
}
