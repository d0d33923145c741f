"""What is withheld now and was published before: the files that a person approved stay public."""

import pandas as pd

from warehouse.home.home import Home
from warehouse.open_data.tables import OPEN_HISTORY
from warehouse.projects.withheld import FLAGS, ROW, is_withheld

APPROVED_HISTORIES = "published/*/*/historique.csv"
# A figure that tells whether what each flag keeps back was published.
_TOLD_BY = {"cost": "updated_cost_meur", "schedule": "updated_end_date"}


def published_before(home: Home, projects: pd.DataFrame) -> pd.DataFrame:
    """The rows that keep figures back today, and whose figures are in files that were approved for publication.

    Args:
        home: the installation, with every folder of files that a person approved.
        projects: core projects of any editions.

    Returns:
        `edition` and `project_id`, sorted.
    """
    rows = projects.loc[is_withheld(projects)]
    if rows.empty:
        return rows[ROW]
    names = {OPEN_HISTORY.column(name).published: name for name in (*ROW, *_TOLD_BY.values())}
    known = pd.Series(data=False, index=rows.index)
    for path in sorted(home.root.glob(APPROVED_HISTORIES)):
        told = pd.read_csv(path, usecols=list(names), dtype=str).rename(columns=names)
        for flag, held in FLAGS.items():
            given = pd.MultiIndex.from_frame(told.loc[told[_TOLD_BY[flag]].notna(), ROW])
            known |= rows[held].astype(bool) & pd.MultiIndex.from_frame(rows[ROW]).isin(given)
    return rows.loc[known, ROW].sort_values(ROW, ignore_index=True)
