"""What differs between two versions of an edition, and how values are compared and told. Pure functions on frames."""

from typing import Any

import numpy as np
import pandas as pd

from warehouse.projects.tables import CORE_PROJECTS

# What says where a row comes from, not what it says.
PROVENANCE = ("source_file", "source_sha256", "source_sheet", "source_row")
_COLUMNS = ["project_id", "field", "name", "before", "after"]


def corrections(after: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Every value that differs between two versions of the core projects of an edition.

    Returns:
        `project_id`, `field`, `name`, `before`, `after`; `field` is `project` for a row added or removed. Where a
        row stands in which file is not a value.
    """
    now, then = after.set_index("project_id"), before.set_index("project_id")
    alone = now.index.symmetric_difference(then.index).sort_values()
    common = now.index.intersection(then.index).sort_values()
    parts = [_corrected("project", now["name"].reindex(alone), then["name"].reindex(alone))]
    for column in CORE_PROJECTS.names():
        if column not in (*PROVENANCE, "edition", "project_id"):
            left, right = then.loc[common, column], now.loc[common, column]
            differ = differs(left, right)
            if differ.any():
                parts.append(_corrected(column, right.loc[differ], left.loc[differ]))
    names = now["name"].reindex(now.index.union(then.index)).fillna(then["name"])
    rows = pd.concat(parts, ignore_index=True)
    return rows.assign(name=rows["project_id"].map(names))[_COLUMNS]


def _corrected(field: str, now: pd.Series, then: pd.Series) -> pd.DataFrame:
    texts = {"before": in_words(then), "after": in_words(now)}
    return pd.DataFrame(texts, index=now.index).rename_axis("project_id").reset_index().assign(field=field)


def differs(left: pd.Series, right: pd.Series) -> pd.Series:
    """Whether two aligned values differ; two missing ones do not."""
    both_missing = left.isna() & right.isna()
    equal = left.eq(right).astype("boolean").fillna(value=False)
    return ~(both_missing | equal).astype(bool)


def in_words(values: pd.Series) -> pd.Series:
    """Values of any kind as text: ISO dates, `true` and `false`, numbers without loss; missing ones stay so."""
    return values.astype(object).map(_text, na_action="ignore").astype("str")


def _text(value: Any) -> str:
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    if isinstance(value, bool | np.bool):
        return "true" if value else "false"
    return repr(float(value)) if isinstance(value, float) else str(value)
