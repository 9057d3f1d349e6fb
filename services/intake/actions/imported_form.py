"""Forms that a department brings (XLSForm): a version is added, never changed; what was answered by an earlier one stays readable."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from pydantic_core import to_jsonable_python

from services.intake.actions.visit import form_of_survey
from services.intake.domain.naming import check_text
from services.intake.domain.survey_form import with_added
from services.intake.domain.xlsform import XlsForm
from services.intake.store import ImportedForm, check_reach, reached_form, versions_of
from shared.access import Actor
from shared.divisions import check_division
from shared.errors import RuleRefusal, WrongState
from shared.plugins import Hooks
from shared.sentences import S_
from shared.work import Work


class FormVersionTaken(RuleRefusal):
    """ODK's habit, and ours: another content has another version."""

    code = "form-version-taken"


class FormWithdrawn(WrongState):
    code = "form-withdrawn"


def import_form(form: XlsForm, *, division: str, work: Work, today: date, actor: Actor, hooks: Hooks) -> UUID:
    """Ask these sections at every visit of the division from now on. Raises FormVersionTaken, and FormRefused for a code that is taken."""
    sections = to_jsonable_python(form.sections)
    check_division(division)
    check_reach(division, actor)
    check_text("\n".join([form.form_id, form.version, form.title, *_words(sections)]), field="file", called=S_("登记表"))
    work.alone(f"imported form {division} {form.form_id}")
    if any(each.version == form.version and not each.is_withdrawn for each in versions_of(form.form_id, division, reader=work)):
        raise FormVersionTaken(
            S_("“{form_zh}”的版本 {version} 已经导入；修改过的表须换版本号", form_zh=form.title, version=form.version), field="file"
        )
    before = form_of_survey(hooks, division=division, reader=work, without=form.form_id)
    taken = {section.code for section in before.sections} & {section.code for section in form.sections}
    if taken:
        raise FormVersionTaken(S_("代码 {code} 已由别的表或插件使用，请换 form_id 或组名", code=sorted(taken)[0]), field="file")
    with_added([before.sections, form.sections])
    made = ImportedForm(
        division=division,
        form_id=form.form_id,
        version=form.version,
        title=form.title,
        sections=sections,
        recorded_by=actor.account,
        recorded_on=today,
    )
    work.add(made)
    work.about("imported_form", made.id)
    return made.id


def withdraw_form(form: UUID, *, work: Work, today: date, actor: Actor) -> UUID:
    """Ask it no more. Raises FormWithdrawn where another version counts by now."""
    found = reached_form(work, form, actor)
    work.alone(f"imported form {found.division} {found.form_id}")
    latest = versions_of(found.form_id, found.division, reader=work)[-1]
    if latest.id != form or latest.is_withdrawn:
        raise FormWithdrawn(S_("该版本已不再使用"))
    terms = found.model_dump(include={"division", "form_id", "version", "title", "sections"})
    made = ImportedForm(**terms, is_withdrawn=True, recorded_by=actor.account, recorded_on=today)
    work.add(made)
    work.about("imported_form", made.id)
    return made.id


def _words(said: Any) -> Iterator[str]:
    """Every text of a form, whatever it is for."""
    if isinstance(said, str):
        yield said
    elif isinstance(said, list | dict):
        for each in said.values() if isinstance(said, dict) else said:
            yield from _words(each)
