"""The score of the data sent follows its published formula, never judges what is unknown, and gives nothing away."""

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from homes import Said, digests, panorama
from hypothesis import given
from hypothesis import strategies as st
from submissions import row as line
from submissions import table_of, write_xlsx
from test_history import lines_of
from test_measures import declared, projects

from assets.page.quality_wording import method
from assets.reading.headers import layouts
from warehouse.archive.tables import CORE_PROJECTS, OUT_COLLECTION, OUT_MINISTRY_QUALITY, OUT_PROJECT_QUALITY
from warehouse.home.calendar import Calendar, Edition
from warehouse.home.register_tables import BASELINES, SUBMISSIONS
from warehouse.model.findings import Finding
from warehouse.model.rules import SEVERITIES, Severity, catalogue, code_of
from warehouse.model.schema import conform, empty_frame
from warehouse.quality.scores import (
    COUNTED_ELSEWHERE,
    FIELDS,
    RATIOS,
    WITHOUT_FIGURES,
    asked_fields,
    first_received,
    ministry_quality,
    parameters,
    project_quality,
    score_pct,
    timeliness_ratio,
)
from warehouse.quality.tables import COMPONENTS

NOW = Edition("2021-11", 14, cutoff_on=dt.date(2021, 11, 30))
OPEN = Edition("2021-11", 14)
BEFORE = Edition("2021-07", 13)
SUBMITTED = {layout.name: frozenset(column.field for column in layout.columns) for layout in layouts("2021-11")}
NO_SUBMISSIONS = empty_frame(SUBMISSIONS)
NO_BASELINES = empty_frame(BASELINES)
WHOLE = {
    "description": "Un projet.",
    "start_date": "2019-01-01",
    "functional_zone": "Gestion",
    "funding": "P156",
    "updated_end_date": "2021-07-01",
    "initial_end_date": "2021-01-01",
    "opinion": "favourable",
    "deviation_reason": "scope",
}
SHA = "0" * 64


def whole(number: int = 1, edition: str = "2021-11", **changes: Any) -> dict[str, object]:
    """A project of which nothing is missing, but for `changes`; it owes ten fields and the reason of its deviation."""
    return declared(number, edition, **WHOLE | changes)


def rows(frame: pd.DataFrame, layout: str = "submission") -> pd.DataFrame:
    """What the rows of these projects say beside their values: one layout, each declares its id where it is asked."""
    submitted = frame.assign(layout=layout, project_id=frame["project_id"] if layout == "submission" else None)
    fields = {(edition, name): given for edition in frame["edition"].unique() for name, given in SUBMITTED.items()}
    return asked_fields(submitted, fields)


def scored(
    *now: dict[str, object],
    previous: pd.DataFrame | None = None,
    findings: tuple[Finding, ...] = (),
    layout: str = "submission",
    ledger: pd.DataFrame = NO_BASELINES,
    submissions: pd.DataFrame = NO_SUBMISSIONS,
    edition: Edition = OPEN,
    before: Edition = BEFORE,
) -> pd.DataFrame:
    """The scores of an edition, by project, when the warehouse has it and maybe the one before."""
    frame = projects(*now) if previous is None else pd.concat([previous, projects(*now)], ignore_index=True)
    calendar = Calendar([before, edition])
    told = project_quality(frame, rows(frame, layout), {edition.key: findings}, ledger, submissions, calendar)
    found = conform(told, OUT_PROJECT_QUALITY)
    return found.loc[found["edition"].eq(edition.key)].set_index("project_id")


def one(**given: Any) -> dict[str, Any]:
    """The score of the first project, given the changes of its row under `row`."""
    return {str(key): value for key, value in scored(whole(**given.pop("row", {})), **given).iloc[0].items()}


def finding(rule: str, severity: Severity = "warning", row: int = 2) -> Finding:
    return Finding(rule, severity, "…", file="a.csv", sheet="a", row=row)


def sent(sha256: str, received_on: str, **changes: Any) -> dict[str, Any]:
    received = {"edition": "2021-11", "ministry_id": "culture", "version": 1, "file": "a.csv", "status": "read"}
    return received | {"sha256": sha256, "received_on": received_on} | changes


