"""How far an actor reaches."""

from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from shared.access import EVERYWHERE, SYSTEM, Actor

HUANGSHI, XISAISHAN, HUBEI, WUHAN = "420200000000", "420203000000", "420000000000", "420100000000"
CONTRACT = uuid4()

divisions = st.from_regex(r"[1-9]\d{11}", fullmatch=True)


def test_who_has_no_scope_reaches_nothing() -> None:
    nobody = Actor("li", "李")

    assert not nobody.reaches(HUANGSHI)
    assert not nobody.reaches_contract(CONTRACT)


def test_city_reaches_its_districts_but_not_its_province_or_another_city() -> None:
    clerk = Actor("li", "李", divisions=(HUANGSHI,))

    assert clerk.reaches(HUANGSHI)
    assert clerk.reaches(XISAISHAN)
    assert not clerk.reaches(HUBEI)
    assert not clerk.reaches(WUHAN)


@given(divisions)
def test_whole_country_and_the_system_reach_every_division(division: str) -> None:
    assert Actor("li", "李", divisions=(EVERYWHERE,)).reaches(division)
    assert SYSTEM.reaches(division)


def test_agency_reaches_its_own_contracts_only() -> None:
    agency = Actor("jigou", "机构", contracts=(CONTRACT,))

    assert agency.reaches_contract(CONTRACT)
    assert not agency.reaches_contract(uuid4())
    assert SYSTEM.reaches_contract(uuid4())


def test_actor_may_what_one_of_its_roles_may() -> None:
    officer = Actor("li", "李", roles=frozenset({"officer"}))

    assert officer.may("approver", "officer")
    assert not officer.may("approver")
    assert not officer.may()
    assert not SYSTEM.may("officer")
