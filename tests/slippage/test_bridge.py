"""The change of a headline is split among projects and components, and adds up."""

import math
from itertools import combinations, product
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_measures import declared, projects, slippages

from warehouse.archive.tables import OUT_BRIDGE
from warehouse.model.schema import conform
from warehouse.slippage.bridge import RATES, TOLERANCE_PTS, bridge, bridges, waterfall
from warehouse.slippage.headlines import headline

THEN, NOW = "2021-07", "2021-11"


def edition(key: str, costs: dict[int, float | None], **changes: Any) -> pd.DataFrame:
    """Slippages of an edition: 10 M€ promised to each project, now as given; None is not known."""
    return slippages(
        projects(*(declared(number, key, updated_cost_meur=cost, **changes) for number, cost in costs.items()))
    )


def budget(lines: pd.DataFrame) -> pd.DataFrame:
    return conform(lines, OUT_BRIDGE).query("rate == 'budget'").set_index("project_id")


def test_a_bridge_worked_by_hand() -> None:
    # Known then: +20, +100; known now: +30, +10. In common: project 1, from +20 to +30.
    before = edition(THEN, {1: 12.0, 2: 20.0})
    after = edition(NOW, {1: 13.0, 3: 11.0})
    lines = budget(bridge(after, before))
    assert lines["component"].to_dict() == {"PGP-0001": "like_for_like", "PGP-0002": "exit", "PGP-0003": "entry"}
    assert lines["contribution_pts"].to_dict() == pytest.approx(
        {"PGP-0001": 10.0, "PGP-0002": (20 - 100) / 2, "PGP-0003": (10 - 30) / 2}
    )
    assert math.fsum(lines["contribution_pts"]) == pytest.approx(20.0 - 60.0)


def test_a_project_present_but_unknown_became_or_ceased_comparable() -> None:
    before = edition(THEN, {1: 12.0, 2: None, 3: 15.0})
    after = edition(NOW, {1: 12.0, 2: 14.0, 3: None})
    components = budget(bridge(after, before))["component"]
    assert components[["PGP-0002", "PGP-0003"]].tolist() == ["became_comparable", "ceased_comparable"]


def test_a_leaver_that_slipped_more_than_the_rest_lowers_the_headline() -> None:
    # The case of SIRHEN: nobody improves, the worst leaves, the rate falls.
    before = edition(THEN, {1: 11.0, 2: 11.0, 3: 40.0})
    lines = budget(bridge(edition(NOW, {1: 11.0, 2: 11.0}), before))
    assert lines.loc[lines["component"].eq("like_for_like"), "contribution_pts"].eq(0).all()
    assert lines["contribution_pts"].to_dict()["PGP-0003"] == pytest.approx((10 - 300) / 3)


def test_corrections_of_the_past_are_a_component_of_their_own() -> None:
    published, corrected = edition(THEN, {1: 11.0, 2: 12.0}), edition(THEN, {1: 11.0, 2: 14.0})
    after = edition(NOW, {1: 12.0, 2: 14.0})
    lines = bridge(after, corrected, published).query("rate == 'budget'")
    between, of_itself = (
        lines.loc[lines["reference_edition"].eq(THEN) & lines["edition"].eq(key)] for key in (NOW, THEN)
    )
    assert waterfall(of_itself)["past_correction"] == pytest.approx(25.0 - 15.0)
    assert of_itself["project_id"].tolist() == ["PGP-0002"]
    parts = waterfall(between)
    assert parts["past_correction"] == 0
    assert parts["like_for_like"] == pytest.approx(5.0)
    assert math.fsum(parts.values()) == pytest.approx(30.0 - 25.0)


def test_every_edition_is_bridged_from_each_before_it() -> None:
    editions = {
        "2020-11": edition("2020-11", {1: 12.0, 2: 20.0, 4: None}),
        THEN: edition(THEN, {1: 11.0, 4: 12.0}),
        NOW: edition(NOW, {1: 13.0, 2: 14.0, 3: 11.0}),
    }
    corrected = edition("2020-11", {1: 12.0, 2: 25.0})
    history = pd.concat(editions.values(), ignore_index=True)
    lines = conform(bridges(history, pd.concat([corrected, editions[THEN]], ignore_index=True)), OUT_BRIDGE)
    for (key, reference), of_pair in lines.groupby(["edition", "reference_edition"]):
        if key == reference:
            assert set(of_pair["component"]) == {"past_correction"}
            continue
        alone = conform(bridge(editions[str(key)], editions[str(reference)]), OUT_BRIDGE)
        pd.testing.assert_frame_equal(of_pair.reset_index(drop=True), alone, check_exact=True)
    pairs = lines.loc[lines["component"].eq("past_correction"), ["edition", "reference_edition"]].drop_duplicates()
    assert pairs.to_numpy().tolist() == [["2020-11", "2020-11"]]


