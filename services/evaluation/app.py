"""Builds evaluation from its parts."""

from services.evaluation import api, hooks, reactions
from services.evaluation.labels import ROLES
from services.evaluation.settings import Settings
from services.evaluation.store import KERNEL, Table
from shared.events.casework import CaseClosed, CaseOpened
from shared.events.procurement import ContractSigned, ProjectOpened
from shared.service import Service, on

SERVICE = Service(
    name="evaluation",
    title="评价",
    port=8104,
    package="services.evaluation",
    table=Table,
    kernel=KERNEL,
    roles=ROLES,
    hooks=hooks,
    settings=Settings,
    plugins=("independence", "weighted_mean"),
    append_only=("sheet", "scoring"),
    reactions=[
        on(ProjectOpened, reactions.project_opened),
        on(ContractSigned, reactions.contract_signed),
        on(CaseOpened, reactions.case_opened),
        on(CaseClosed, reactions.case_closed),
    ],
    routers=[api.router],
)
