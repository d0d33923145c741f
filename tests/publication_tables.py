"""Invented tables of four editions, true to the declaration, for the tests of the publication.

Slippages are worked out here in the plainest way: what is under test is what a reader is told of them.
"""

import random
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd

from assets.dataset.key_figures import open_key_figures
from assets.page.tables import PublicationTables
from warehouse.archive.tables import (
    CORE_PROJECTS,
    OUT_COLLECTION,
    OUT_HEADLINE_CHANGES,
    OUT_HEADLINES,
    OUT_KEY_FIGURES,
    OUT_MINISTRY_QUALITY,
    OUT_MOVEMENTS,
    OUT_PROJECT_QUALITY,
    OUT_SLIPPAGE_GROUPS,
    OUT_SLIPPAGE_PROJECTS,
)
from warehouse.home.calendar import Calendar, Edition
from warehouse.model.findings import Finding
from warehouse.model.schema import conform, empty_frame
from warehouse.model.vocabulary import COST_BANDS, METHODS, MINISTRIES
from warehouse.projects.closing_wording import ClosingSaid
from warehouse.quality.scores import RATIOS, ministry_quality, score_pct
from warehouse.slippage.bridge import bridges
from warehouse.slippage.headlines import headline_changes, headlines, with_headlines_only
from warehouse.slippage.official import official_table

EDITIONS = (Edition("2020-06", 11), Edition("2020-11", 12), Edition("2021-07", 13), Edition("2021-11", 14))
STATES = {edition.key: "closed" for edition in EDITIONS}
# A ministry of which nothing was received.
AWAITED: dict[str, Any] = {"edition": "2021-11", "ministry_id": "cohesion_territoires", "status": "missing"}
AWAITED |= dict.fromkeys(("projects", "errors", "warnings", "notices"), 0)
NOT_CORRECTED = empty_frame(OUT_SLIPPAGE_PROJECTS)
_NOT_LEADING = ("comptes_publics", "cohesion_territoires", "unspecified")
MINISTRY_IDS = [term.code for term in MINISTRIES.terms if term.code not in _NOT_LEADING]
NAMES = (
    "Portail des agents de l'État", "Réseau radio du futur", "Source RH", "Carnet de santé scolaire", "Héliade",
    "Guichet des entreprises", "Pilotage des chantiers", "Référentiel des élèves", "Justice en ligne",
    "Cadastre vivant",
    "Systèmes d'information de la mer", "Œuvres et archives", "Paie des outre-mer", "Numéro d'urgence unifié", "Vigie",
    "Permis à points 2", "Démarches consulaires", "Subventions agricoles", "Compte formation", "Gestion des titres",
)  # fmt: skip