def test_an_edition_alone_has_no_bridge() -> None:
    alone = edition(NOW, {1: 12.0})
    assert conform(bridges(alone, alone), OUT_BRIDGE).empty
    assert conform(bridges(alone.head(0), alone.head(0)), OUT_BRIDGE).empty


def test_without_a_project_in_common_everything_is_exits_and_entries() -> None:
    lines = budget(bridge(edition(NOW, {2: 13.0}), edition(THEN, {1: 12.0})))
    assert set(lines["component"]) == {"exit", "entry"}
    assert math.fsum(lines["contribution_pts"]) == pytest.approx(10.0)


def test_without_a_known_slippage_on_one_side_there_is_no_bridge() -> None:
    lines = bridge(edition(NOW, {1: None}), edition(THEN, {1: 12.0}))
    assert lines.query("rate == 'budget'").empty


def test_a_withheld_figure_is_in_no_bridge() -> None:
    before = edition(THEN, {1: 12.0, 2: 15.0})
    kept_back = projects(declared(1, NOW), declared(2, NOW, updated_cost_meur=77.0, withheld=True, cost_withheld=True))
    line = budget(bridge(slippages(kept_back), before)).loc[["PGP-0002"]]
    assert line["component"].tolist() == ["ceased_comparable"]
    assert line["after_ratio"].isna().all()


costs = st.dictionaries(st.integers(1, 12), st.none() | st.floats(0.1, 1e3), min_size=1, max_size=10)


History = dict[str, dict[int, float | None]]
KEYS = ("2020-02", "2020-06", THEN, NOW)


def editions(history: History) -> pd.DataFrame:
    """Slippages of several editions, as `edition` gives them."""
    rows = [
        declared(number, key, updated_cost_meur=cost)
        for key, of_edition in history.items()
        for number, cost in of_edition.items()
    ]
    return slippages(projects(*rows))


# As many pairs of editions in each example.
@settings(max_examples=15)
@given(st.fixed_dictionaries(dict.fromkeys(KEYS, costs)), st.dictionaries(st.sampled_from(KEYS), costs))
def test_the_parts_add_up_to_the_change(history: History, published: History) -> None:
    known, first = editions(history), editions(published)
    lines = conform(bridges(known, first), OUT_BRIDGE)
    of_known, of_first = (dict(iter(frame.groupby("edition"))) for frame in (known, first))
    for (reference, key), rate in product(combinations(KEYS, 2), RATES):
        before, after = of_known[reference], of_known[key]
        start, end = headline(before, rate), headline(after, rate)
        if start is None or end is None:
            continue
        of_pair = lines["edition"].eq(key) & lines["reference_edition"].eq(reference)
        of_rate = lines.loc[of_pair & lines["rate"].eq(rate)]
        scale = max(1.0, of_rate["contribution_pts"].abs().max())
        assert math.fsum(of_rate["contribution_pts"]) == pytest.approx((end - start) * 100, abs=TOLERANCE_PTS * scale)
        assert math.fsum(waterfall(of_rate).values()) == pytest.approx((end - start) * 100, abs=TOLERANCE_PTS * scale)
    for corrected, rate in product(of_first, RATES):
        start, end = headline(of_first[corrected], rate), headline(of_known[corrected], rate)
        if start is not None and end is not None:
            of_itself = lines["edition"].eq(corrected) & lines["reference_edition"].eq(corrected)
            own = lines.loc[of_itself & lines["rate"].eq(rate)]
            scale = max(1.0, own["contribution_pts"].abs().max()) if len(own) else 1.0
            total = math.fsum(own["contribution_pts"])
            assert total == pytest.approx((end - start) * 100, abs=TOLERANCE_PTS * scale)


@settings(max_examples=20)
@given(costs, costs, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(
    then: dict[int, float | None], now: dict[int, float | None], random: Any
) -> None:
    frame = editions({THEN: then, NOW: now})
    before, after = (frame.loc[frame["edition"].eq(key)] for key in (THEN, NOW))
    shuffled = [frame.sample(frac=1, random_state=random.randint(0, 99)) for frame in (after, before)]
    pd.testing.assert_frame_equal(conform(bridge(after, before), OUT_BRIDGE), conform(bridge(*shuffled), OUT_BRIDGE))
