"""Programmes with their groups, candidates, objections, consents and recipients, and what intake has heard of contract and cases."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint, func, select
from sqlmodel import Field, col

from services.intake.domain.enrolment import needs_guardian
from services.intake.domain.group import GroupDefinition, group_of, written
from services.intake.domain.person import age_band, age_on
from services.intake.domain.selection import Band, GroupQuota
from services.intake.domain.terms import GroupTerms, Terms
from services.intake.store.person import Person
from services.intake.store.roster import check_reach, in_divisions
from services.intake.store.table import Table
from shared.access import Actor
from shared.errors import NotFound
from shared.http.paging import Listing, Page, listing
from shared.ids import new_id, new_recipient_id
from shared.rules import Rule, Rules
from shared.sentences import S_
from shared.store.types import Json
from shared.work import Reader


class Project(Table, table=True):
    """A project that procurement opened: surveys and programmes belong to one."""

    id: UUID = Field(primary_key=True)
    title: str
    division: str


class Contract(Table, table=True):
    id: UUID = Field(primary_key=True)
    project_id: UUID = Field(index=True)
    signed_on: date
    starts_on: date
    ends_on: date
    closed_on: date | None = None


class Assignment(Table, table=True):
    """Who carries whose case, as casework said it; a dossier goes to nobody else."""

    case_id: UUID = Field(primary_key=True)
    recipient_id: UUID = Field(unique=True)
    contract_id: UUID
    worker_id: UUID
    opened_on: date
    closed_on: date | None = None


class AgencyKey(Table, table=True):
    __tablename__ = "agency_key"
    id: UUID = Field(primary_key=True)
    public_key: str = Field(unique=True)


class Programme(Table, table=True):
    id: UUID = Field(default_factory=new_id, primary_key=True)
    project_id: UUID = Field(index=True)
    survey_id: UUID
    name: str
    purpose: str = ""
    division: str
    reference_on: date
    top_up_until: date
    seed: str
    score: str = ""
    """How great a person's need is, in CEL; "" where the plugins say it."""
    precedence: str = ""
    """Who goes first among equal needs, a number in CEL, the greater first; "" where the seed alone decides."""
    categories: list[str] = Json()
    status: str = "open"
    opened_by: str
    opened_on: date
    screened_by: str = ""
    screened_on: date | None = None
    proposed_by: str = ""
    proposed_on: date | None = None
    objections_until: date | None = None
    confirmed_by: str = ""
    confirmed_on: date | None = None
    confirmation_reason: str = ""
    completed_on: date | None = None
    screening_id: UUID | None = None
    """The screening whose list is in force; earlier ones stay."""
    screening_reason: str = ""


class Screening(Table, table=True):
    """A list with everything that made it; the database refuses to change it. Keys of persons stand in it, no facts."""

    __table_args__ = (UniqueConstraint("programme_id", "number"),)
    id: UUID = Field(default_factory=new_id, primary_key=True)
    programme_id: UUID = Field(foreign_key="programme.id")
    number: int
    reason: str
    screened_by: str
    screened_on: date
    seed: str
    inputs: str
    """One line per eligible person, as `domain.selection.Applicant.line`."""
    inputs_hash: str
    places: str
    """One line per place, as `domain.selection.Place.line`."""
    list_hash: str
    distinct_eligible: int
    plugins: list[str] = Json()
    shares: list[list[Any]] | None = Json(default=None, nullable=True)
    """Selected beside eligible, each as the values of a `domain.selection.Share`; None where no counts were kept yet."""


class ProgrammeGroup(Table, table=True):
    __tablename__ = "programme_group"
    __table_args__ = (UniqueConstraint("programme_id", "code"),)
    id: UUID = Field(default_factory=new_id, primary_key=True)
    programme_id: UUID = Field(foreign_key="programme.id", index=True)
    position: int
    code: str
    name: str
    criterion: str
    """As it is published, in Chinese."""
    expression: str = ""
    """As it was written, in CEL; "" for a group of a plugin."""
    score: str = ""
    """The need that counts in this group, in CEL, where it is not the programme's."""
    quota: int
    planned: int = 0
    """The quota when the programme was opened; adjusted by at most `tolerance`, each time with a reason."""
    tolerance: int = 0
    adjustments: list[dict[str, Any]] = Json(default_factory=list)
    reserve: int
    band_from: int | None = None
    band_to: int | None = None
    band_minimum: int | None = None
    eligible: int = 0

    def terms(self, known: Sequence[GroupDefinition]) -> GroupTerms:
        """Raises UnknownGroup where the plugin of the group is not enabled any more."""
        definition = written(self.code, self.name, self.expression) if self.expression else group_of(self.code, known)
        return GroupTerms(definition, self.quota_of(), self.score)

    def quota_of(self) -> GroupQuota:
        return GroupQuota(self.code, self.quota, self.reserve, self.band())

    def band(self) -> Band | None:
        if self.band_from is None or self.band_to is None or self.band_minimum is None:
            return None
        return Band(self.band_from, self.band_to, self.band_minimum)