# The formula is published


def test_every_number_of_the_formula_is_in_the_published_file_with_its_reason() -> None:
    known = parameters()
    assert sum(known[name].value for name in COMPONENTS) == pytest.approx(1)
    assert {f"{severity}_penalty" for severity in SEVERITIES} <= set(known)
    for parameter in known.values():
        assert parameter.value >= 0
        assert parameter.label
        assert parameter.unit
        assert parameter.reason.endswith(".")
    assert {known[name].label for name in COMPONENTS} == {column.title for column in COMPONENTS.values()}


def test_the_fields_and_the_rules_it_names_exist() -> None:
    assert set(FIELDS) <= set(CORE_PROJECTS.names())
    assert all(given <= SUBMITTED["submission"] | SUBMITTED["open_data"] for given in FIELDS.values())
    assert set(catalogue()) >= COUNTED_ELSEWHERE


def test_the_method_section_states_the_numbers_of_the_file() -> None:
    said = " ".join(method().values())
    for part in ("complétude 35", "cohérence 30", "stabilité 20", "ponctualité 15", "0,25 par alerte", "30 jours"):
        assert part in said


# Completeness


def test_a_row_with_all_that_is_due_is_complete() -> None:
    found = one()
    assert (found["fields_due"], found["fields_given"], found["completeness_ratio"]) == (11, 11, 1.0)


@pytest.mark.parametrize(
    ("change", "due", "given"),
    [
        ({"description": None}, 11, 10),
        ({"phase": None}, 11, 10),
        ({"updated_cost_meur": None, "opinion": None}, 10, 9),  # without a cost no opinion is due
        ({"opinion": None}, 11, 10),
        ({"opinion": "not_requested"}, 11, 10),
        ({"opinion": None, "phase": "completed"}, 10, 10),
        ({"opinion": None, "updated_cost_meur": 8.9, "initial_cost_meur": 8.0}, 10, 10),
        ({"deviation_reason": "none"}, 11, 10),
        ({"updated_end_date": None}, 11, 11),  # the duration says the same
        ({"deviation_reason": None, "updated_cost_meur": 10.0, "updated_duration_months": 24}, 10, 10),
    ],
)
def test_each_missing_field_counts_when_it_is_due(change: dict[str, Any], due: int, given: int) -> None:
    found = one(row=change)
    assert (found["fields_due"], found["fields_given"]) == (due, given)
    assert found["completeness_ratio"] == pytest.approx(given / due)


def test_in_the_scoping_phase_neither_cost_nor_end_is_due() -> None:
    nothing = dict.fromkeys(
        ["updated_cost_meur", "initial_cost_meur", "updated_duration_months", "initial_duration_months"]
    )
    nothing |= dict.fromkeys(["updated_end_date", "initial_end_date", "opinion", "deviation_reason"])
    found = one(row={"phase": "scoping", **nothing})
    assert (found["fields_due"], found["completeness_ratio"]) == (5, 1.0)


def test_open_data_owes_only_the_fields_of_its_layout() -> None:
    found = one(layout="open_data", row=dict.fromkeys(["initial_cost_meur", "initial_end_date", "opinion"]))
    assert (found["fields_due"], found["completeness_ratio"]) == (7, 1.0)


def test_a_reason_excuses_withheld_figures_and_its_absence_does_not() -> None:
    kept = {"withheld": True, "cost_withheld": True, "schedule_withheld": True}
    excused = one(row=kept | {"withheld_reason": "open_tender"})
    assert (excused["fields_due"], excused["fields_given"]) == (3, 3)
    for reason in (None, "unspecified"):
        silent = one(row=kept | {"withheld_reason": reason})
        assert (silent["fields_due"], silent["fields_given"]) == (8, 3)


# Consistency


