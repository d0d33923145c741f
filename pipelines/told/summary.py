"""The key figures of an edition as plain data, for `show` and for the table at the end of a backfill."""

import datetime as dt
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from warehouse.archive.tables import (
    CORE_CORRECTIONS,
    OUT_CHANGES,
    OUT_HEADLINE_CHANGES,
    OUT_HEADLINES,
    OUT_KEY_FIGURES,
    OUT_SLIPPAGE_GROUPS,
    OUT_SLIPPAGE_PROJECTS,
)
from warehouse.archive.versions import edition_corrections
from warehouse.facts.reference import official_figures
from warehouse.home.calendar import Calendar, Edition
from warehouse.home.home import Home
from warehouse.home.register_tables import VERSIONS
from warehouse.home.registers import register
from warehouse.home.store import ParquetStore
from warehouse.model.errors import ConfigurationError
from warehouse.model.frames import plain_records
from warehouse.model.french import short_day
from warehouse.model.schema import Table, empty_frame
from warehouse.projects.closing import Closing
from warehouse.projects.closing_wording import closing_said

# The changes that a head line of figures would hide.
EVENTS = (
    "added",
    "returned",
    "left",
    "renamed",
    "moved_ministry",
    "rebaselined",
    "withheld",
    "published_again",
)
COUNTS = ("projects", "interministerial", "entries", "exits", "withheld")
METHODS = ("mean_of_ratios", "ratio_of_sums", "median")


@dataclass(frozen=True)
class KnownVersions:
    """The versions of an edition known at some time (lines of the register), and what each corrected."""

    lines: pd.DataFrame
    corrections: pd.DataFrame

    def as_dict(self) -> dict[str, Any]:
        """The last version and every correction, as plain data."""
        if self.lines.empty:
            return {"version": None, "known_on": None, "changed_by": None, "reason": None, "corrections": []}
        (last,) = self.lines.tail(1).to_dict("records")
        corrections = self.corrections.assign(
            known_on=pd.to_datetime(self.corrections["known_on"]).dt.strftime("%Y-%m-%d")
        ).drop(columns="edition")
        return {
            "version": int(last["version"]),
            "known_on": last["known_on"].date().isoformat(),
            **{name: None if pd.isna(last[name]) else last[name] for name in ("changed_by", "reason")},
            "corrections": plain_records(corrections),
        }


NO_VERSION = KnownVersions(empty_frame(VERSIONS), empty_frame(CORE_CORRECTIONS))


def require_computed(store: ParquetStore, table: Table, edition: Edition) -> None:
    """Refuse to tell an edition that is not in the warehouse.

    Raises:
        ConfigurationError: it was never computed.
    """
    if not store.has(table, edition.key):
        raise ConfigurationError(
            f"L'édition {edition.key} n'a pas été calculée. « panorama run {edition.key} » la calcule."
        )


def edition_summary(
    store: ParquetStore,
    calendar: Calendar,
    edition: Edition,
    against: Sequence[Edition] = (),
    versions: KnownVersions | None = None,
    closing: Closing | None = None,
) -> dict[str, Any]:
    """The key figures of an edition, unrounded; None for what is not known.

    Args:
        store: the tables.
        calendar: gives the previous edition.
        edition: the edition to tell.
        against: other editions to state the changes of the headline against.
        versions: the versions of the edition known at the time.
        closing: where the edition stands now towards its closing; None for what was known in the past.

    Returns:
        One JSON-like object. In each rate, `changes` holds the previous edition and each of `against`: the change and
        each of its parts, None for one that was never computed or has no headline. `official` holds what each source
        gives of what was published at the time.

    Raises:
        ConfigurationError: the edition was never computed.
    """
    require_computed(store, OUT_KEY_FIGURES, edition)
    figures = store.read(OUT_KEY_FIGURES, edition.key).iloc[0]
    previous = calendar.previous(edition)
    compared = [*([previous] if previous else []), *(other for other in against if other != previous)]
    slippages = {f"{rate}_slippage": _rate_summary(store, rate, edition, compared) for rate in ("budget", "schedule")}
    sources = store.read(OUT_SLIPPAGE_PROJECTS, edition.key)["baseline_source"].value_counts()
    counts = {name: _whole(figures[name]) for name in COUNTS}
    return {
        "edition": edition.key,
        "ordinal": edition.ordinal,
        **_standing(closing),
        "projects": counts["projects"],
        "interministerial": counts["interministerial"],
        "total_cost_meur": _number(figures["total_cost_meur"]),
        "mean_duration_years": _number(figures["mean_duration_years"]),
        **slippages,
        "entries": counts["entries"],
        "exits": counts["exits"],
        "withheld": counts["withheld"],
        "target_pct": _percent(figures["target_ratio"]),
        "target_due_on": None if pd.isna(figures["target_due_on"]) else figures["target_due_on"].date().isoformat(),
        "official": [asdict(line) for line in official_figures() if line.edition == edition.key],
        "baseline_sources": {str(source): int(count) for source, count in sorted(sources.items())},
        "fictitious": bool(figures["fictitious"]),
        "events": _events(store, edition),
        **(versions or NO_VERSION).as_dict(),
    }


