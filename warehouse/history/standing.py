"""What is known of each project when an edition is told: its last row, the lines of a register. Never what follows."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

KEYS = ["edition", "project_id"]


def last_known(rows: pd.DataFrame, editions: Sequence[str]) -> pd.DataFrame:
    """The last row of each project at each edition, from its first row on.

    Args:
        rows: `edition`, `project_id` and any other columns, at most one row per project and edition.
        editions: keys of the editions told, in calendar order; rows of others are left out.

    Returns:
        The columns of `rows`, where `edition` is the one told, and `last_edition`, the one the row is of.
    """
    keys = pd.Index(pd.Series(editions, dtype="str"))
    ordered = rows.loc[rows["edition"].isin(keys)].sort_values("edition", kind="stable")
    project, identifiers = pd.factorize(ordered["project_id"])
    places = np.full((len(identifiers), len(keys)), -1)
    places[project, keys.get_indexer(pd.Index(ordered["edition"]))] = np.arange(len(ordered))
    # Places grow with the editions: the greatest so far is the last row so far.
    places = np.maximum.accumulate(places, axis=1)
    of, at = np.nonzero(places >= 0)
    last = ordered.iloc[places[of, at]].reset_index(drop=True)
    return last.assign(edition=keys[at], last_edition=last["edition"])


def lines_known(identifiers: pd.Series, at: pd.Series, lines: pd.DataFrame, dated: str) -> pd.DataFrame:
    """The lines about each project that are known when it is told.

    Args:
        identifiers: the project of each row told.
        at: when each is told, aligned with `identifiers`.
        lines: `project_id`, `dated` and any other columns.
        dated: the column of `lines` that says from when a line is known, of the kind of `at`.

    Returns:
        Rows of `lines`, in their order, under the index of the row they are told for.
    """
    told = pd.DataFrame({"project_id": identifiers, "told_at": at, "told_for": identifiers.index})
    known = lines.merge(told, on="project_id")
    return known.loc[known[dated].le(known["told_at"])].set_index("told_for").drop(columns="told_at")


def last_line(known: pd.DataFrame, rows: pd.Index) -> pd.DataFrame:
    """The last of the `lines_known` for each of `rows`, missing for a row that has none."""
    return known.loc[~known.index.duplicated(keep="last")].reindex(rows)


def first_line(known: pd.DataFrame, rows: pd.Index) -> pd.DataFrame:
    """The first of the `lines_known` for each of `rows`, missing for a row that has none."""
    return known.loc[~known.index.duplicated()].reindex(rows)
