"""Builds casework from its parts."""

from services.casework import api, hooks, reactions
from services.casework.labels import ROLES
from services.casework.settings import Settings
from services.casework.store import KERNEL, PersonKey, Table
from shared.events.casework import NeedReportRequest
from shared.events.intake import NeedAnswered, NeedErased, RecipientEnrolled, RecipientErased, RecipientWithdrawn
from shared.events.procurement import AcceptanceRecorded, ContractSigned, ProjectClosed
from shared.rewrapping import Wrapped
from shared.service import Service, answer, on

SERVICE = Service(
    name="casework",
    title="个案服务",
    port=8103,
    package="services.casework",
    table=Table,
    kernel=KERNEL,
    roles=ROLES,
    hooks=hooks,
    settings=Settings,
    plugins=("capacity", "record_flags"),
    wrapped=(Wrapped(PersonKey),),
    append_only=("session", "need_report", "need_answer", "need_reading"),
    reactions=[
        on(ContractSigned, reactions.contract_signed),
        on(AcceptanceRecorded, reactions.contract_accepted),
        on(ProjectClosed, reactions.project_closed),
        on(RecipientEnrolled, reactions.recipient_enrolled),
        on(RecipientWithdrawn, reactions.recipient_withdrawn),
        on(RecipientErased, reactions.recipient_erased),
        on(NeedAnswered, reactions.need_answered),
        on(NeedErased, reactions.need_erased),
    ],
    answers=[answer(NeedReportRequest, reactions.need_report)],
    routers=[api.router],
)