def _month(index: int) -> pd.Timestamp:
    return pd.Timestamp(year=index // 12, month=index % 12 + 1, day=1)


def _band(cost: float) -> str:
    return next(band.code for band in COST_BANDS if band.lower_meur <= cost < band.upper_meur)


def _project(number: int, edition: int, draw: random.Random) -> dict[str, Any]:
    """One project as one edition knows it; `draw` depends on the project only."""
    start = 2012 * 12 + draw.randrange(100)
    initial_duration, initial_cost = draw.randrange(30, 84), round(draw.lognormvariate(3.1, 1.0) + 4, 1)
    drift = [draw.betavariate(1.4, 4) * (1.5 - 0.3 * step) - 0.02 * step for step in range(len(EDITIONS))]
    late = [draw.betavariate(1.5, 4) * (1.1 - 0.2 * step) for step in range(len(EDITIONS))]
    phase = draw.choices(["build", "pilot", "rollout", "completed"], [5, 2, 5, 1])[0]
    scoping, withheld = number % 17 == 5, number % 19 == 7
    cost_known, end_known = number % 23 != 3 and not scoping, number % 29 != 4 and not scoping
    duration = round(initial_duration * (1 + late[edition]))
    cost = round(initial_cost * (1 + drift[edition]), 1)
    return {
        "edition": EDITIONS[edition].key,
        "project_id": f"PGP-{number + 1:04d}",
        "name": NAMES[number % len(NAMES)] + (f" {number // len(NAMES) + 1}" if number >= len(NAMES) else ""),
        "ministry_id": MINISTRY_IDS[number * 7 % len(MINISTRY_IDS)],
        "interministerial": number % 9 == 1,
        "information_url": f"https://exemple.gouv.fr/projets/{number + 1}" if number % 3 == 0 else None,
        "phase": "scoping" if scoping else phase,
        "start_date": _month(start),
        "initial_start_date": _month(start),
        "initial_end_date": _month(start + initial_duration) if end_known else pd.NaT,
        "updated_end_date": _month(start + duration) if end_known else pd.NaT,
        "initial_duration_months": initial_duration if end_known else pd.NA,
        "updated_duration_months": duration if end_known else pd.NA,
        "initial_cost_meur": initial_cost if cost_known else None,
        "updated_cost_meur": cost if cost_known else None,
        "cost_band": _band(cost) if cost_known else None,
        "withheld": withheld,
        "cost_withheld": withheld,
        # One of them keeps its cost back, and not its schedule.
        "schedule_withheld": withheld and number != 45,
        "withheld_reason": "open_tender" if withheld else None,
        "fictitious": True,
        "source_file": f"{MINISTRY_IDS[number * 7 % len(MINISTRY_IDS)]}.xlsx",
        "source_sha256": f"{number * 7 % len(MINISTRY_IDS):064x}",
        "source_sheet": "Projets",
        "source_row": number + 2,
    }


def _frame(rows: list[dict[str, Any]], table: Any) -> pd.DataFrame:
    columns = {column.name: [row.get(column.name) for row in rows] for column in table.columns}
    return conform(pd.DataFrame(columns), table)


def projects_of(edition: int, count: int) -> pd.DataFrame:
    """The projects of one edition: some come, some leave."""
    alive = [
        number
        for number in range(count + 6)
        if edition >= (number % 13 == 2) * 3 + (number % 31 == 9)
        and not (number % 8 == 6 and number < 48 and edition >= 3)
    ]
    rows = [_project(number, edition, random.Random(number)) for number in alive]  # noqa: S311  # not a secret
    return _frame(rows, CORE_PROJECTS)


def slippage_of(projects: pd.DataFrame, baseline_source: str = "declared") -> pd.DataFrame:
    """The slippage of each project, by hand."""
    rows = []
    for row in projects.to_dict("records"):
        slip = {key: row[key] for key in OUT_SLIPPAGE_PROJECTS.names() if key in row}
        slip |= {"baseline_source": baseline_source, "baseline_edition": row["edition"], "overdue": False}
        slip |= {
            f"{rate}_{reference}_status": "not_comparable"
            for rate in ("budget", "schedule")
            for reference in ("current", "previous")
        }
        for rate, quantity, amount in (
            ("budget", "cost_meur", "meur"),
            ("schedule", "duration_months", "months"),
        ):
            initial, updated = row[f"initial_{quantity}"], row[f"updated_{quantity}"]
            if row["cost_withheld" if rate == "budget" else "schedule_withheld"]:
                status = "withheld"
            elif row["phase"] == "scoping":
                status = "not_comparable"
            else:
                status = "missing" if pd.isna(initial) or pd.isna(updated) else "known"
            slip[f"{rate}_status"] = status
            if status == "known":
                slip[f"{rate}_slippage_ratio"] = (updated - initial) / initial
                slip[f"{rate}_slippage_{amount}"] = updated - initial
        rows.append(slip)
    return _frame(rows, OUT_SLIPPAGE_PROJECTS)


def groups_of(slippage: pd.DataFrame, target_ratio: float = 0.15) -> pd.DataFrame:
    """The statistics of the whole and of each ministry; as many know the cohort as the edition."""
    statistics: dict[str, Callable[[pd.Series], float]] = {
        "mean_of_ratios": pd.Series.mean,
        "ratio_of_sums": lambda ratios: float(ratios.mean()) * 0.9,
        "cost_weighted_mean": lambda ratios: float(ratios.mean()) * 0.9,
        "median": pd.Series.median,
        "p80": lambda ratios: float(ratios.quantile(0.8)),
        "share_above_target": lambda ratios: float((ratios > target_ratio).mean()),
    }
    ministries = MINISTRIES.labels_by_code()
    cuts = [("portfolio", "portfolio", "Ensemble", slippage)]
    cuts += [("ministry", str(key), ministries[str(key)], part) for key, part in slippage.groupby("ministry_id")]
    rows = [
        {
            "edition": slippage["edition"].iloc[0],
            "perimeter": perimeter,
            "dimension": dimension,
            "group_id": group,
            "group_label": label,
            "rate": rate,
            "method": method,
            "value_ratio": statistics[method](known) if len(known) else None,
            "n": len(known),
            "n_projects": len(part),
        }
        for dimension, group, label, part in cuts
        for perimeter in (("published", "cohort") if dimension == "portfolio" else ("published",))
        for rate in ("budget", "schedule")
        for known in [part.loc[part[f"{rate}_status"] == "known", f"{rate}_slippage_ratio"]]
        for method in METHODS.codes()
    ]
    return _frame(rows, OUT_SLIPPAGE_GROUPS)


def _key_figures(frames: list[pd.DataFrame], *, fictitious: bool) -> pd.DataFrame:
    rows = []
    for position, (edition, frame) in enumerate(zip(EDITIONS, frames, strict=True)):
        costs = frame.loc[~frame["cost_withheld"], "updated_cost_meur"]
        months = frame.loc[~frame["schedule_withheld"], "updated_duration_months"]
        before = set(frames[position - 1]["project_id"]) if position else None
        now = set(frame["project_id"])
        rows.append(
            {
                "edition": edition.key,
                "ordinal": edition.ordinal,
                "projects": len(frame),
                "interministerial": int(frame["interministerial"].sum()),
                "total_cost_meur": costs.sum(),
                "costed_projects": int(costs.notna().sum()),
                "mean_duration_years": float(months.mean()) / 12,
                "timed_projects": int(months.notna().sum()),
                "entries": pd.NA if before is None else len(now - before),
                "exits": pd.NA if before is None else len(before - now),
                "withheld": int(frame["withheld"].sum()),
                "target_ratio": 0.15,
                "target_due_on": pd.Timestamp("2022-12-31"),
                "fictitious": fictitious,
            }
        )
    return _frame(rows, OUT_KEY_FIGURES)


def _movements(before: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    entries = now[~now["project_id"].isin(before["project_id"])].assign(movement="entry", exit_reason=None)
    exits = before[~before["project_id"].isin(now["project_id"])].assign(movement="exit", exit_reason="completed")
    moved = pd.concat([entries, exits]).assign(
        edition=now["edition"].iloc[0], previous_edition=before["edition"].iloc[0]
    )
    return _frame([{str(key): value for key, value in row.items()} for row in moved.to_dict("records")], OUT_MOVEMENTS)


def quality_of(projects: pd.DataFrame) -> pd.DataFrame:
    """Scores of every kind: whole and partial, with unknown components, late, new, going up and down."""
    rows = []
    for row in projects.to_dict("records"):
        number = int(row["project_id"][4:])
        new, late = number % 13 == 3, (number * 7 % 5) * 9
        kept = 7 - number % 3
        trend = (("new", None), ("stable", 0.0), ("improving", 3.2), ("worsening", -4.75))[0 if new else 1 + number % 3]
        rows.append(
            {key: row[key] for key in ("edition", "project_id", "name", "ministry_id")}
            | {"fields_due": 10, "fields_given": 10 - number % 4, "completeness_ratio": 1 - number % 4 / 10}
            | {"rules_broken": number % 2, "consistency_ratio": 1 - number % 2 * 0.25}
            | {"facts_compared": 0 if new else 7, "facts_kept": 0 if new else kept}
            | {"stability_ratio": None if new else kept / 7}
            | {"late_days": late, "timeliness_ratio": max(0.0, 1 - late / 30)}
            | {"trend": trend[0], "trend_pts": trend[1]}
        )
    frame = pd.DataFrame(rows)
    ratios = frame[RATIOS].astype("float64")
    scored = frame.assign(score_pct=score_pct(ratios), components=ratios.notna().sum(axis=1))
    return conform(scored, OUT_PROJECT_QUALITY)


FINDINGS = (
    Finding("cost_band_matches_cost", "warning", "La tranche transmise ne correspond pas au coût actualisé.",
            file="justice.xlsx", sheet="Projets", row=10, column="Tranche", cell="H10", value="moins de 5 M€"),
    Finding("cost_band_matches_cost", "warning", "La tranche transmise ne correspond pas au coût actualisé.",
            file="culture.xlsx", sheet="Projets", row=7, column="Tranche", cell="H7", value="plus de 100 M€"),
    Finding("last_line_is_ended", "notice", "Onze colonnes vides après les données sont ignorées.", file="pm.xlsx"),
)  # fmt: skip


@cache
def _history(count: int) -> tuple[pd.DataFrame, ...]:
    return tuple(projects_of(edition, count) for edition in range(len(EDITIONS)))


def tables(
    count: int = 50,
    *,
    fictitious: bool = False,
    baseline_source: str = "declared",
    rename: dict[str, str] | None = None,
) -> PublicationTables:
    """The publication tables of November 2021; `rename` maps project ids to other names."""
    frames = [
        frame.assign(
            name=frame["name"].where(~frame["project_id"].isin(rename or {}), frame["project_id"].map(rename or {}))
        )
        for frame in _history(count)
    ]
    slippages = [slippage_of(frame, baseline_source) for frame in frames]
    quality, moved = quality_of(frames[-1]), _movements(frames[-2], frames[-1])
    awaited = conform(pd.DataFrame([AWAITED], columns=OUT_COLLECTION.names()), OUT_COLLECTION)
    both = pd.concat([quality_of(frames[-2].iloc[::2]), quality])
    told = pd.concat(slippages, ignore_index=True)
    groups = conform(pd.concat([groups_of(slippage) for slippage in slippages]), OUT_SLIPPAGE_GROUPS)
    bridge, official = bridges(told, NOT_CORRECTED), official_table(EDITIONS[-1].key)
    changes = conform(headline_changes(told, NOT_CORRECTED, bridge), OUT_HEADLINE_CHANGES)
    stated = conform(headlines(told, groups), OUT_HEADLINES)
    figures = _key_figures(frames, fictitious=fictitious)
    ministries = ministry_quality(both, awaited, pd.concat(frames[-2:]), Calendar(EDITIONS))
    return PublicationTables(
        edition=EDITIONS[-1],
        closing=ClosingSaid("closed", "", ()),
        editions=EDITIONS,
        key_figures=open_key_figures(figures, stated, changes, told, official, STATES),
        groups=with_headlines_only(groups, stated),
        slippage=slippages[-1],
        projects=frames[-1],
        movements=moved,
        findings=FINDINGS,
        project_quality=quality,
        official=official,
        ministry_quality=conform(ministries.loc[ministries["edition"].eq(EDITIONS[-1].key)], OUT_MINISTRY_QUALITY),
    )


def only_editions(whole: PublicationTables, *keys: str) -> PublicationTables:
    """The same tables when the warehouse holds these editions alone."""
    figures = whole.key_figures[whole.key_figures["edition"].isin(keys)].reset_index(drop=True)
    for compared in ("previous", "reference"):
        absent = ~figures[f"{compared}_edition"].isin(keys)
        told = [str(name) for name in figures if f"_{compared}_" in f"_{name}"]
        figures = figures.assign(**{name: figures[name].mask(absent) for name in told})
    return replace(
        whole,
        editions=tuple(edition for edition in whole.editions if edition.key in keys),
        key_figures=figures,
        groups=whole.groups[whole.groups["edition"].isin(keys)].reset_index(drop=True),
        movements=whole.movements[whole.movements["previous_edition"].isin(keys)],
    )
