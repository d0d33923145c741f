"""No table looks ahead: without the editions that follow, the rows of an edition are the same."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_measures import declared, projects

from warehouse.archive.tables import (
    OUT_COLLECTION,
    OUT_FORECAST,
    OUT_FORECAST_BACKTEST,
    OUT_KEY_FIGURES,
    OUT_MINISTRY_QUALITY,
    OUT_MOVEMENTS,
    OUT_PROJECT_QUALITY,
    OUT_SLIPPAGE_GROUPS,
)
from warehouse.forecast.backtest import backtest
from warehouse.forecast.forecast import forecasts
from warehouse.home.calendar import Calendar, Edition
from warehouse.home.register_tables import BASELINES, SUBMISSIONS
from warehouse.model.findings import Finding
from warehouse.model.schema import Table, conform, empty_frame
from warehouse.projects.withheld import revealed_ledger
from warehouse.quality.scores import FIELDS, asked_fields, ministry_quality, project_quality
from warehouse.slippage.by_group import slippage_by_group
from warehouse.slippage.by_project import slippages
from warehouse.slippage.measures import key_figures

EDITIONS = ("2020-06", "2020-11", "2021-07", "2021-11")
CALENDAR = Calendar(
    Edition(key, ordinal, cutoff_on=pd.Timestamp(f"{key}-20").date()) for ordinal, key in enumerate(EDITIONS, 11)
)
PROJECTS = 14
ASKED = {(edition, "submission"): frozenset({"project_id"}).union(*FIELDS.values()) for edition in EDITIONS}


@dataclass(frozen=True)
class History:
    """What the editions of a home hold, each table with a column `edition`."""

    projects: pd.DataFrame
    ledger: pd.DataFrame
    submissions: pd.DataFrame
    collection: pd.DataFrame

    def until(self, edition: str) -> "History":
        """The same home before the editions that follow."""
        return History(*(table.loc[table["edition"].le(edition)] for table in vars(self).values()))

    def slippages(self) -> pd.DataFrame:
        return slippages(self.projects, self.ledger, CALENDAR)


def history(seed: int) -> History:
    """Projects that come, move, keep figures back, are revised, end and go, at random."""
    draw = np.random.default_rng(seed)
    rows, lines = [], []
    for number in range(1, PROJECTS + 1):
        cost, months = float(draw.uniform(3, 150)), int(draw.integers(12, 60))
        first, last = (0, 4) if number <= 11 else sorted(draw.choice(5, 2, replace=False))
        for rank, edition in list(enumerate(EDITIONS))[first:last]:
            kept = draw.random(2) < (0.15 if number <= 3 else 0)
            given_back: dict[str, Any] = {"withheld": bool(kept.any()), "cost_withheld": bool(kept[0])}
            phase = "completed" if rank == 3 and number % 5 == 0 else str(draw.choice(["build", "rollout", "scoping"]))
            changes: dict[str, Any] = {
                "phase": "build" if number <= 11 and phase == "scoping" else phase,
                "ministry_id": str(draw.choice(["culture", "justice"], p=[0.9, 0.1])),
                "start_date": "2019-01-01",
                "updated_cost_meur": cost,
                "updated_duration_months": months,
                "updated_end_date": str((pd.Timestamp("2019-01-01") + pd.DateOffset(months=months)).date()),
            }
            rows.append(declared(number, edition, **changes | given_back | {"schedule_withheld": bool(kept[1])}))
            cost, months = cost * float(draw.uniform(0.9, 1.4)), months + int(draw.integers(-2, 9))
        revised = str(draw.choice(EDITIONS))
        line = {"project_id": f"PGP-{number:04d}", "act": "Acte", "reason": "Pourquoi", "edition": revised}
        lines.append(line | {"line": number, "number": 2, "approved_on": f"{revised}-01", "cost_meur": cost})
    sent = [
        {"edition": edition, "sha256": "0" * 64, "received_on": f"{edition}-{int(draw.integers(10, 29))}", "line": rank}
        | {"ministry_id": "culture", "version": 1, "file": "a.csv", "status": "read"}
        for rank, edition in enumerate(EDITIONS, 1)
    ]
    heard = [
        {"edition": edition, "ministry_id": ministry, "status": str(draw.choice(["missing", "nil"])), "late_days": 3}
        | dict.fromkeys(("projects", "errors", "warnings", "notices"), 0)
        for edition in EDITIONS
        for ministry in ("justice", "armees")
    ]
    return History(
        projects(*rows),
        conform(pd.DataFrame(lines, columns=BASELINES.names()), BASELINES),
        conform(pd.DataFrame(sent, columns=SUBMISSIONS.names()), SUBMISSIONS),
        conform(pd.DataFrame(heard, columns=OUT_COLLECTION.names()), OUT_COLLECTION),
    )


def forecast(home: History) -> pd.DataFrame:
    return forecasts(home.projects, home.slippages(), backtest(home.projects))


def statistics(home: History) -> pd.DataFrame:
    return slippage_by_group(home.slippages(), CALENDAR, dict.fromkeys(EDITIONS, 15.0))


def known_baselines(home: History) -> pd.DataFrame:
    return revealed_ledger(home.ledger, home.projects)


def scores(home: History) -> pd.DataFrame:
    broken = Finding("cost_band_matches_cost", "warning", "…", file="a.csv", sheet="a", row=3)
    findings = {edition: [broken] for edition in home.projects["edition"].unique() if edition != EDITIONS[1]}
    rows = asked_fields(home.projects.assign(layout="submission"), ASKED)
    return project_quality(home.projects, rows, findings, home.ledger, home.submissions, CALENDAR)


def ministry_scores(home: History) -> pd.DataFrame:
    return ministry_quality(conform(scores(home), OUT_PROJECT_QUALITY), home.collection, home.projects, CALENDAR)


@pytest.mark.parametrize(
    ("table", "make"),
    [
        (OUT_FORECAST_BACKTEST, lambda home: backtest(home.projects)),
        (OUT_FORECAST, forecast),
        (OUT_KEY_FIGURES, lambda home: key_figures(home.projects, empty_frame(OUT_MOVEMENTS), CALENDAR)),
        (OUT_SLIPPAGE_GROUPS, statistics),
        (BASELINES, known_baselines),
        (OUT_PROJECT_QUALITY, scores),
        (OUT_MINISTRY_QUALITY, ministry_scores),
    ],
)
@settings(max_examples=2, deadline=None)
@given(seed=st.integers(0, 10**6), last=st.sampled_from(EDITIONS[:-1]))
def test_the_editions_that_follow_change_no_row(
    table: Table, make: Callable[[History], pd.DataFrame], seed: int, last: str
) -> None:
    home = history(seed)
    whole, past = conform(make(home), table), conform(make(home.until(last)), table)
    kept = whole.loc[whole["edition"].le(last)].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, past, check_exact=True)