def test_each_broken_rule_counts_once_by_its_severity() -> None:
    assert one()["consistency_ratio"] == 1
    warned = one(findings=(finding("cost_band_matches_cost"), finding("cost_band_matches_cost")))
    assert (warned["rules_broken"], warned["consistency_ratio"]) == (1, 0.75)
    two = one(findings=(finding("cost_band_matches_cost"), finding("identity_is_certain")))
    assert (two["rules_broken"], two["consistency_ratio"]) == (2, 0.5)
    assert one(findings=(finding("value_is_readable", "error"),))["consistency_ratio"] == 0
    assert one(findings=(finding("value_is_readable", "notice"),))["rules_broken"] == 0


def test_findings_on_other_rows_missing_values_and_our_own_treatment_do_not_count() -> None:
    others = (
        finding("cost_band_matches_cost", row=99),
        finding("cost_is_given"),
        finding("start_date_does_not_move"),
        finding("nothing_withheld_is_published", "error"),
        Finding("every_exit_has_a_reason", "warning", "…"),
    )
    assert one(findings=others)["consistency_ratio"] == 1


# Stability


def before_it(**changes: Any) -> pd.DataFrame:
    return projects(whole(edition="2021-07", **changes))


def test_a_project_that_keeps_its_facts_is_stable() -> None:
    found = one(previous=before_it())
    assert (found["facts_compared"], found["facts_kept"], found["stability_ratio"]) == (7, 7, 1.0)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Autre nom"},
        {"ministry_id": "pm"},
        {"interministerial": True},
        {"start_date": "2019-02-01"},
        {"initial_cost_meur": 11.0},
        {"initial_end_date": "2021-03-01"},
    ],
)
def test_each_fact_that_moves_costs_one(change: dict[str, Any]) -> None:
    found = one(previous=before_it(), row=change)
    assert (found["facts_compared"], found["facts_kept"]) == (7, 6)


def test_spelling_days_and_rounding_are_not_changes() -> None:
    same = {"name": "PROJET 1", "start_date": "2019-01-15", "initial_cost_meur": 10.004}
    assert one(previous=before_it(), row=same)["stability_ratio"] == 1


def test_a_dated_revision_excuses_the_start_and_the_initial_figures() -> None:
    line = {"project_id": "PGP-0001", "number": 2, "act": "Acte", "reason": "Pourquoi", "edition": "2021-11"}
    moved = {"start_date": "2019-06-01", "initial_cost_meur": 15.0, "initial_end_date": "2022-01-01"}
    revised = lines_of(BASELINES, line | {"approved_on": "2021-09-01"})
    assert one(previous=before_it(), row=moved, ledger=revised)["stability_ratio"] == 1
    for other in (NO_BASELINES, lines_of(BASELINES, line), revised.assign(edition="2021-07"), revised.assign(number=1)):
        assert one(previous=before_it(), row=moved, ledger=other)["facts_kept"] == 4


@pytest.mark.parametrize(("edition", "kept"), [("2025-09", 6), ("2025-10", 7)])
def test_a_decree_that_moves_a_project_excuses_its_ministry(edition: str, kept: int) -> None:
    # Housing leaves territorial cohesion on 12 October 2025.
    now = Edition(edition, 15)
    found = scored(
        whole(edition=edition, ministry_id="logement"),
        previous=projects(whole(edition="2021-11", ministry_id="cohesion_territoires")),
        edition=now,
        before=OPEN,
    )
    assert found[["facts_compared", "facts_kept"]].to_numpy().tolist() == [[7, kept]]


def test_after_a_hole_nothing_is_compared() -> None:
    found = one(previous=projects(whole(edition="2020-11")))
    assert found["facts_compared"] == 0
    assert pd.isna(found["trend"])


def test_a_row_that_no_longer_declares_its_id_is_less_stable() -> None:
    frame = pd.concat([before_it(), projects(whole())], ignore_index=True)
    silent = rows(frame).assign(declared_id=None)
    calendar = Calendar([BEFORE, OPEN])
    found = project_quality(frame, silent, {}, NO_BASELINES, NO_SUBMISSIONS, calendar).iloc[-1]
    assert (found["facts_compared"], found["facts_kept"]) == (7, 6)


