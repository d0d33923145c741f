"""The difference between two editions, or two versions of one: gathered for a machine, told to a person."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from rich.console import Console

from pipelines.told.means import RATE_NAMES, change_lines
from pipelines.told.summary import headline_changes_of, require_computed
from warehouse.archive.tables import CORE_PROJECTS
from warehouse.archive.versions import version_store
from warehouse.history.changes import changes_between
from warehouse.history.corrections import corrections
from warehouse.home.calendar import Edition
from warehouse.home.home import Home
from warehouse.home.registers import register
from warehouse.home.store import ParquetStore
from warehouse.model import french
from warehouse.model.errors import ConfigurationError
from warehouse.model.frames import plain_records
from warehouse.model.terms import Vocabulary
from warehouse.model.vocabulary import CHANGES, EXIT_REASONS, MINISTRIES, PHASES, RATES, WITHHELD_REASONS
from warehouse.projects.baselines import effective_ledger

_VOCABULARIES = {"phase": PHASES, "moved_ministry": MINISTRIES}
_UNITS = {"cost": " M€", "initial_cost": " M€", "duration": " mois"}


@dataclass(frozen=True)
class Side:
    """One side of a comparison: an edition, one of its versions or its present state, and its projects."""

    edition: Edition
    version: int | None
    projects: pd.DataFrame

    def label(self) -> str:
        """How a person names it: « 2021-07 », « 2021-07@1 »."""
        return self.edition.key if self.version is None else f"{self.edition.key}@{self.version}"


@dataclass(frozen=True)
class Comparison:
    """Two sides and what differs; `is_correction` when they are two versions of one edition.

    `headlines` says, of two editions as they are known now, what moved each mean slippage; None where one has none.
    """

    before: Side
    after: Side
    rows: pd.DataFrame
    is_correction: bool
    headlines: Mapping[str, dict[str, Any] | None] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain data, None for what is missing."""
        columns = ["project_id", "name", "field" if self.is_correction else "change", "before", "after"]
        columns += [] if self.is_correction else ["difference"]
        return {
            "before": self.before.label(),
            "after": self.after.label(),
            **{f"{rate}_slippage": change for rate, change in self.headlines.items()},
            "changes": plain_records(self.rows[columns]),
        }


def compare(home: Home, before: str, after: str) -> Comparison:
    """Compare two editions, each given by its key or ordinal, perhaps with a version: `13@1`.

    Raises:
        UnknownEditionError: the calendar has no such edition.
        ConfigurationError: it was never computed, or has no such version.
    """
    left, right = _side(home, before), _side(home, after)
    if left.edition == right.edition:
        return Comparison(left, right, corrections(right.projects, left.projects), is_correction=True)
    history = ParquetStore(home.warehouse).history(CORE_PROJECTS, left.edition.key)
    ledger = effective_ledger(register(home.registers, "baselines").read())
    exits = register(home.registers, "exits").read()
    rows = changes_between(right.projects, left.projects, ledger, ever=history["project_id"], exits=exits)
    order = {code: rank for rank, code in enumerate(CHANGES.codes())}
    rows = rows.assign(rank=rows["change"].map(order)).sort_values(["rank", "name", "project_id"], kind="stable")
    found = rows.drop(columns="rank")
    if left.version is not None or right.version is not None:
        return Comparison(left, right, found, is_correction=False)
    store = ParquetStore(home.warehouse)
    headlines = {
        rate: headline_changes_of(store, rate, right.edition, [left.edition])[left.edition.key]
        for rate in RATES.codes()
    }
    return Comparison(left, right, found, is_correction=False, headlines=headlines)


def _side(home: Home, text: str) -> Side:
    key, at, number = text.partition("@")
    edition = home.calendar().find(key)
    if at and not number.isdigit():
        raise ConfigurationError(f"« {text} » : attendu ÉDITION@VERSION, par exemple 2021-07@1.")
    store = version_store(home, edition.key, int(number)) if at else ParquetStore(home.warehouse)
    require_computed(store, CORE_PROJECTS, edition)
    return Side(edition, int(number) if at else None, store.read(CORE_PROJECTS, edition.key))


def print_comparison(found: Comparison, console: Console) -> None:
    """Tell a comparison to a person: counts, then each project under each kind of change."""
    console.print(f"De {found.before.label()} à {found.after.label()}", style="bold")
    for rate, change in found.headlines.items():
        if change is None:
            console.print(f"  {RATE_NAMES[rate]} : inconnu à l'une des deux éditions, ou sans assez de références")
            continue
        first, *others = change_lines(found.before.label(), change)
        console.print(f"  {RATE_NAMES[rate]} {french.number(change['end_pct'], 1)} % : {first}")
        for line in others:
            console.print(f"    {line}")
    if found.rows.empty:
        console.print("  aucune différence")
        return
    if found.is_correction:
        for row in found.rows.to_dict("records"):
            title = "projet" if row["field"] == "project" else CORE_PROJECTS.column(row["field"]).title
            console.print(
                f"  {row['project_id']} {row['name']} : {title}, {_plain(row['before'])} → {_plain(row['after'])}"
            )
        return
    for kind, rows in found.rows.groupby("change", sort=False):
        console.print(f"{CHANGES.label(str(kind))} ({len(rows)})", style="bold")
        for row in rows.to_dict("records"):
            console.print(f"  {row['project_id']} {told(row)}")


def told(row: Mapping[Hashable, Any]) -> str:
    """One change in a line: « EXPADON 2 : 16,09 → 27,74 M€ (+11,65) »."""
    change, name = row["change"], french.visible(str(row["name"]))
    match change:
        case "added" | "returned":
            line = name
        case "left":
            line = f"{name} ({_reason(EXIT_REASONS, row['after'])})"
        case "withheld":
            line = f"{name} ({_reason(WITHHELD_REASONS, row['after'])})"
        case "published_again":
            line = f"{name} ({_reason(WITHHELD_REASONS, row['before'])})"
        case "rebaselined":
            line = f"{name}, {row['after']}"
        case "renamed":
            line = f"{row['before']} → {row['after']}"
        case _:
            line = f"{name} : {_value(change, row['before'])} → {_value(change, row['after'])}{_difference(row)}"
    return line


def _reason(vocabulary: Vocabulary, code: Any) -> str:
    return "motif non transmis" if code is None or pd.isna(code) else vocabulary.label(code).lower()


def _difference(row: Mapping[Hashable, Any]) -> str:
    """The unit of the values, and how far apart they are where that can be counted."""
    unit = _UNITS.get(row["change"], "")
    difference = row["difference"]
    if difference is None or pd.isna(difference):
        return unit
    counted = french.number(difference, 2 if "cost" in row["change"] else 0, signed=True)
    return f"{unit} ({counted}{'' if unit else ' mois'})"


def _value(change: str, text: Any) -> str:
    if text is None or pd.isna(text):
        return french.UNKNOWN
    if change in _VOCABULARIES:
        return _VOCABULARIES[change].label(text)
    if change in ("cost", "initial_cost", "duration"):
        return french.number(float(text), 0 if change == "duration" else 2)
    if change in ("start", "end", "initial_end"):
        return str(text)[:7]
    return str(text)


def _plain(text: Any) -> str:
    return "rien" if text is None or pd.isna(text) else f"« {text} »"
