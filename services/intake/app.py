"""Builds intake from its parts."""

from services.intake import actions, api, dci, hooks, pages, reactions
from services.intake.labels import ROLES
from services.intake.settings import Settings
from services.intake.store import (
    KERNEL,
    CorrectionBefore,
    DiscoveredNeed,
    FormerFields,
    PartnerCallback,
    PartnerMessage,
    PartnerSubscription,
    PersonSecret,
    Table,
    VisitAnswers,
)
from services.intake.store.check import HouseholdCheckNote
from services.intake.store.kin import KinNotice
from services.intake.store.reach import REACH
from shared.events.casework import AgencyKeyRegistered, CaseClosed, CaseOpened, DataReturned, NeedDiscovered
from shared.events.intake import DossierRequest
from shared.events.procurement import ContractSigned, ProjectClosed, ProjectOpened
from shared.jobs import Job
from shared.rewrapping import Wrapped
from shared.service import Runtime, Service, answer, on

OF_HOUSEHOLDS = (
    "observation",
    "household_act",
    "category_act",
    "household_check",
    "correction",
    "attachment",
    "attachment_member",
    "survey_form",
    "imported_form",
)
FLAGS = (
    "left_behind_children",
    "lost_only_child",
    "frail_lone_elders",
    "children_in_difficulty",
    "children_without_care",
    "single_applicants",
)
OF_PARTNERS = (PartnerMessage, PartnerCallback, PartnerSubscription)


async def index_what_is_not(runtime: Runtime) -> None:
    """People whom an earlier version took in cannot be searched for until they are indexed."""
    await runtime.run(actions.index_if_needed)


SERVICE = Service(
    name="intake",
    title="救助对象",
    port=8101,
    package="services.intake",
    table=Table,
    kernel=KERNEL,
    roles=ROLES,
    hooks=hooks,
    settings=Settings,
    plugins=(
        "lone_elders",
        "single_parent_pupils",
        "disabled_people",
        "seriously_ill",
        "need_levels",
        "still_here",
        *FLAGS,
        "social_registry",
    ),
    wrapped=(
        Wrapped(PersonSecret, also=actions.hash_again),
        *(
            Wrapped(kept, person="id")
            for kept in (*OF_PARTNERS, VisitAnswers, CorrectionBefore, FormerFields, DiscoveredNeed, KinNotice, HouseholdCheckNote)
        ),
    ),
    has_personal_files=True,
    reach=REACH,
    append_only=(
        "visit",
        "screening",
        "consent",
        "reading",
        "list_change",
        "survey_call",
        "duplicate_decision",
        "need_act",
        *OF_HOUSEHOLDS,
    ),
    reactions=[
        on(ProjectOpened, reactions.project_opened),
        on(ProjectClosed, reactions.project_closed),
        on(ContractSigned, reactions.contract_signed),
        on(CaseOpened, reactions.case_opened),
        on(CaseClosed, reactions.case_closed),
        on(AgencyKeyRegistered, reactions.agency_key_registered),
        on(NeedDiscovered, reactions.need_discovered),
        on(DataReturned, reactions.data_returned),
    ],
    answers=[answer(DossierRequest, reactions.dossier, refused=reactions.dossier_refused)],
    on_start=index_what_is_not,
    routers=[api.router, dci.router, pages.router],
    background=[dci.work_off],
    jobs={
        "roster_import": Job(actions.import_chunk, prepare=actions.read_roster, about="roster"),
        "roster_acceptance": Job(actions.acceptance_chunk, prepare=actions.read_roster, about="roster"),
        "search_index": Job(actions.search_index_chunk),
        "duplicates": Job(actions.duplicates_chunk, prepare=actions.count_records),
        "erasures_asked": Job(actions.asking_chunk, about="erasure_batch"),
        "erasures_confirmed": Job(actions.confirming_chunk, beside=actions.overwrite_batch, about="erasure_batch"),
        "screening": Job(actions.screening_chunk, prepare=actions.screen, about="programme"),
    },
)