def test_a_new_project_has_no_stability() -> None:
    found = scored(whole(2), previous=before_it()).iloc[0]
    assert found["facts_compared"] == 0
    assert pd.isna(found["stability_ratio"])
    assert found["components"] == 2


# Timeliness


@pytest.mark.parametrize(
    ("day", "late", "ratio"),
    [("2021-11-12", 0, 1.0), ("2021-11-30", 0, 1.0), ("2021-12-15", 15, 0.5), ("2022-01-30", 61, 0.0)],
)
def test_timeliness_falls_to_zero_at_thirty_days(day: str, late: int, ratio: float) -> None:
    found = one(edition=NOW, submissions=lines_of(SUBMISSIONS, sent(SHA, day)))
    assert (found["late_days"], found["timeliness_ratio"]) == (late, ratio)


def test_timeliness_is_unknown_without_a_cutoff_or_a_ledger_line() -> None:
    ledger = lines_of(SUBMISSIONS, sent(SHA, "2022-06-01"))
    for found in (one(submissions=ledger), one(edition=NOW), one(edition=NOW, submissions=ledger.iloc[:0])):
        assert pd.isna(found["late_days"])
        assert pd.isna(found["timeliness_ratio"])
        assert (found["score_pct"], found["components"]) == (100, 2)


def test_a_correction_keeps_the_day_of_what_it_replaces() -> None:
    first, bad, last = "a" * 64, "b" * 64, "c" * 64
    ledger = lines_of(
        SUBMISSIONS,
        sent(first, "2021-11-20"),
        sent(bad, "2021-12-05", status="quarantined", replaces_sha256=first),
        sent(last, "2021-12-20", version=3, replaces_sha256=bad),
        sent("d" * 64, "2021-12-20", version=4),
        sent(last, "2020-01-01", edition="2020-06"),
    )
    days = first_received(ledger)["2021-11"]
    assert [f"{days[sha]:%Y-%m-%d}" for sha in (first, last, "d" * 64)] == ["2021-11-20", "2021-11-20", "2021-12-20"]


# Score and trend


def test_the_score_is_the_weighted_mean_of_what_is_known() -> None:
    ratios = pd.DataFrame([[0.5, 0.75, 1.0, 0.0], [0.5, 0.75, None, None], [0.5, None, None, None]], columns=RATIOS)
    found = score_pct(ratios.astype("float64"))
    assert found[0] == pytest.approx(100 * (0.35 * 0.5 + 0.30 * 0.75 + 0.20 * 1 + 0))
    assert found[1] == pytest.approx(100 * (0.35 * 0.5 + 0.30 * 0.75) / 0.65)
    assert pd.isna(found[2])


def test_a_trend_compares_only_what_is_known_at_both_editions() -> None:
    first = projects(*(whole(number, "2021-07") for number in (1, 2)), whole(3, "2021-07", description=None))
    late = lines_of(SUBMISSIONS, sent(SHA, "2022-03-01"))
    warned = (finding("cost_band_matches_cost", row=3),)
    now = scored(whole(), whole(2), whole(3), whole(4), previous=first, edition=NOW, submissions=late, findings=warned)
    assert now["trend"].tolist() == ["stable", "worsening", "improving", "new"]
    # Timeliness, nil and unknown before, lowers the score and not the trend; stability was not known before either.
    changes, scores = now["trend_pts"].tolist(), now["score_pct"].tolist()
    assert (changes[0], scores[0], now["components"].tolist()[0]) == (0, pytest.approx(100 * 0.85), 4)
    assert changes[1] == pytest.approx(-100 * 0.30 * 0.25 / 0.65)
    assert pd.isna(changes[3])
    assert scored(whole())["trend"].isna().all()


# Ministries


