"""What was promised: the baselines of the ledger, what a submission adds to it, and what contradicts it.

Pure functions on frames. Number 1 is the initial baseline; a rebaseline is a dated act with a reason that adds a
number. Nothing here writes.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Literal

import pandas as pd

from warehouse.model.findings import Finding, declared_finding
from warehouse.model.frames import in_parts
from warehouse.model.french import exact, short_day
from warehouse.projects.durations import duration_months
from warehouse.projects.tables import CORE_PROJECTS

LEDGER_COLUMNS = [
    "project_id", "number", "cost_meur", "start_date", "end_date", "approved_on", "act", "reason", "edition",
]  # fmt: skip
# Costs are declared in M€ with two decimals: below half of the last one they are the same.
SAME_COST_MEUR = 0.005
INITIAL_REASON = "Référence initiale déclarée"

Row = Mapping[Hashable, Any]


def effective_ledger(register: pd.DataFrame) -> pd.DataFrame:
    """The register of baselines as it would be had its editions been accepted in calendar order.

    An edition accepted after a later one adds its own lines below those of the later one. What the later one declared
    for want of them no longer counts: its initial baseline, and the acts that the earlier one carries too. Numbers that
    collide, or fall from one edition to the next, grow instead. What counts at an edition depends on no later one.

    Args:
        register: columns of `BASELINES`.

    Returns:
        The same columns, in the order of the register; a register written in calendar order as it is.
    """
    ordered = register.sort_values(["project_id", "edition", "number", "line"])
    is_act = ordered["approved_on"].notna()
    declared_again = ordered["number"].eq(1) & ~is_act & ordered.duplicated(["project_id", "number"])
    last_written = ordered.groupby(["project_id", "approved_on"])["line"].cummax()
    carried_before = (is_act & last_written.gt(ordered["line"])).fillna(value=False)
    counted = ordered.loc[~declared_again & ~carried_before]
    # A number stays where it is above the one before it, else it is the next one.
    rank = counted.groupby("project_id").cumcount() + 1
    number = (counted["number"] - rank).groupby(counted["project_id"]).cummax() + rank
    return counted.assign(number=number).sort_values("line", ignore_index=True)


def in_force(ledger: pd.DataFrame, rows: pd.DataFrame, which: Literal["first", "current"]) -> pd.DataFrame:
    """The first or the current baseline of each row, as the ledger stood at its edition.

    Args:
        ledger: from `effective_ledger`.
        rows: `project_id` and `edition`; lines known only later than the edition are left out.
        which: the lowest number, or the act approved last (an old one may be registered late).

    Returns:
        Aligned with `rows`: `number`, `cost_meur`, `duration_months`, `edition`, missing where there is no baseline.
    """
    order = ["number", "line"] if which == "first" else ["approved_on", "number", "line"]
    places = pd.DataFrame({"project_id": rows["project_id"], "at": rows["edition"], "place": range(len(rows))})
    met = ledger.sort_values(order, na_position="first").merge(places, on="project_id")
    known = met.loc[met["edition"].le(met["at"])]
    kept = known.drop_duplicates("place", keep="first" if which == "first" else "last").set_index("place")
    found = kept.assign(duration_months=duration_months(kept["start_date"], kept["end_date"]))
    return found[["number", "cost_meur", "duration_months", "edition"]].reindex(range(len(rows))).set_axis(rows.index)


def compare_with_ledger(projects: pd.DataFrame, ledger: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """Compare what an edition declares with the ledger.

    Initial figures that are those of a baseline of the project, whichever, say nothing new. For a project the ledger
    did not know at the edition they make its baseline number 1. Others contradict the ledger: an error, unless the row
    carries a rebaseline (a date and a reason), whose figures are the revised ones, or failing these the initial ones
    where they are new, else those in force. An act already registered must be sent again with the same figures. What
    later editions declared is contradicted in the same way, but makes nothing known at this one.

    Args:
        projects: core projects of one edition, identified.
        ledger: the whole register.

    Returns:
        The lines to add (`LEDGER_COLUMNS`), and the errors, each naming both figures.
    """
    lines: list[Row] = []
    findings: list[Finding] = []
    ordered = effective_ledger(ledger).sort_values(["edition", "number", "line"], kind="stable")
    for part in in_parts(projects.sort_values("project_id")):
        by_project: dict[str, list[Row]] = defaultdict(list)
        for line in ordered.loc[ordered["project_id"].isin(part["project_id"])].to_dict("records"):
            by_project[str(line["project_id"])].append(line)
        for row in part.to_dict("records"):
            added, problems = _compared(row, by_project.get(row["project_id"], []))
            lines += added
            findings += problems
    return pd.DataFrame(lines, columns=LEDGER_COLUMNS), findings


def _compared(row: Row, ever: Sequence[Row]) -> tuple[list[Row], list[Finding]]:
    """The lines that a row adds, and what it contradicts among those of its project, of editions before and after."""
    known = [line for line in ever if line["edition"] <= row["edition"]]
    rebaselined, findings = _rebaseline(row, known)
    declared = _declared(row)
    # A rebaseline may change figures known at the edition, not those that a later one calls initial.
    stated = [declared] if rebaselined is None else [declared, rebaselined]
    may_change = findings or (rebaselined is not None and known)
    if ever and not may_change and not any(_agrees(figures, line) for figures in stated for line in ever):
        return [], _contradictions(row, declared, ever[0]) + _moved_start(row, rebaselined, ever)
    added: list[Row] = []
    if not known and (declared["cost_meur"] is not None or declared["end_date"] is not None):
        # Without an initial start of its own, the one of the project is kept: one that moves will be seen.
        initial = declared | {"start_date": declared["start_date"] or _or_none(row["start_date"])}
        added.append(_line(row, 1, initial, None, f"Remontée {row['edition']}", INITIAL_REASON))
    if rebaselined is not None:
        act = next((line for line in ever if _is_act(rebaselined, line)), None)
        findings += [] if act is None else _rewritten_act(row, act)
        if not any(_is_act(rebaselined, line) for line in known):
            number = max((line["number"] for line in (*known, *added)), default=0) + 1
            added.append(
                _line(row, number, rebaselined, rebaselined["approved_on"], rebaselined["act"], rebaselined["reason"])
            )
    return added, findings + _moved_start(row, rebaselined, ever or added)


def _declared(row: Row) -> dict[str, Any]:
    """The initial figures of a row; a start left out was filled with that of the project, which declares none."""
    filled = _same(row["initial_start_date"], row["start_date"])
    return {
        "cost_meur": _or_none(row["initial_cost_meur"]),
        "start_date": None if filled else _or_none(row["initial_start_date"]),
        "end_date": _or_none(row["initial_end_date"]),
    }


def _rebaseline(row: Row, known: Sequence[Row]) -> tuple[dict[str, Any] | None, list[Finding]]:
    """The rebaseline a row carries; None when it carries none, with an error when it carries half of one."""
    parts = {name: _or_none(row[name]) for name in ("rebaseline_date", "rebaseline_reason", "rebaseline_act")}
    figures = {
        "cost_meur": _or_none(row["rebaseline_cost_meur"]),
        "end_date": _or_none(row["rebaseline_end_date"]),
    }
    if all(value is None for value in (*parts.values(), *figures.values())):
        return None, []
    missing = [name for name in ("rebaseline_date", "rebaseline_reason") if parts[name] is None]
    if missing:
        return None, [
            _finding(
                row,
                name,
                "rebaseline_is_dated_and_justified",
                f"Le projet {row['project_id']} « {row['name']} » porte une révision de trajectoire incomplète.",
                None,
                "une date et un motif de révision",
            )
            for name in missing
        ]
    return {
        "cost_meur": _revised(figures["cost_meur"], row["initial_cost_meur"], "cost_meur", known),
        "start_date": _or_none(row["start_date"]),
        "end_date": _revised(figures["end_date"], row["initial_end_date"], "end_date", known),
        "approved_on": parts["rebaseline_date"],
        "act": parts["rebaseline_act"] or f"Remontée {row['edition']}",
        "reason": parts["rebaseline_reason"],
    }, []


def _line(row: Row, number: int, figures: Mapping[str, Any], approved_on: Any, act: str, reason: str) -> Row:
    return {
        "project_id": row["project_id"],
        "number": number,
        **{name: figures[name] for name in ("cost_meur", "start_date", "end_date")},
        "approved_on": approved_on,
        "act": act,
        "reason": reason,
        "edition": row["edition"],
    }


def _agrees(declared: Mapping[str, Any], line: Row) -> bool:
    """Whether every figure that is declared is that of a baseline; what is not declared contradicts nothing."""
    return all(_same(declared[name], line[name]) for name in _FIGURES if declared[name] is not None)


def _revised(revised: Any, initial: Any, name: str, known: Sequence[Row]) -> Any:
    """A figure of a rebaseline: the revised one, else an initial one that is new, else the one in force."""
    if revised is not None:
        return revised
    declared = _or_none(initial)
    is_new = declared is not None and not any(_same(declared, line[name]) for line in known)
    return declared if is_new or not known else _or_none(known[-1][name])


def _is_act(rebaselined: Mapping[str, Any], line: Row) -> bool:
    """Whether a line is the act that a row carries: acts are told apart by their day."""
    approved_on = _or_none(line["approved_on"])
    return approved_on is not None and pd.Timestamp(approved_on) == pd.Timestamp(rebaselined["approved_on"])


def _rewritten_act(row: Row, line: Row) -> list[Finding]:
    """A registered act sent again with other figures; those it leaves out were completed when it was registered."""
    columns = {"cost_meur": "rebaseline_cost_meur", "end_date": "rebaseline_end_date", "start_date": "start_date"}
    return [
        _finding(
            row,
            column,
            "rebaseline_agrees_with_ledger",
            f"Le projet {row['project_id']} « {row['name']} » porte une révision déjà enregistrée avec d'autres "
            f"chiffres (n° {line['number']}, {line['act']}).",
            row[column],
            f"{_shown(line[name])}, ou la date d'une nouvelle révision",
        )
        for name, column in columns.items()
        if _or_none(row[column]) is not None and not _same(row[column], line[name])
    ]


def _same(one: Any, other: Any) -> bool:
    one, other = _or_none(one), _or_none(other)
    if one is None or other is None:
        return one is other
    if isinstance(one, float):
        return bool(abs(one - float(other)) < SAME_COST_MEUR)
    # Only months count in a duration.
    return bool(pd.Timestamp(one).to_period("M") == pd.Timestamp(other).to_period("M"))


def _or_none(value: Any) -> Any:
    return None if value is None or pd.isna(value) else value


_FIGURES = {
    "cost_meur": ("initial_cost_meur", "le coût initial"),
    "start_date": ("initial_start_date", "le début initial"),
    "end_date": ("initial_end_date", "la fin initiale"),
}


def _contradictions(row: Row, declared: Mapping[str, Any], first: Row) -> list[Finding]:
    return [
        _finding(
            row,
            column,
            "baseline_agrees_with_ledger",
            f"Le projet {row['project_id']} « {row['name']} » déclare {label} autrement que le registre des références "
            f"(n° {first['number']}, {first['act']}).",
            declared[name],
            f"{_shown(first[name])}, ou une révision de trajectoire datée et motivée",
        )
        for name, (column, label) in _FIGURES.items()
        if declared[name] is not None and not _same(declared[name], first[name])
    ]


def _moved_start(row: Row, rebaselined: Mapping[str, Any] | None, lines: Sequence[Row]) -> list[Finding]:
    """A start that is that of no baseline of the project, in a row without a rebaseline."""
    start = _or_none(row["start_date"])
    starts = [line["start_date"] for line in lines if _or_none(line["start_date"]) is not None]
    if rebaselined is not None or start is None or not starts or any(_same(start, other) for other in starts):
        return []
    return [
        _finding(
            row,
            "start_date",
            "start_date_does_not_move",
            f"Le projet {row['project_id']} « {row['name']} » change de date de début sans révision de trajectoire.",
            start,
            f"{_shown(starts[-1])}, ou une révision de trajectoire datée et motivée",
        )
    ]


def _finding(row: Row, column: str, rule: str, message: str, value: Any, expected: str) -> Finding:
    return declared_finding(
        rule,
        message,
        file=row["source_file"],
        sheet=row["source_sheet"],
        row=int(row["source_row"]),
        column=CORE_PROJECTS.column(column).title,
        value=None if value is None else _shown(value),
        expected=expected,
    )


def _shown(value: Any) -> str:
    if _or_none(value) is None:
        return "rien"
    return exact(value) if isinstance(value, float) else short_day(pd.Timestamp(value))
