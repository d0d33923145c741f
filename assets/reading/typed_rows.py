"""From cells to rows: one typed row per submitted line, traceable to its file, sheet and row.

A field is read at once for every line, each distinct text once. Which project a row is, and what the registers add to
it, is for `assets.projects`.
"""

from collections.abc import Mapping

import pandas as pd

from assets.reading.fields import DATE_FIELDS, read_values
from assets.reading.formats.sheets import place_of
from assets.reading.headers import layouts
from assets.reading.history import with_stand_ins
from assets.reading.lines import Lines, Values
from assets.reading.values.dates import is_ambiguous_date, parse_date
from assets.reading.values.parsing import UnreadableValueError
from warehouse.archive.tables import SUBMITTED_ROWS
from warehouse.facts.ministries import NO_LABELS
from warehouse.model.findings import Finding, declared_finding
from warehouse.model.frames import shared_objects
from warehouse.model.french import day
from warehouse.model.schema import PANDAS_DTYPES, empty_frame
from warehouse.projects.durations import cost_band, duration_months
from warehouse.projects.tables import PLACE

# What a row has of its cells as they are.
STAMP = ("edition", "layout", "source_sha256", *PLACE)


def type_projects(
    cells: pd.DataFrame, ministry_labels: Mapping[str, str] = NO_LABELS
) -> tuple[pd.DataFrame, list[Finding]]:
    """Read the cells of an edition into projects.

    Args:
        cells: columns of `RAW_SUBMISSIONS`, one edition.
        ministry_labels: labels that only a home knows, by their `match_key`, each with its ministry.

    Returns:
        One row per submitted line, in the order of files, sheets and rows, with the columns of `SUBMITTED_ROWS`
        (`project_id` missing when not declared); and an error for each cell that cannot be read, a warning in a
        published edition, then a notice for each column where a convention of the layout was needed. A line with an
        error is still a row, with that value missing.
    """
    if cells.empty:
        return empty_frame(SUBMITTED_ROWS), []
    # As objects: each text is looked at one by one.
    placed = shared_objects(cells).assign(line=cells.groupby(PLACE, sort=True).ngroup())
    firsts = placed.drop_duplicates("line").sort_values("line", ignore_index=True)
    lines = Lines(
        {str(name): column for name, column in placed.groupby("field", sort=False)},
        {layout.name: layout for layout in layouts(firsts["edition"].iloc[0])},
        ministry_labels,
    )
    del placed  # as large as what was just taken from it
    values: dict[str, Values[object]] = read_values(lines) | {name: dict(enumerate(firsts[name])) for name in STAMP}
    typed = pd.DataFrame(
        {
            column.name: pd.Series(
                [values.get(column.name, {}).get(line) for line in firsts.index], dtype=PANDAS_DTYPES[column.kind]
            )
            for column in SUBMITTED_ROWS.columns
        }
    )
    rows = typed.pipe(_with_derived).pipe(with_stand_ins, lines)
    findings = [finding for _, finding in sorted(lines.findings, key=lambda found: found[0])]
    return rows, findings + _convention_notices(cells)


def _convention_notices(cells: pd.DataFrame) -> list[Finding]:
    """One notice for each column of a sheet where only the convention of the layout tells the day from the month."""
    texts = cells.loc[cells["value_type"].eq("text") & cells["field"].isin(DATE_FIELDS)]
    ambiguous = texts.loc[texts["value"].map(is_ambiguous_date).astype(bool)]
    return [_day_first_notice(column) for _, column in ambiguous.groupby([*PLACE[:2], "field"], sort=True)]


def _day_first_notice(column: pd.DataFrame) -> Finding:
    first = column.sort_values("source_row").iloc[0].to_dict()
    try:
        date = parse_date(first["value"])
    except UnreadableValueError:
        date = None
    count = "une date s'écrit" if len(column) == 1 else f"{len(column)} dates s'écrivent"
    example = "" if date is None else f", donc ici le {day(date)}"
    return declared_finding(
        "date_convention_is_day_first",
        f"Dans cette colonne, {count} sans qu'on puisse distinguer le jour du mois : le jour est lu d'abord{example}.",
        **place_of(first),
        expected="le jour avant le mois, ou une cellule de date",
    )


def _with_derived(projects: pd.DataFrame) -> pd.DataFrame:
    """Fill what follows from the other columns: answers not given, bands, durations between dates, baseline start."""
    start = projects["initial_start_date"].fillna(projects["start_date"])
    between = duration_months(projects["start_date"], projects["updated_end_date"])
    months = projects["updated_duration_months"].fillna(between)
    # What an open-data row still shows was published: only the figures it lacks are withheld.
    already_open = projects["withheld_note"].notna()
    withheld = projects["withheld"].fillna(value=False) | already_open
    kept_back = withheld.astype(bool)
    return projects.assign(
        fictitious=projects["fictitious"].fillna(value=False),
        withheld=withheld,
        cost_withheld=kept_back & ~(already_open & projects["updated_cost_meur"].notna()),
        schedule_withheld=kept_back & ~(already_open & months.notna()),
        initial_start_date=start.where(projects["initial_end_date"].notna()),
        initial_duration_months=duration_months(start, projects["initial_end_date"]),
        updated_duration_months=months,
        cost_band=cost_band(projects["updated_cost_meur"]),
    )