def ministries(quality: pd.DataFrame, *collected: dict[str, Any], partner: str | None = None) -> pd.DataFrame:
    counts = dict.fromkeys(("projects", "errors", "warnings", "notices"), 0)
    stated = [{"edition": "2021-11", **counts, **line} for line in collected]
    collection = conform(pd.DataFrame(stated, columns=OUT_COLLECTION.names()), OUT_COLLECTION)
    frame = projects(whole(partner_ministry_id=partner))
    found = ministry_quality(quality.reset_index(), collection, frame, Calendar([BEFORE, OPEN]))
    return conform(found, OUT_MINISTRY_QUALITY).set_index("ministry_id")


def test_a_ministry_has_the_mean_of_its_projects() -> None:
    quality = scored(whole(), whole(2, description=None), whole(3, ministry_id="pm"), previous=before_it())
    found = ministries(quality)
    assert found["projects"].to_dict() == {"culture": 2, "pm": 1}
    culture = found.loc["culture"]
    assert culture["completeness_ratio"] == pytest.approx((1 + 10 / 11) / 2)
    assert (culture["compared_projects"], culture["stability_ratio"]) == (1, 1.0)
    assert culture["score_pct"] == pytest.approx(100 * (0.35 * (1 + 10 / 11) / 2 + 0.5) / 0.85)
    assert found["receipt"].eq("received").all()


@pytest.mark.parametrize("status", ["missing", "quarantined"])
def test_a_ministry_of_which_nothing_could_be_read_has_a_row_and_no_score(status: str) -> None:
    silent = ministries(scored(whole()), {"ministry_id": "justice", "status": status, "late_days": 3}).loc["justice"]
    assert (silent["receipt"], silent["projects"], silent["components"]) == (status, 0, 0)
    assert silent[["score_pct", *RATIOS]].isna().all()


def test_a_ministry_that_is_no_more_or_is_a_partner_owes_nothing() -> None:
    for name in ("comptes_publics", "justice"):
        found = ministries(scored(whole()), {"ministry_id": name, "status": "missing"}, partner="justice")
        assert found.index.tolist() == ["culture"]


def test_a_ministry_that_attests_it_has_no_project_is_on_time_or_late() -> None:
    nil = ministries(scored(whole()), {"ministry_id": "justice", "status": "nil", "late_days": 6}).loc["justice"]
    assert (nil["receipt"], nil["timeliness_ratio"], nil["components"]) == ("nil", 0.8, 1)
    assert pd.isna(nil["score_pct"])


# Properties


shares = st.none() | st.floats(0, 1)
ROW_RULES = sorted(set(catalogue()) - COUNTED_ELSEWHERE)


@given(st.lists(st.tuples(shares, shares, shares, shares), min_size=1, max_size=5))
def test_a_score_lies_between_its_components(values: list[tuple[float | None, ...]]) -> None:
    ratios = pd.DataFrame(values, columns=RATIOS).astype("float64")
    scores = score_pct(ratios)
    known = scores.notna()
    assert (known == (ratios.notna().sum(axis=1) >= 2)).all()
    assert scores[known].between(100 * ratios.min(axis=1)[known] - 1e-9, 100 * ratios.max(axis=1)[known] + 1e-9).all()


@given(st.lists(st.tuples(st.sampled_from(ROW_RULES), st.sampled_from(SEVERITIES)), max_size=8))
def test_a_broken_rule_never_raises_a_score(broken: list[tuple[str, Severity]]) -> None:
    # One project more for each rule more.
    findings = tuple(
        finding(rule, severity, row=number + 1)
        for number in range(1, len(broken) + 2)
        for rule, severity in broken[: number - 1]
    )
    found = scored(*(whole(number) for number in range(1, len(broken) + 2)), findings=findings)
    assert found["consistency_ratio"].between(0, 1).all()
    assert found["score_pct"].is_monotonic_decreasing