def _standing(closing: Closing | None) -> dict[str, Any]:
    """How an edition stands towards its closing: for a machine, then as every output says it."""
    if closing is None:
        return {"state": None, "provisional": "", "absences": []}
    said = closing_said(closing)
    return {
        "state": closing.state,
        "missing_ministries": list(closing.missing_ministries),
        "vanished": plain_records(closing.vanished),
        "acknowledged": plain_records(closing.acknowledged),
        "provisional": said.provisional,
        "absences": list(said.absences),
    }


def known_versions(home: Home, edition: Edition, day: dt.date | None) -> KnownVersions:
    """The versions of an edition known on a day, and what they corrected.

    Args:
        home: the installation.
        edition: the edition.
        day: None for now.

    Raises:
        ConfigurationError: nothing was known of it on that day.
    """
    lines = register(home.registers, "versions").read()
    lines = lines.loc[lines["edition"].eq(edition.key)]
    known = lines if day is None else lines.loc[lines["known_on"].le(pd.Timestamp(day))]
    if day is not None and known.empty:
        first = f" Sa première version l'est depuis le {short_day(lines['known_on'].iloc[0])}." if len(lines) else ""
        raise ConfigurationError(f"L'édition {edition.key} n'était pas connue le {short_day(day)}.{first}")
    # A version that was completed since has several lines.
    last = known.drop_duplicates("version", keep="last")
    return KnownVersions(last, edition_corrections(home, edition.key, last))


def _events(store: ParquetStore, edition: Edition) -> list[dict[str, Any]]:
    """What changed since the previous edition that figures hide: names, movements, revisions, withholdings."""
    if not store.has(OUT_CHANGES, edition.key):
        return []
    changes = store.read(OUT_CHANGES, edition.key)
    rows = changes.loc[changes["change"].isin(EVENTS), ["change", "project_id", "name", "before", "after"]]
    return plain_records(rows)


def _rate_summary(store: ParquetStore, rate: str, edition: Edition, compared: Iterable[Edition]) -> dict[str, Any]:
    """The statistics of a rate at an edition, in percent, and what moved its mean since each other one, in points."""
    line = _line(store.read(OUT_HEADLINES, edition.key), rate)
    groups = store.read(OUT_SLIPPAGE_GROUPS, edition.key)
    of_all = groups["perimeter"].eq("published") & groups["dimension"].eq("portfolio") & groups["rate"].eq(rate)
    values = groups.loc[of_all].set_index("method")["value_ratio"]
    is_given = line["status"] == "given"
    return {
        **{f"{method}_pct": _percent(values[method]) if is_given else None for method in METHODS},
        "status": line["status"],
        "n": int(line["n"]),
        "n_comparable": int(line["n_comparable"]),
        "n_referenced": int(line["n_referenced"]),
        "cohort_pct": _percent(line["cohort_ratio"]),
        "cohort_n": int(line["cohort_n"]),
        "drift_meur" if rate == "budget" else "drift_months": _number(
            line["drift_meur" if rate == "budget" else "drift_months"]
        ),
        "changes": headline_changes_of(store, rate, edition, compared),
    }


def headline_changes_of(
    store: ParquetStore, rate: str, edition: Edition, compared: Iterable[Edition]
) -> dict[str, dict[str, Any] | None]:
    """What moved the mean of a rate since each other edition: the change and each of its parts, in points."""
    if not store.has(OUT_HEADLINE_CHANGES, edition.key):
        return {other.key: None for other in compared}
    changes = store.read(OUT_HEADLINE_CHANGES, edition.key)
    of_rate = changes.loc[changes["rate"].eq(rate)].to_dict("records")
    by_reference = {line["reference_edition"]: line for line in of_rate}
    return {other.key: _change(by_reference[other.key]) if other.key in by_reference else None for other in compared}


def _change(line: Mapping[Hashable, Any]) -> dict[str, Any]:
    ratios = {f"{name}_pct": _percent(line[f"{name}_ratio"]) for name in ("start", "published_start", "end")}
    parts = {str(name): float(value) for name, value in line.items() if str(name).endswith("_pts")}
    return {**ratios, **parts, "n_followed": int(line["n_followed"])}


def _line(rows: pd.DataFrame, rate: str) -> pd.Series:
    return rows.loc[rows["rate"].eq(rate)].iloc[0]


def _percent(ratio: float) -> float | None:
    return None if pd.isna(ratio) else float(ratio) * 100


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _whole(value: Any) -> int | None:
    return None if pd.isna(value) else int(value)
