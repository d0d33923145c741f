"""From accepted rows to the projects of every edition: who is who, what the registers know, what they are told.

Pure functions on frames. Order remains in one place, here: an id is given when a project is first met, and never
changes; the log of links remembers it.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from warehouse.home.registers import Registers, grown
from warehouse.model.findings import Finding
from warehouse.model.terms import match_key
from warehouse.projects.baselines import compare_with_ledger
from warehouse.projects.identification import Identified, canonical, identify, logged_ids, presumed_ids
from warehouse.projects.opinions import with_registered_opinions
from warehouse.projects.tables import ACCEPTED_CELLS, CORE_PROJECTS, ROW_KEY
from warehouse.projects.withheld import Place, withheld_overlay, withheld_places


@dataclass(frozen=True)
class Prepared:
    """The rows of an edition that can be accepted, its projects, and what they add to the registers.

    `additions` holds the lines of each register, by its short name; `findings` what contradicts the ledger. Nothing
    is written.
    """

    rows: pd.DataFrame
    projects: pd.DataFrame
    additions: Mapping[str, pd.DataFrame]
    findings: list[Finding]


def prepare(rows: pd.DataFrame, registers: Registers, others: pd.DataFrame) -> Prepared:
    """Identify the rows of an edition, and confront them with the registers.

    Rows that other checks refuse (without a name or a ministry, or twice the same) are left out.

    Args:
        rows: columns of `SUBMITTED_ROWS`, one edition.
        registers: all registers, by short name.
        others: core projects of the other editions.
    """
    usable, edition = _usable(rows), str(rows["edition"].iloc[0])
    identified = identify(usable[CORE_PROJECTS.names()], edition, registers, others)
    return _prepared(edition, usable, identified, registers)


def prepare_apart(rows: pd.DataFrame, registers: Registers, others: pd.DataFrame) -> list[Prepared]:
    """The same with the rows of each ministry identified by themselves; ministries that share no project are together.

    Args:
        rows: columns of `SUBMITTED_ROWS`, one edition.
        registers: all registers, by short name.
        others: core projects of the other editions.
    """
    usable = _usable(rows)
    if usable.empty:
        return []
    edition, ministries = str(rows["edition"].iloc[0]), usable["ministry_id"]
    identified = identify(usable[CORE_PROJECTS.names()], edition, registers, others, apart=True)
    groups = [usable.loc[ministries.isin(group)] for group in _disjoint(identified.project_id.groupby(ministries))]
    return [_prepared(edition, group, identified.of(group.index), registers) for group in groups]


def _disjoint(projects: Iterable[tuple[Hashable, pd.Series]]) -> Iterator[list[Hashable]]:
    """Ministries, by groups in which no two declare the same project."""
    waiting = [(ministry, set(ids)) for ministry, ids in projects]
    while waiting:
        group: list[Hashable] = []
        left: list[tuple[Hashable, set[str]]] = []
        met: set[str] = set()
        for ministry, ids in waiting:
            if met & ids:
                left.append((ministry, ids))
            else:
                group.append(ministry)
            met |= ids
        yield group
        waiting = left


def _usable(rows: pd.DataFrame) -> pd.DataFrame:
    named = rows.dropna(subset=["name", "ministry_id"])
    place = named["name"].map(match_key) + "|" + named["ministry_id"]
    return named.loc[~place.duplicated()].reset_index(drop=True)


def _prepared(edition: str, usable: pd.DataFrame, identified: Identified, registers: Registers) -> Prepared:
    identities = usable.assign(project_id=identified.project_id)[CORE_PROJECTS.names()]
    # As they will be read back, so that what is found in them is told in the same order whenever it is.
    ordered = identities.sort_values("project_id", kind="stable", ignore_index=True)
    projects = _completed(ordered, edition, registers)
    baselines, findings = compare_with_ledger(projects, registers["baselines"])
    additions = {"links": identified.links, "projects": identified.names, "baselines": baselines}
    return Prepared(usable, projects, additions, findings)


def prepare_in_order(
    rows: Mapping[str, pd.DataFrame],
    registers: Registers,
    known: pd.DataFrame,
    accepts: Callable[[str, Prepared, Registers, pd.DataFrame], bool] = lambda *_: True,
) -> dict[str, Prepared]:
    """Prepare several editions in the order of the calendar, each knowing those that were accepted before it.

    Args:
        rows: by edition, columns of `SUBMITTED_ROWS`.
        registers: all registers, by short name.
        known: core projects of all editions, as they stand.
        accepts: told the edition, what was prepared, the registers before it and the projects with it; whether the
            following editions are to know it.

    Returns:
        The editions accepted.
    """
    accepted = {}
    for edition in sorted(rows):
        prepared = prepare(rows[edition], registers, known.loc[known["edition"].ne(edition)])
        with_it = with_edition(known, prepared.projects, edition)
        if accepts(edition, prepared, registers, with_it):
            accepted[edition] = prepared
            registers, known = grown(registers, prepared.additions), with_it
    return accepted


def places_kept_back(
    rows: pd.DataFrame, known: pd.DataFrame, registers: Registers, edition: str, prepared: Prepared | None
) -> frozenset[Place]:
    """The file, sheet and row of each row of an edition that keeps something back, as it says or as the register does.

    Args:
        rows: columns of `SUBMITTED_ROWS`, what was last sent for the edition, accepted or not.
        known: core projects of any editions, as they stand.
        registers: all registers, by short name.
        edition: its key.
        prepared: what was prepared of these rows; None when they are refused, or were accepted before.
    """
    presumed = rows.assign(project_id=presumed_ids(rows, registers))
    frames = [withheld_overlay(presumed, registers["withheld"], edition), known.loc[known["edition"].eq(edition)]]
    return withheld_places([*frames, *([prepared.projects] if prepared else [])])


def with_edition(known: pd.DataFrame, projects: pd.DataFrame, edition: str) -> pd.DataFrame:
    """The core projects of all editions, those of one edition in the place of what was known of it."""
    others = known.loc[known["edition"].ne(edition)]
    return pd.concat([others, projects], ignore_index=True) if len(others) else projects


def additions_of(accepted: Iterable[Prepared]) -> dict[str, pd.DataFrame]:
    """What several editions add to the registers together, in order."""
    by_register: dict[str, list[pd.DataFrame]] = {}
    for prepared in accepted:
        for name, lines in prepared.additions.items():
            by_register.setdefault(name, []).extend([lines] if len(lines) else [])
    return {name: pd.concat(lines, ignore_index=True) for name, lines in by_register.items() if lines}


def cells_of(rows: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """Where the cells of accepted rows are, without what they say: the columns of `ACCEPTED_CELLS`.

    Args:
        rows: accepted rows of an edition.
        cells: the columns of `RAW_SUBMISSIONS`, what the edition received.
    """
    return cells[ACCEPTED_CELLS.names()].merge(rows[ROW_KEY], on=ROW_KEY)


def core_projects(rows: pd.DataFrame, registers: Registers) -> pd.DataFrame:
    """The projects of every edition, as the registers know them today.

    Args:
        rows: accepted rows, columns of `SUBMITTED_ROWS`, any editions; each is in the log of links.
        registers: all registers, by short name.

    Returns:
        The columns of `CORE_PROJECTS`, one row per accepted row.
    """
    known = rows["project_id"].fillna(logged_ids(rows, registers))
    identified = rows.assign(project_id=canonical(known, rows["edition"], registers["decisions"]))
    frames = [
        _completed(of_edition, str(edition), registers)
        for edition, of_edition in identified[CORE_PROJECTS.names()].groupby("edition")
    ]
    return pd.concat(frames, ignore_index=True) if frames else identified[CORE_PROJECTS.names()]


def _completed(projects: pd.DataFrame, edition: str, registers: Registers) -> pd.DataFrame:
    """The projects of one edition with what the registers of withheld figures and of opinions add."""
    return projects.pipe(withheld_overlay, registers["withheld"], edition).pipe(
        with_registered_opinions, registers["opinions"], pd.Timestamp(f"{edition}-01")
    )
