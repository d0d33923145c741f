"""What a flag keeps back is what the declaration of the columns says, in any table."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st
from test_measures import declared, projects, slippages

from warehouse.archive.tables import CORE_PROJECTS, OUT_FORECAST, OUT_SLIPPAGE_PROJECTS
from warehouse.home.register_tables import BASELINES
from warehouse.projects.withheld import (
    FLAGS,
    flagged_as,
    mask,
    revealed_ledger,
    withheld_columns,
    withheld_places,
    without_provenance,
    without_withheld,
)

COSTS = {"initial_cost_meur", "updated_cost_meur", "rebaseline_cost_meur", "cost_band", "submitted_cost_band"}
OPINION = {"opinion", "opinion_date"}
DATES = {"initial_end_date", "rebaseline_end_date", "updated_end_date"}
DURATIONS = {"initial_duration_months", "updated_duration_months"}
TEXTS = {
    "description", "information_url", "rebaseline_date", "rebaseline_act", "rebaseline_reason", "programmes", "funding",
    "performance_plan_url", "deviation_reason", "deviation_comment", "withheld_note",
}  # fmt: skip


def names(flag: str) -> set[str]:
    return {column.name for column in withheld_columns(CORE_PROJECTS, flag)}


def test_a_cost_and_a_schedule_keep_back_their_figures_and_what_gives_them_away() -> None:
    assert names("cost") == COSTS | OPINION
    assert names("schedule") == DATES | DURATIONS
    assert names("any") == TEXTS


def test_only_the_figures_of_the_flag_that_is_up_are_missing() -> None:
    frame = projects(declared(1, cost_withheld=True), declared(2, schedule_withheld=True), declared(3))
    shown = without_withheld(frame).set_index("project_id")
    assert shown["updated_cost_meur"].isna().tolist() == [True, False, False]
    assert shown["updated_duration_months"].isna().tolist() == [False, True, False]
    assert shown["name"].notna().all()
    assert frame["updated_cost_meur"].notna().all()


def test_a_status_says_withheld_and_a_past_end_is_no_longer_told() -> None:
    frame = slippages(projects(declared(1, updated_end_date=pd.Timestamp("2021-01-01")), declared(2)))
    assert frame["overdue"].tolist() == [True, False]
    up = pd.Series([True, False])
    shown = mask(frame, OUT_SLIPPAGE_PROJECTS, {"schedule": up})
    assert shown["schedule_status"].tolist() == ["withheld", frame["schedule_status"][1]]
    assert shown["schedule_corrected_slippage_ratio"].isna()[0]
    assert shown["overdue"].tolist() == [False, False]
    pd.testing.assert_series_equal(shown["budget_slippage_ratio"], frame["budget_slippage_ratio"])


def test_a_figure_withheld_in_the_previous_edition_keeps_back_what_is_counted_from_it() -> None:
    since = {column.name for column in withheld_columns(OUT_SLIPPAGE_PROJECTS, "previous_cost")}
    assert since == {"budget_previous_slippage_ratio", "budget_previous_slippage_meur"}


def test_an_expected_cost_is_kept_back_with_the_cost_and_in_constant_euros_with_the_end_too() -> None:
    kept_back = {flag: {column.name for column in withheld_columns(OUT_FORECAST, flag)} for flag in FLAGS}
    assert {"cost_p80_meur", "cost_p80_constant_meur"} <= kept_back["cost"]
    assert kept_back["schedule"] & {"cost_p80_meur", "cost_p80_constant_meur"} == {"cost_p80_constant_meur"}


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=5))
def test_nothing_else_changes_and_twice_is_once(flags: list[tuple[bool, bool]]) -> None:
    frame = projects(
        *(declared(n, cost_withheld=cost, schedule_withheld=end) for n, (cost, end) in enumerate(flags, start=1))
    )
    shown = without_withheld(frame)
    kept = [name for name in frame.columns if name not in COSTS | OPINION | DATES | DURATIONS | TEXTS]
    pd.testing.assert_frame_equal(shown[kept], frame[kept])
    pd.testing.assert_frame_equal(without_withheld(shown), shown)
    for flag, held in FLAGS.items():
        assert shown.loc[frame[held].astype(bool), sorted(names(flag))].isna().all(axis=None)
        visible = ~frame[held].astype(bool)
        pd.testing.assert_frame_equal(shown.loc[visible, sorted(names(flag))], frame.loc[visible, sorted(names(flag))])


def test_a_text_is_kept_back_with_either_figure() -> None:
    said = {"deviation_comment": "0,311 Md€, soit +51,3 %", "deviation_reason": "none", "programmes": "P156;P115"}
    frame = projects(
        declared(1, cost_withheld=True, **said), declared(2, schedule_withheld=True, **said), declared(3, **said)
    )
    assert without_withheld(frame)[list(said)].notna().all(axis=1).tolist() == [False, False, True]


def test_no_row_of_a_file_with_a_withheld_project_has_its_fingerprint_nor_its_place() -> None:
    frame = projects(declared(1, withheld=True), declared(2), declared(3, source_file="b.csv"))
    shown = without_provenance(frame)
    assert shown["source_sha256"].isna().tolist() == shown["source_row"].isna().tolist() == [True, True, False]
    assert shown["source_file"].notna().all()


def baseline(number: int, edition: str, project: str = "PGP-0001") -> dict[str, object]:
    line = {"line": number + 1, "project_id": project, "number": number, "edition": edition, "act": "a", "reason": "b"}
    return dict.fromkeys(BASELINES.names()) | line


def test_a_baseline_declared_while_figures_are_withheld_is_known_once_they_are_published_again() -> None:
    ledger = pd.DataFrame([baseline(1, "2020-11"), baseline(2, "2021-07"), baseline(1, "2021-07", "PGP-0002")])
    editions = ("2020-11", "2021-07", "2021-11")
    frame = projects(
        *(declared(1, edition, withheld=edition == "2021-07") for edition in editions),
        declared(2, "2021-07", withheld=True),
    )
    known = revealed_ledger(ledger, frame)
    assert list(zip(known["project_id"], known["number"], known["edition"], strict=True)) == [
        ("PGP-0001", 1, "2020-11"),
        ("PGP-0001", 2, "2021-11"),
    ]
    nothing_kept_back = projects(*(declared(1, edition) for edition in editions))
    pd.testing.assert_frame_equal(revealed_ledger(ledger, nothing_kept_back), ledger)


def test_a_row_is_flagged_as_the_register_flags_its_project() -> None:
    rows = projects(declared(1), declared(2))
    made = rows.head(1).assign(withheld=True, cost_withheld=True, withheld_reason="open_tender")
    flagged = flagged_as(rows, made)
    assert flagged["cost_withheld"].tolist() == flagged["withheld"].tolist() == [True, False]
    assert withheld_places([flagged]) == {("a.csv", "a", 2)}