@given(st.lists(st.integers(-400, 400), min_size=2, max_size=10))
def test_a_later_submission_is_never_more_timely(days: list[int]) -> None:
    ratios = timeliness_ratio(pd.Series(sorted(days), dtype="Int64")).tolist()
    assert all(0 <= ratio <= 1 for ratio in ratios)
    assert ratios == sorted(ratios, reverse=True)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "updated_cost_meur": st.none() | st.floats(0.1, 500),
            "initial_cost_meur": st.none() | st.floats(0.1, 500),
            "rebaseline_cost_meur": st.none() | st.floats(0.1, 500),
            "updated_duration_months": st.none() | st.integers(1, 200),
            "initial_duration_months": st.none() | st.integers(1, 200),
            "updated_end_date": st.none() | st.dates(dt.date(2019, 1, 1), dt.date(2040, 1, 1)),
            "initial_end_date": st.none() | st.dates(dt.date(2019, 1, 1), dt.date(2040, 1, 1)),
        },
    ),
    st.booleans(),
    st.sampled_from([None, "open_tender"]),
    st.sets(st.sampled_from([rule for rule in ROW_RULES if code_of(rule).split("-")[0] not in WITHOUT_FIGURES])),
)
def test_no_score_depends_on_a_withheld_figure(
    figures: dict[str, Any], then: bool, reason: str | None, broken: set[str]
) -> None:
    kept: dict[str, Any] = {"withheld": True, "cost_withheld": True, "schedule_withheld": True}
    kept["withheld_reason"] = reason
    secret = kept | figures
    # The second project of each pair tells what the first does not; the second pair already withheld it before.
    shown = whole(2, "2021-07", **figures if then else {})
    before = [whole(1, "2021-07"), shown, whole(3, "2021-07", **kept), whole(4, "2021-07", **secret)]
    found = scored(
        *(whole(number, **kept if number % 2 else secret) for number in range(1, 5)),
        previous=projects(*before),
        findings=tuple(finding(rule, row=number + 1) for number in (2, 4) for rule in sorted(broken)),
    ).drop(columns="name")
    pd.testing.assert_series_equal(found.iloc[2], found.iloc[3], check_names=False)
    # What the edition before showed made its own score, hence the trend, and nothing else.
    of_then = ["trend", "trend_pts"] if then else []
    pd.testing.assert_series_equal(
        found.iloc[0].drop(labels=of_then), found.iloc[1].drop(labels=of_then), check_names=False
    )


# On real runs


def test_scores_follow_the_editions_of_a_home(tmp_path: Path) -> None:
    home = tmp_path / "home"
    right: dict[str, object] = {"description": "Un projet.", "functional_zone": "Gestion", "funding": "P156"}
    right |= {"updated_end_date": dt.date(2022, 7, 1)}
    first = [line(project_id="PGP-0001", **right), line(project_id="PGP-0002", name="PROJET BETA", **right)]
    moved = [first[0] | {"opinion": None}, first[1] | {"name": "PROJET GAMMA"}]
    write_xlsx(home / "inbox" / "2021-07" / "culture.xlsx", table_of(first))
    write_xlsx(home / "inbox" / "2021-11" / "culture.xlsx", table_of(moved))
    assert panorama(home, "backfill", "2021-07..2021-11").status == 0
    found = pd.read_parquet(home / "warehouse" / "out_project_quality" / "edition=2021-11").set_index("project_id")
    assert found["completeness_ratio"].tolist() == [pytest.approx(10 / 11), 1]
    assert found["stability_ratio"].tolist() == [1, pytest.approx(6 / 7)]
    assert found["trend"].tolist() == ["worsening", "stable"]  # stability was not known before
    kept = digests(home)
    assert panorama(home, "run", "2021-11").status == 0
    assert digests(home) == kept


def test_the_demonstration_scores_the_ministries_it_publishes(demonstration: tuple[Path, Said]) -> None:
    home, said = demonstration
    assert said.status == 0
    for edition in ("2020-06", "2021-11"):
        known, scores, by_ministry = (
            pd.read_parquet(home / "warehouse" / name / f"edition={edition}")
            for name in ("core_projects", "out_project_quality", "out_ministry_quality")
        )
        assert scores["project_id"].tolist() == known["project_id"].tolist()
        assert scores["score_pct"].between(0, 100).all()
        received = by_ministry[by_ministry["receipt"].eq("received")]
        assert received["ministry_id"].tolist() == sorted(known["ministry_id"].unique())
        assert received["projects"].sum() == len(known)
