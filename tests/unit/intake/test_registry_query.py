"""Three ways of writing a question to the registry mean what they say, and what means nothing is refused."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.intake import hooks
from services.intake.dci.address import callback_address
from services.intake.domain.partner import Partner, RegistryTerms
from services.intake.domain.registry_query import (
    Comparison,
    Either,
    Every,
    FilterInvalid,
    Not,
    as_json,
    condition_of,
    names_somebody,
    of_json,
)
from services.intake.plugins.social_registry import SocialRegistry
from shared.plugins import hooks_of

KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
SPMIS = Partner(
    sender_id="spmis",
    name="医保局",
    account="a",
    must_sign=False,
    callback_origins=("https://spmis.example.org",),
    callback_uri="https://spmis.example.org/x",
)
NUMBER = Comparison("identity", "eq", ("420202195001011233",))


@pytest.mark.parametrize(
    "query",
    [
        {"type": "UIN", "value": "420202195001011233"},
        {"type": "ns:org:IdType:NationalID", "value": 420202195001011233},
        {"type": "idtype-value", "value": {"id_type": "nid", "id_value": "420202195001011233"}},
        {"type": "x", "value": {"identifier_type": "UIN", "identifier_value": " 420202195001011233 "}},
    ],
)
def test_a_number_is_understood_as_different_clients_write_it(query: dict[str, Any]) -> None:
    assert condition_of("idtype-value", query) == NUMBER


def test_expressions_nest_and_predicates_follow_their_numbers() -> None:
    young, woman = Comparison("birth_date", "gt", (date(2000, 1, 1),)), Comparison("sex", "eq", ("female",))
    nested = {"$or": [{"DOB": {"$gt": "2000-01-01"}}, {"$not": {"gender": "female"}}]}
    first = {"attribute_name": "DOB", "operator": "gt", "attribute_value": "2000-01-01T00:00:00Z"}
    second = {"attribute_name": "sex", "operator": "eq", "attribute_value": "female"}

    assert condition_of("expression", nested) == Either((young, Not(woman)))
    assert condition_of("predicate", [{"seq_num": 2, "expression1": second}, {"seq_num": 1, "expression1": first}]) == Every((young, woman))


def test_only_who_is_known_already_is_found_by_a_naming_question() -> None:
    other = Comparison("sex", "eq", ("female",))

    assert names_somebody(NUMBER)
    assert names_somebody(Every((other, NUMBER)))
    assert not names_somebody(Either((other, NUMBER)))
    assert not names_somebody(Not(NUMBER))
    assert not names_somebody(Every(()))


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.sampled_from(["UIN", "$and", "sex", "eq"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["$and", "$or", "$not", "UIN", "birth_date", "type", "value"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(kind=st.sampled_from(["idtype-value", "expression", "predicate", "graphql"]), query=JUNK)
def test_whatever_is_asked_is_understood_or_refused(kind: str, query: Any) -> None:
    try:
        found = condition_of(kind, query)
    except FilterInvalid:
        return
    assert of_json(as_json(found)) == found


def test_too_deep_and_too_many_is_refused() -> None:
    deep: Any = {"sex": "male"}
    for _ in range(9):
        deep = {"$not": deep}
    with pytest.raises(FilterInvalid):
        condition_of("expression", deep)
    with pytest.raises(FilterInvalid):
        condition_of("expression", {"$and": [{"sex": "male"}] * 31})


@pytest.mark.parametrize(
    ("sender_uri", "address"),
    [
        (None, "https://spmis.example.org/x/registry/notify"),
        ("https://spmis.example.org/base/", "https://spmis.example.org/base/registry/notify"),
        ("https://spmis.example.org/ns/callback/on-search", "https://spmis.example.org/ns/callback/notify"),
        ("https://spmis.example.org/registry/txn/on-status", "https://spmis.example.org/registry/notify"),
    ],
)
def test_callbacks_stand_beside_each_other(sender_uri: str | None, address: str) -> None:
    assert callback_address(sender_uri, "notify", SPMIS) == address


def test_plugin_tells_the_terms_it_was_given() -> None:
    asked = hooks_of(hooks, social=SocialRegistry(RegistryTerms(partners=(SPMIS,))))

    assert asked.registry()[0].partner("spmis") == SPMIS
    assert asked.registry()[0].partner("other") is None


@pytest.mark.parametrize(
    "changes",
    [
        {"must_sign": True},
        {"keys": {"k": "AAAA"}},
        {"callback_origins": ["https://a.example/path"]},
        {"callback_origins": ["http://a.example"]},
        {"callback_uri": "https://other.example/"},
        {"sender_id": "a|b"},
        {"fields": ["illness"]},
        {"secret": "x"},
    ],
)
def test_terms_that_cannot_be_meant_stop_the_start(changes: dict[str, Any]) -> None:
    whole = {"sender_id": "s", "name": "n", "account": "a", "must_sign": False, "callback_origins": ["https://a.example"]}
    RegistryTerms.model_validate({"partners": [whole]})

    with pytest.raises(ValidationError):
        RegistryTerms.model_validate({"partners": [whole | changes]})
