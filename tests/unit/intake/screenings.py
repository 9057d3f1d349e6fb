"""Small screenings of every kind, for comparison with trying every way there is."""

from hypothesis import strategies as st

from services.intake.domain.selection import Applicant, Band, GroupQuota


@st.composite
def screenings(draw: st.DrawFn) -> tuple[list[Applicant], list[GroupQuota]]:
    codes = draw(st.sampled_from((("A",), ("A", "B"), ("A", "B", "C"))))
    quotas = []
    for code in codes:
        quota = draw(st.integers(1, 2))
        band = Band(18, 59, draw(st.integers(0, quota))) if draw(st.booleans()) else None
        quotas.append(GroupQuota(code, quota, 1, band))
    people = []
    for number in range(draw(st.integers(0, 6))):
        groups = tuple(code for code in codes if draw(st.booleans()))
        banded = tuple(code for code in groups if draw(st.booleans()))
        scores = tuple(draw(st.integers(0, 3)) for _ in groups) if draw(st.booleans()) else ()
        people.append(Applicant(str(number), groups, banded, draw(st.integers(0, 3)), scores, draw(st.integers(0, 1))))
    return people, quotas
