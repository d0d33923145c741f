"""The score of the data sent follows its published formula, never judges what is unknown, and gives nothing away."""

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from homes import digests, panorama
from hypothesis import given
from hypothesis import strategies as st
from publication_tables import tables
from submissions import row as line
from submissions import table_of, write_xlsx
from test_history import lines_of
from test_measures import declared, projects

from assets.page.quality_wording import method, quality
from assets.reading.headers import layouts
from warehouse.archive.tables import CORE_PROJECTS, OUT_COLLECTION, OUT_MINISTRY_QUALITY, OUT_PROJECT_QUALITY
from warehouse.home.calendar import Edition
from warehouse.home.register_tables import BASELINES, SUBMISSIONS
from warehouse.model.findings import Finding
from warehouse.model.rules import SEVERITIES, Severity, catalogue, code_of
from warehouse.model.schema import conform, empty_frame
from warehouse.quality.scores import (
    COUNTED_ELSEWHERE,
    FIELDS,
    PLACE,
    RATIOS,
    WITHOUT_FIGURES,
    first_received,
    ministry_quality,
    parameters,
    project_quality,
    rebaselined_since,
    score_pct,
    submitted_rows,
    timeliness_ratio,
)
from warehouse.quality.tables import COMPONENTS

NOW = Edition("2021-11", 14, cutoff_on=dt.date(2021, 11, 30))
OPEN = Edition("2021-11", 14)
SUBMITTED = {layout.name: frozenset(column.field for column in layout.columns) for layout in layouts("2021-11")}
NO_SUBMISSIONS = empty_frame(SUBMISSIONS)
NOBODY = pd.Series(dtype="str")
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
    """What the cells of these projects say beside their values: one layout, each declares its id."""
    cells = frame[PLACE].assign(layout=layout, field="project_id", value=frame["project_id"])
    if layout == "open_data":
        cells = cells.assign(field="name", value=frame["name"])
    return submitted_rows(cells, SUBMITTED)


def scored(
    *now: dict[str, object],
    previous: pd.DataFrame | None = None,
    findings: tuple[Finding, ...] = (),
    layout: str = "submission",
    rebaselined: pd.Series = NOBODY,
    submissions: pd.DataFrame = NO_SUBMISSIONS,
    edition: Edition = OPEN,
    before: pd.DataFrame | None = None,
) -> pd.DataFrame:
    frame = projects(*now)
    found = project_quality(frame, previous, rows(frame, layout), findings, rebaselined, submissions, edition, before)
    return conform(found, OUT_PROJECT_QUALITY).set_index("project_id")


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
    assert (excused["fields_due"], excused["fields_given"]) == (5, 5)
    for reason in (None, "unspecified"):
        silent = one(row=kept | {"withheld_reason": reason})
        assert (silent["fields_due"], silent["fields_given"]) == (10, 5)


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
    ledger = lines_of(BASELINES, line | {"approved_on": "2021-09-01"})
    moved = {"start_date": "2019-06-01", "initial_cost_meur": 15.0, "initial_end_date": "2022-01-01"}
    revised = rebaselined_since(ledger, "2021-07", "2021-11")
    assert one(previous=before_it(), row=moved, rebaselined=revised)["stability_ratio"] == 1
    assert one(previous=before_it(), row=moved)["facts_kept"] == 4
    assert rebaselined_since(ledger, "2021-11", "2022-06").empty
    assert rebaselined_since(lines_of(BASELINES, line), "2021-07", "2021-11").empty


def test_a_decree_that_moves_a_project_excuses_its_ministry() -> None:
    previous = before_it(ministry_id="cohesion_territoires")
    assert (
        one(previous=previous, row={"ministry_id": "logement"}, edition=Edition("2022-12", 16))["facts_compared"] == 7
    )


def test_a_row_that_no_longer_declares_its_id_is_less_stable() -> None:
    frame = projects(whole())
    silent = rows(frame).assign(declared_id=None)
    found = project_quality(frame, before_it(), silent, (), NOBODY, NO_SUBMISSIONS, OPEN, None).iloc[0]
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
    days = first_received(ledger, "2021-11")
    assert [f"{days[sha]:%Y-%m-%d}" for sha in (first, last, "d" * 64)] == ["2021-11-20", "2021-11-20", "2021-12-20"]


# Score and trend


def test_the_score_is_the_weighted_mean_of_what_is_known() -> None:
    ratios = pd.DataFrame([[0.5, 0.75, 1.0, 0.0], [0.5, 0.75, None, None], [0.5, None, None, None]], columns=RATIOS)
    found = score_pct(ratios.astype("float64"))
    assert found[0] == pytest.approx(100 * (0.35 * 0.5 + 0.30 * 0.75 + 0.20 * 1 + 0))
    assert found[1] == pytest.approx(100 * (0.35 * 0.5 + 0.30 * 0.75) / 0.65)
    assert pd.isna(found[2])


