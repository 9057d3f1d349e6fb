"""What is kept with a publication has passed the filter, whatever tables share a total."""

import json

import pytest

from services.disclosure.domain.statistics import outcomes, two_ways
from shared.small_cells import Figures, Mark, Shown, figures, selected, separate, together

CLOSINGS = {"goals_met": 312, "term_ended": 52, "referred": 14, "moved": 8, "died": 6, "declined": 5, "lost_contact": 3}
GROUPS = {"G1": 100, "G2": 100, "G3": 100, "G4": 100}


def values(found: Figures) -> dict[str, int | None]:
    return {name: shown.value for name, shown in found.counts.items()}


def test_closings_keep_back_the_lost_and_one_more_and_show_the_rest() -> None:
    cases, closings = two_ways(GROUPS, CLOSINGS, 5)

    assert values(cases) == GROUPS
    assert values(closings) == {**CLOSINGS, "lost_contact": None, "died": None}
    assert cases.total == closings.total == Shown(400)


def test_a_total_that_one_table_must_hide_is_hidden_in_the_other() -> None:
    """Two groups of four can only be hidden with their total; the same cases by reason must not show it."""
    groups, reasons = two_ways({"G1": 4, "G2": 4}, {"goals_met": 8}, 5)

    assert groups.total == reasons.total == Shown(None, Mark.WITHHELD)
    assert reasons.counts["goals_met"].value is None


def test_tables_that_count_different_things_are_refused() -> None:
    with pytest.raises(ValueError, match="different"):
        two_ways({"G1": 4}, {"goals_met": 5}, 5)


def test_people_who_are_counted_twice_have_no_total() -> None:
    assert separate({"refused": 12, "upheld": 1}, 5) == Figures({"refused": Shown(12), "upheld": Shown(None, Mark.SMALL)})


def test_outcomes_of_the_case_are_shown_by_kind_detail_and_group() -> None:
    counts = {("welfare_enterprise", "city", "G3"): 21, ("welfare_enterprise", "county", "G3"): 15, ("self_employed", "shop", "G4"): 32}

    found = outcomes(counts, 5)

    assert values(found["kind"]) == {"welfare_enterprise": 36, "self_employed": 32}
    assert values(found["detail welfare_enterprise"]) == {"city": 21, "county": 15}
    assert values(found["group self_employed"]) == {"G3": 0, "G4": 32}


def test_one_person_in_a_detail_takes_another_number_along() -> None:
    counts = {("self_employed", "shop", "G3"): 1, ("self_employed", "repair", "G3"): 20, ("welfare_enterprise", "city", "G3"): 30}

    found = outcomes(counts, 5)

    assert found["detail self_employed"].counts["shop"] == Shown(None, Mark.SMALL)
    assert found["detail self_employed"].counts["repair"].value is None or found["kind"].counts["self_employed"].value is None


def test_no_outcome_at_all_is_an_empty_table() -> None:
    assert outcomes({}, 5) == {"kind": Figures({}, Shown(0))}


def test_small_communities_are_left_out_so_that_streets_and_districts_can_be_shown() -> None:
    communities = [(f"420202005{number:03d}", group, 3) for number in range(1, 8) for group in ("G1", "G2")]
    communities += [("420203007001", group, 30) for group in ("G1", "G2")]

    found = selected(communities, ["G1", "G2"], 5)

    assert values(found["420202000000"]) == {"G1": 21, "G2": 21}
    assert values(found["in 420202000000"]) == {"420202005000": 42}
    assert found["total"].total == Shown(102)


def test_a_community_is_shown_where_it_costs_no_street() -> None:
    communities = [(f"420202005{number:03d}", "G1", 20 + number) for number in range(1, 4)]

    found = selected(communities, ["G1"], 5)

    assert values(found["in 420202005000"]) == {"420202005001": 21, "420202005002": 22, "420202005003": 23}


def test_counts_that_came_by_district_are_not_split() -> None:
    found = selected([("420202000000", "G1", 40), ("420203000000", "G1", 60)], ["G1"], 5)

    assert sorted(found) == ["420202000000", "420203000000", "total"]


def test_figures_survive_being_kept_as_json() -> None:
    kept = together(CLOSINGS, 5)

    assert figures(json.loads(json.dumps(kept.kept()))) == kept