class Candidate(Table, table=True):
    """Somebody on the list of a programme, chosen or in reserve."""

    __table_args__ = (UniqueConstraint("programme_id", "person_id"),)
    id: UUID = Field(default_factory=new_id, primary_key=True)
    programme_id: UUID = Field(foreign_key="programme.id", index=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    group: str = Field(index=True)
    list: str
    rank: int
    score: int
    state: str = Field(index=True)
    is_banded: bool
    """Whether the person counts towards the group's age band."""
    division: str
    birth: date
    is_replacement: bool = False


class ListChange(Table, table=True):
    """Somebody left a list, why, and who moved up; the database refuses to change it."""

    __tablename__ = "list_change"
    id: UUID = Field(default_factory=new_id, primary_key=True)
    programme_id: UUID = Field(foreign_key="programme.id", index=True)
    group: str
    left_id: UUID
    reason: str
    moved_up_id: UUID | None = None
    changed_on: date
    changed_by: str


class Consent(Table, table=True):
    """What a candidate or the guardian answered; the database refuses to change it."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    candidate_id: UUID = Field(foreign_key="candidate.id", index=True)
    is_given: bool
    purpose: str
    version: str
    signed_on: date
    signer: str
    guardian_relation: str
    """A code of `domain.guardian.WORDS`; "" where the person signed."""
    document: UUID | None = None
    recorded_by: str
    recorded_on: date


class Recipient(Table, table=True):
    """The only place where a recipient's id meets a person."""

    id: UUID = Field(default_factory=new_recipient_id, primary_key=True)
    programme_id: UUID = Field(foreign_key="programme.id", index=True)
    candidate_id: UUID = Field(foreign_key="candidate.id", unique=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    contract_id: UUID = Field(index=True)
    group: str = Field(index=True)
    division: str
    enrolled_on: date
    withdrawn_on: date | None = None
    reason: str = ""
    is_replacement: bool


IN_FORCE = ("listed", "consented", "enrolled")
"""States of candidates who hold a place."""


def reached_programme(reader: Reader, programme_id: UUID, actor: Actor) -> Programme:
    """Raises NotFound, also for one outside the actor's divisions."""
    found = reader.get(Programme, programme_id)
    check_reach(found.division, actor)
    return found


def groups_of(reader: Reader, programme_id: UUID) -> list[ProgrammeGroup]:
    statement = select(ProgrammeGroup).where(col(ProgrammeGroup.programme_id) == programme_id)
    return reader.select(statement.order_by(col(ProgrammeGroup.position)))


def terms_of(programme: Programme, known: Sequence[GroupDefinition], *, reader: Reader) -> Terms:
    """What a programme is screened by."""
    return Terms(
        reference_on=programme.reference_on,
        division=programme.division,
        categories=programme.categories,
        seed=programme.seed,
        groups=[group.terms(known) for group in groups_of(reader, programme.id)],
        survey_id=programme.survey_id,
        score=programme.score,
        precedence=programme.precedence,
    )


def counted(reader: Reader, programme_id: UUID, *columns: Any) -> dict[Any, int]:
    """Candidates by some of their columns."""
    rows = reader.rows(select(*columns, func.count()).where(col(Candidate.programme_id) == programme_id).group_by(*columns))
    return {tuple(row[:-1]) if len(columns) > 1 else row[0]: int(row[-1]) for row in rows}


def programmes(*, reader: Reader, actor: Actor, page: Page, status: str = "") -> Listing:
    """The programmes of the reader's divisions, the newest first."""
    statement = select(Programme).where(in_divisions(col(Programme.division), actor))
    if status:
        statement = statement.where(col(Programme.status) == status)
    shown = {"id", "name", "division", "status", "reference_on", "opened_on", "objections_until", "top_up_until"}
    return listing(
        reader, statement, page, sort=(Programme.opened_on, Programme.id), newest_first=True, item=lambda row: row.model_dump(include=shown)
    )


def projects(*, reader: Reader, actor: Actor) -> list[tuple[UUID, str]]:
    """Id and title of the projects of the reader's divisions."""
    found = reader.select(select(Project).where(in_divisions(col(Project.division), actor)).order_by(col(Project.title)))
    return [(each.id, each.title) for each in found]


SHOWN_OF_GROUP = {
    "code",
    "name",
    "criterion",
    "expression",
    "score",
    "quota",
    "planned",
    "tolerance",
    "adjustments",
    "reserve",
    "band_from",
    "band_to",
    "band_minimum",
    "eligible",
}


def programme(programme_id: UUID, *, reader: Reader, actor: Actor) -> Mapping[str, Any]:
    """A programme with what has become of each group."""
    found = reached_programme(reader, programme_id, actor)
    lists = counted(reader, programme_id, Candidate.group, Candidate.list)
    states = counted(reader, programme_id, Candidate.group, Candidate.state)
    moved_up = counted(reader, programme_id, Candidate.group, Candidate.is_replacement)
    groups = [
        group.model_dump(include=SHOWN_OF_GROUP)
        | {"selected": lists.get((group.code, "selected"), 0), "reserve_ranked": lists.get((group.code, "reserve"), 0)}
        | {state: states.get((group.code, state), 0) for state in ("enrolled", "refused")}
        | {"replaced": moved_up.get((group.code, True), 0)}
        for group in groups_of(reader, programme_id)
    ]
    return found.model_dump(exclude={"screening_id"}) | _screenings(reader, found) | {"groups": groups}


def _screenings(reader: Reader, programme: Programme) -> dict[str, Any]:
    """What the screening in force found, and all there were."""
    told = (col(Screening.number), col(Screening.screened_on), col(Screening.reason), col(Screening.list_hash))
    of_programme = col(Screening.programme_id) == programme.id
    versions = [dict(row._mapping) for row in reader.rows(select(*told).where(of_programme).order_by(col(Screening.number)))]
    in_force = select(col(Screening.inputs_hash), col(Screening.list_hash), col(Screening.distinct_eligible))
    current = [dict(row._mapping) for row in reader.rows(in_force.where(col(Screening.id) == programme.screening_id))]
    found = current[0] if current else {"inputs_hash": "", "list_hash": "", "distinct_eligible": 0}
    return {**found, "screenings": versions}


def candidates(programme_id: UUID, *, reader: Reader, actor: Actor, rules: Rules, page: Page, group: str = "", state: str = "") -> Listing:
    """The list without names: who they are is read one file at a time, with a purpose."""
    found = reached_programme(reader, programme_id, actor)
    statement = select(Candidate).where(col(Candidate.programme_id) == programme_id)
    for column, wanted in ((Candidate.group, group), (Candidate.state, state)):
        if wanted:
            statement = statement.where(col(column) == wanted)
    guardian_age = rules("guardian_signature")
    return listing(
        reader, statement, page, sort=(Candidate.rank, Candidate.id), item=lambda row: _shown(row, found, reader.today, guardian_age)
    )


def candidate_of(programme_id: UUID, person_id: UUID, *, reader: Reader, actor: Actor, rules: Rules) -> dict[str, Any]:
    """A person's place on the list. Raises NotFound for somebody who has none."""
    found = reached_programme(reader, programme_id, actor)
    candidate = reader.first(select(Candidate).where(col(Candidate.programme_id) == programme_id, col(Candidate.person_id) == person_id))
    if candidate is None:
        raise NotFound(S_("名单中没有该人员"))
    return _shown(candidate, found, reader.today, rules("guardian_signature"))


def consents_of(programme_id: UUID, person_id: UUID, *, reader: Reader, actor: Actor) -> list[dict[str, Any]]:
    """What the person, or the guardian, answered, and how it was asked; the signed paper is `read_consent_document`."""
    reached_programme(reader, programme_id, actor)
    of_person = (col(Candidate.programme_id) == programme_id, col(Candidate.person_id) == person_id)
    found = select(Consent).join(Candidate, col(Candidate.id) == Consent.candidate_id).where(*of_person).order_by(col(Consent.id))
    return [each.model_dump(exclude={"document"}) | {"has_document": each.document is not None} for each in reader.select(found)]


def _shown(row: Candidate, programme: Programme, today: date, guardian_age: Rule) -> dict[str, Any]:
    band = age_band(age_on(row.birth, programme.reference_on))
    shown = row.model_dump(exclude={"programme_id", "birth", "is_banded"})
    return shown | {"age_band": band, "needs_guardian": needs_guardian(row.birth, today, guardian_age)}


def list_changes(programme_id: UUID, *, reader: Reader, actor: Actor, page: Page) -> Listing:
    """Who left, why, and who moved up, by the candidates' ids."""
    reached_programme(reader, programme_id, actor)
    statement = select(ListChange).where(col(ListChange.programme_id) == programme_id)
    shown = {"programme_id", "id"}
    return listing(reader, statement, page, sort=(ListChange.changed_on, ListChange.id), item=lambda row: row.model_dump(exclude=shown))


def recipients(programme_id: UUID, *, reader: Reader, actor: Actor, page: Page, group: str = "") -> Listing:
    found = reached_programme(reader, programme_id, actor)
    statement = select(Recipient).where(col(Recipient.programme_id) == programme_id)
    if group:
        statement = statement.where(col(Recipient.group) == group)

    def item(row: Recipient) -> dict[str, Any]:
        birth = reader.get(Person, row.person_id).birth
        return row.model_dump(exclude={"id"}) | {"recipient_id": row.id, "age_band": age_band(age_on(birth, found.reference_on))}

    return listing(reader, statement, page, sort=(Recipient.enrolled_on, Recipient.id), item=item)