def test_a_trend_compares_only_what_is_known_at_both_editions() -> None:
    first = scored(whole(), whole(2), whole(3, description=None)).reset_index()
    late = lines_of(SUBMISSIONS, sent(SHA, "2022-03-01"))
    warned = (finding("cost_band_matches_cost", row=3),)
    now = scored(whole(), whole(2), whole(3), whole(4), before=first, edition=NOW, submissions=late, findings=warned)
    assert now["trend"].tolist() == ["stable", "worsening", "improving", "new"]
    # Timeliness, unknown before, lowers the score and not the trend.
    changes, scores = now["trend_pts"].tolist(), now["score_pct"].tolist()
    assert (changes[0], scores[0], now["components"].tolist()[0]) == (0, pytest.approx(100 * 0.65 / 0.80), 3)
    assert changes[1] == pytest.approx(-100 * 0.30 * 0.25 / 0.65)
    assert pd.isna(changes[3])
    assert scored(whole())["trend"].isna().all()


# Ministries


def ministries(quality: pd.DataFrame, *collected: dict[str, Any], partners: pd.Series = NOBODY) -> pd.DataFrame:
    counts = dict.fromkeys(("projects", "errors", "warnings", "notices"), 0)
    stated = [{"edition": "2021-11", **counts, **line} for line in collected]
    collection = conform(pd.DataFrame(stated, columns=OUT_COLLECTION.names()), OUT_COLLECTION)
    found = ministry_quality(quality.reset_index(), collection, partners, None)
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
        found = ministries(
            scored(whole()), {"ministry_id": name, "status": "missing"}, partners=pd.Series(["justice", None])
        )
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
    findings = tuple(finding(rule, severity) for rule, severity in broken)
    scores = [one(findings=findings[:count]) for count in range(len(findings) + 1)]
    for found in scores:
        assert 0 <= found["consistency_ratio"] <= 1
    values = [found["score_pct"] for found in scores]
    assert values == sorted(values, reverse=True)


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
    previous = before_it(**figures) if then else before_it()
    plain = scored(whole(**kept), previous=before_it())
    told = scored(whole(**kept | figures), previous=previous, findings=tuple(finding(rule) for rule in sorted(broken)))
    pd.testing.assert_frame_equal(plain, told)


# On real runs


def test_scores_follow_the_editions_of_a_home(tmp_path: Path) -> None:
    home = tmp_path / "home"
    right: dict[str, object] = {"description": "Un projet.", "functional_zone": "Gestion", "funding": "P156"}
    right |= {"updated_end_date": dt.date(2022, 7, 1)}
    first = [line(project_id="PGP-0001", **right), line(project_id="PGP-0002", name="PROJET BETA", **right)]
    moved = [first[0] | {"opinion": None}, first[1] | {"name": "PROJET GAMMA"}]
    write_xlsx(home / "inbox" / "2021-07" / "culture.xlsx", table_of(first))
    write_xlsx(home / "inbox" / "2021-11" / "culture.xlsx", table_of(moved))
    for edition in ("2021-07", "2021-11"):
        assert panorama(home, "run", edition).status == 0
    found = pd.read_parquet(home / "warehouse" / "out_project_quality" / "edition=2021-11").set_index("project_id")
    assert found["completeness_ratio"].tolist() == [pytest.approx(10 / 11), 1]
    assert found["stability_ratio"].tolist() == [1, pytest.approx(6 / 7)]
    assert found["trend"].tolist() == ["worsening", "stable"]  # stability was not known before
    kept = digests(home)
    assert panorama(home, "run", "2021-11").status == 0
    assert digests(home) == kept


def test_the_demonstration_scores_the_ministries_it_publishes(tmp_path: Path) -> None:
    assert panorama(tmp_path, "demo").status == 0
    for edition in ("2020-06", "2021-11"):
        known, scores, by_ministry = (
            pd.read_parquet(tmp_path / "warehouse" / name / f"edition={edition}")
            for name in ("core_projects", "out_project_quality", "out_ministry_quality")
        )
        assert scores["project_id"].tolist() == known["project_id"].tolist()
        assert scores["score_pct"].between(0, 100).all()
        received = by_ministry[by_ministry["receipt"].eq("received")]
        assert received["ministry_id"].tolist() == sorted(known["ministry_id"].unique())
        assert received["projects"].sum() == len(known)
    page = (tmp_path / "out" / "2021-11" / "publication" / "index.html").read_text(encoding="utf-8")
    assert "Qualité des données transmises" in page


def test_what_is_said_is_what_the_tables_hold() -> None:
    shown = tables()
    said = quality(shown)
    assert len(said.projects.rows) == len(shown.projects)
    assert len(said.ministries.rows) == len(shown.ministry_quality)
    assert said.ministries.rows[-1][1] == "attendu"
    assert "Cohésion des territoires" in said.missing
    scores = [float(cells[1].replace(",", ".")) for cells in said.ministries.rows[:-1]]
    assert scores == sorted(scores)
