"""Issue notices, and correct them by a new version with a reason."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlmodel import col, select

from services.procurement.actions.record import Law, project_of
from services.procurement.domain import announcement
from services.procurement.domain.notice import Field, content_hash, title_of
from services.procurement.store import Notice, Project
from shared.errors import NotFound, RuleRefusal
from shared.events.procurement import NoticeField, NoticeIssued, NoticeKind
from shared.ids import new_id
from shared.rules import Rules
from shared.work import Work


class NothingCorrected(RuleRefusal):
    """A correction names a field that the notice does not have, or changes nothing."""

    code = "nothing-corrected"


def issue(work: Work, project: Project, kind: NoticeKind, fields: Sequence[Field], *, closes_on: date | None = None) -> UUID:
    """Issue the first version of a notice; returns its id, which stays through all versions."""
    return _say(work, project.id, kind, title_of(kind, project.title), fields, notice_id=new_id(), closes_on=closes_on)


def correct_notice(
    notice_id: UUID, *, fields: Sequence[NoticeField], reason: str, work: Work, today: date, rules: Rules
) -> dict[str, object]:
    """Publish a new version of a notice, and a 更正公告 that says what changed and why."""
    latest = work.first(select(Notice).where(Notice.notice_id == notice_id).order_by(col(Notice.version).desc()))
    if latest is None:
        raise NotFound("没有找到该公告")
    project = project_of(work, latest.project_id)
    Law(rules, project.division)("correction")
    first = work.first(select(Notice).where(Notice.notice_id == notice_id, Notice.version == 1)) or latest
    changed = {field.label: field.value for field in fields}
    kept = dict(latest.fields)
    if unknown := [label for label in changed if label not in kept]:
        raise NothingCorrected(f"原公告没有该栏目：{'、'.join(unknown)}", field="fields")
    if all(kept[label] == value for label, value in changed.items()):
        raise NothingCorrected("更正内容与原公告相同", field="fields")
    corrected: list[Field] = [(label, changed.get(label, value)) for label, value in latest.fields]
    _say(
        work,
        project.id,
        latest.kind,
        latest.title,
        corrected,
        notice_id=notice_id,
        closes_on=latest.closes_on,
        version=latest.version + 1,
        reason=reason,
    )
    told = announcement.correction(
        project.heading(),
        title=latest.title,
        first_issued_on=first.issued_on,
        changed=list(changed.items()),
        reason=reason,
        corrected_on=today,
    )
    return {"version": latest.version + 1, "correction_notice": issue(work, project, "correction", told)}


def _say(
    work: Work,
    project_id: UUID,
    kind: str,
    title: str,
    fields: Sequence[Field],
    *,
    notice_id: UUID,
    closes_on: date | None,
    version: int = 1,
    reason: str = "",
) -> UUID:
    notice = Notice(
        notice_id=notice_id,
        project_id=project_id,
        kind=kind,
        version=version,
        title=title,
        issued_on=work.today,
        closes_on=closes_on,
        fields=[list(field) for field in fields],
        content_hash=content_hash(kind, version, title, work.today, fields),
        reason=reason,
        issued_by=work.actor.account,
    )
    work.add(notice)
    work.emit(
        NoticeIssued.model_validate(
            {
                **notice.model_dump(
                    include={"notice_id", "project_id", "kind", "version", "title", "issued_on", "closes_on", "content_hash"}
                ),
                "fields": [NoticeField(label=label, value=value) for label, value in fields],
            }
        )
    )
    return notice_id
