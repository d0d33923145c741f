"""Who comes in, comes back and leaves, and at what those who left stand. Pure functions on all editions at once."""

import pandas as pd

from warehouse.history.standing import KEYS, last_known, last_line, lines_known
from warehouse.history.tables import OUT_LEAVERS, OUT_MOVEMENTS
from warehouse.home.calendar import Calendar
from warehouse.model.frames import looked_up

_READ = [*KEYS, "previous_edition", "name", "ministry_id", "phase"]


def movements(projects: pd.DataFrame, exits: pd.DataFrame, calendar: Calendar) -> pd.DataFrame:
    """Who came in, came back and left since the edition just before; nobody where it is not in the warehouse.

    Args:
        projects: core projects.
        exits: the register of exits.
        calendar: which edition comes before which.

    Returns:
        The columns of `OUT_MOVEMENTS`; a project that left has the name and ministry it had.
    """
    after, before = paired(projects, calendar)
    return arrivals_and_departures(after, before, met_before(projects), exits)


def paired(rows: pd.DataFrame, calendar: Calendar) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows of each edition whose predecessor has rows too, and those of the predecessor.

    Returns:
        Rows of `rows` with `previous_edition`; in the second frame `edition` is the one they are compared with.
    """
    edition = rows["edition"]
    before = pd.Series(calendar.predecessors(edition.unique()), dtype="str")
    after = pd.Series(before.index, index=before, dtype="str")
    return (
        rows.assign(previous_edition=looked_up(edition, before)).dropna(subset="previous_edition"),
        rows.assign(previous_edition=edition, edition=looked_up(edition, after)).dropna(subset="edition"),
    )


def met_before(projects: pd.DataFrame) -> pd.Series:
    """Whether the project of each row is in an earlier edition too; booleans aligned with `projects`."""
    return projects["edition"].gt(projects.groupby("project_id")["edition"].transform("min"))


def arrivals_and_departures(
    after: pd.DataFrame, before: pd.DataFrame, met: pd.Series, exits: pd.DataFrame
) -> pd.DataFrame:
    """Who is on one side only of two editions compared.

    Args:
        after: core projects, with the `previous_edition` they are compared with.
        before: those of the previous edition, under the `edition` they are compared with.
        met: whether the project of each row of `after` was met earlier; covers its index.
        exits: the register of exits.

    Returns:
        The columns of `OUT_MOVEMENTS`.
    """
    now, then = after[_READ], before[_READ]
    arrived, gone = _absent_from(then, now), _absent_from(now, then)
    reasons = exit_reasons(gone.assign(edition=gone["previous_edition"]), exits, gone["edition"])
    entries = pd.Series("entry", index=arrived.index, dtype="str").mask(met.reindex(arrived.index), "return")
    nothing = pd.Series(index=arrived.index, dtype="str")
    both = (arrived.assign(movement=entries, exit_reason=nothing), gone.assign(movement="exit", exit_reason=reasons))
    return pd.concat([frame[OUT_MOVEMENTS.names()] for frame in both], ignore_index=True)


def _absent_from(others: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    return rows.loc[~pd.MultiIndex.from_frame(rows[KEYS]).isin(pd.MultiIndex.from_frame(others[KEYS]))]


def departures(edition: str, projects: pd.DataFrame, last: pd.DataFrame, exits: pd.DataFrame) -> pd.DataFrame:
    """Who is no longer declared by those who declared it last.

    Args:
        edition: the one they are asked at.
        projects: what they declare, core projects of that edition.
        last: core projects of an edition before it.
        exits: the register of exits.

    Returns:
        The columns of `OUT_MOVEMENTS`.
    """
    gone = last.loc[~last["project_id"].isin(projects["project_id"])]
    told = gone.assign(
        previous_edition=gone["edition"],
        edition=pd.Series(edition, index=gone.index, dtype="str"),
        movement=pd.Series("exit", index=gone.index, dtype="str"),
        exit_reason=exit_reasons(gone, exits, edition),
    )
    return told[OUT_MOVEMENTS.names()]


def exit_reasons(last_rows: pd.DataFrame, exits: pd.DataFrame, editions: pd.Series | str) -> pd.Series:
    """Why each project is no longer there, missing when nobody said.

    Args:
        last_rows: the last core row of each project, before it left.
        exits: the register of exits; a line before the last row is about an earlier exit.
        editions: the one at which each row is told, aligned with `last_rows`, or one for all; later lines are
            left out.
    """
    at = pd.Series(editions, index=last_rows.index, dtype="str")
    known = lines_known(last_rows["project_id"], at, exits.sort_values(["edition", "line"]), "edition")
    line = last_line(known, last_rows.index)
    stated = line["exit_reason"].where(line["edition"].gt(last_rows["edition"]))
    deduced = pd.Series("completed", index=last_rows.index, dtype="str").where(last_rows["phase"].eq("completed"))
    return stated.fillna(deduced)


def leavers(projects: pd.DataFrame, slippages: pd.DataFrame, exits: pd.DataFrame, calendar: Calendar) -> pd.DataFrame:
    """Every project followed once and absent from an edition, its last known slippages frozen.

    Args:
        projects: core projects.
        slippages: slippage per project.
        exits: the register of exits.
        calendar: the editions told are those of it that have projects.

    Returns:
        The columns of `OUT_LEAVERS`.
    """
    present = set(projects["edition"])
    editions = [edition.key for edition in calendar if edition.key in present]
    followed = last_known(projects, editions)
    gone = followed.loc[followed["last_edition"].ne(followed["edition"])].reset_index(drop=True)
    frame = gone.assign(exit_reason=exit_reasons(gone.assign(edition=gone["last_edition"]), exits, gone["edition"]))
    for rate in ("budget", "schedule"):
        known = last_known(slippages.loc[slippages[f"{rate}_status"].eq("known")], editions)
        frozen = known.rename(columns={"last_edition": f"{rate}_known_edition"})
        wanted = [*KEYS, f"{rate}_slippage_ratio", f"{rate}_known_edition"]
        frame = frame.merge(frozen[wanted], how="left", on=KEYS)
    return frame[OUT_LEAVERS.names()]
