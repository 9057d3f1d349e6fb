"""Households and persons (一户一档). Who a person is stands in `person_secret` alone, under the person's own key (decision 17)."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlmodel import Field

from services.intake.domain.person import PersonFacts
from services.intake.store.table import Table
from shared.ids import new_id
from shared.store.types import Instant, Json

EMPTY: Final[dict[str, Any]] = {"server_default": ""}


class Household(Table, table=True):
    id: UUID = Field(default_factory=new_id, primary_key=True)
    household_no: str = Field(unique=True)
    category: str = Field(index=True)
    division: str = Field(index=True)
    living_members: int
    needs: list[int] | None = Json(default=None)
    """The seven needs in the order of `domain.person.NEEDS`, 0 to 3; None before the visit."""
    housing: str = ""
    assistance_from: date | None = None
    assistance_to: date | None = None
    """The last day; `domain.roster_more.ENDLESS` for 长期, None where it is not recorded."""
    monthly_amount: int | None = None
    """Fen a month for the whole household (月保障金额); None where it is not recorded."""
    certificate_no: str = Field(default="", sa_column_kwargs=EMPTY)
    causes: str = Field(default="", sa_column_kwargs=EMPTY)
    """Why the household is in need: codes of `labels.CAUSE`, each between commas (`,illness,age,`)."""
    roster_id: UUID | None = Field(default=None, index=True)
    """The last that named the household; None while it stands by an act (建户、分户) alone."""


class Person(Table, table=True):
    id: UUID = Field(default_factory=new_id, primary_key=True)
    household_id: UUID = Field(foreign_key="household.id", index=True)
    roster_id: UUID | None = Field(default=None, index=True)
    """The last that named the person; None while the person stands by an act (新增成员、建户) alone."""
    roster_sheet: str = ""
    roster_row: int = 0
    """Where in the roster's file the person stands; 0 where an earlier version took the person in."""
    row_hash: str = ""
    """Keyed hash of what the last roster said: a row that says the same again changes nothing."""
    lot_no: str
    """What the person's lot is drawn over (抽签号), by `domain.selection.lot_no` of the row that brought the person, or `lot_no_of_act`;
    it never changes.

    Of people who were in the store before there were such numbers it is the id in hex.
    """
    secret_id: UUID
    identity_key: str = Field(unique=True)
    """Keyed hash of the identity number."""
    birth: date
    sex: str
    relation: str
    schooling: str
    has_single_parent: bool
    disability_kind: int
    disability_level: int
    is_seriously_ill: bool
    father: str = ""
    """This and the next three as of the latest `Observation`; father and mother are codes of `labels.PARENT`."""
    mother: str = ""
    adl_unmet: int = 0
    has_lost_only_child: bool = False
    labour: str = Field(default="", sa_column_kwargs=EMPTY)
    """This and the next five are codes of `labels`; "": not recorded."""
    employment: str = Field(default="", sa_column_kwargs=EMPTY)
    health: str = Field(default="", sa_column_kwargs=EMPTY)
    education: str = Field(default="", sa_column_kwargs=EMPTY)
    medical_insurance: str = Field(default="", sa_column_kwargs=EMPTY)
    pension_insurance: str = Field(default="", sa_column_kwargs=EMPTY)
    disability_valid_to: date | None = None
    """The last day of the disability card."""
    status: str = "present"
    """present, moved, died; or merged, when the person is another record's."""
    merged_into: UUID | None = Field(default=None, index=True)
    registered_on: date | None = None
    """When the first roster that names the person was accepted, or the act recorded."""
    indexed_by: str = Field(default="", index=True)
    """Under which key the index has the person's words (`Keyring.id`); "": not since the last change."""
    is_compared: bool = Field(default=False, index=True)
    """Whether records that may be of the same person were looked for since the words were indexed."""

    def facts(self, household: Household) -> PersonFacts:
        return PersonFacts(
            birth=self.birth,
            sex=self.sex,
            category=household.category,
            living_members=household.living_members,
            schooling=self.schooling,
            has_single_parent=self.has_single_parent,
            disability_kind=self.disability_kind,
            disability_level=self.disability_level,
            is_seriously_ill=self.is_seriously_ill,
            status=self.status,
            needs=tuple(household.needs or ()),
            division=household.division,
            relation=self.relation,
            housing=household.housing,
            father=self.father,
            mother=self.mother,
            adl_unmet=self.adl_unmet,
            has_lost_only_child=self.has_lost_only_child,
            labour=self.labour,
            employment=self.employment,
            health=self.health,
            education=self.education,
            medical_insurance=self.medical_insurance,
            pension_insurance=self.pension_insurance,
            disability_valid_to=self.disability_valid_to,
            assistance_to=household.assistance_to,
            monthly_amount=household.monthly_amount,
            causes=household.causes,
        )


class Observation(Table, table=True):
    """What was found of a person's circumstances (特殊情况) on a day; the database refuses to change it."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(foreign_key="person.id", index=True)
    father: str
    mother: str
    beyond: list[str] = Json()
    """The activities of daily life that the person cannot do alone, codes of `labels.DAILY`."""
    has_lost_only_child: bool
    observed_on: date
    recorded_by: str
    recorded_on: date


class PersonSecret(Table, table=True):
    """A person's fields, sealed; without the wrapped key they are gone."""

    __tablename__ = "person_secret"
    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(index=True)
    wrapped_key: bytes | None
    wrapped_by: str = Field(default="", index=True, sa_column_kwargs={"server_default": ""})
    """Under which key (`Keyring.id`)."""
    sealed: bytes


class Reading(Table, table=True):
    """Who read what of a person, for which purpose; the person may see it."""

    id: UUID = Field(default_factory=new_id, primary_key=True)
    person_id: UUID = Field(index=True)
    reader: str
    by: str
    """Which service asked: intake itself, or casework by request."""
    purpose: str
    what: str = "file"
    """How much was read, a code of `labels.READ`: search is name and masked number in a list of those found; refused: nothing."""
    refusal: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Why nothing was given, a code of `labels.DOSSIER_REFUSAL`; once a day for each who asks, purpose and reason."""
    read_on: date
    read_at: datetime = Instant()
