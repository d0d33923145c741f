"""Three small editions that follow each other: projects that enter, leave, come back, change, are kept back, end."""

import datetime as dt
from pathlib import Path

from homes import close
from submissions import row, table_of, write_xlsx

EDITIONS = ("2020-11", "2021-07", "2021-11")
# Not in the order of the rows, which says nothing.
ZETA, EPSILON, DELTA, GAMMA, BETA, ALPHA = (f"PGP-{number:04d}" for number in range(1, 7))
_WITHHELD = {"withheld": "Oui", "withheld_reason": "Appel d'offres en cours"}
_REVISED = {
    "rebaseline_date": dt.date(2021, 9, 1),
    "rebaseline_reason": "Périmètre étendu",
    "rebaseline_cost_meur": 21.0,
    "rebaseline_end_date": dt.date(2022, 3, 1),
}
ROWS = {
    "2020-11": [
        row(project_id=ALPHA, name="ALPHA"),
        row(project_id=BETA, name="BETA", initial_cost_meur=20.0, updated_cost_meur=20.5),
        row(project_id=GAMMA, name="GAMMA", ministry="Ministère de la Justice", updated_cost_meur=11.0),
        row(project_id=DELTA, name="DELTA", initial_cost_meur=30.0, updated_cost_meur=33.0),
        row(project_id=ZETA, name="ZETA", phase="Expérimentation"),
    ],
    "2021-07": [
        row(project_id=ALPHA, name="ALPHA", updated_cost_meur=13.0, updated_end_date=dt.date(2021, 12, 1)),
        row(project_id=BETA, name="BETA NOUVELLE", initial_cost_meur=20.0, updated_cost_meur=21.0),
        row(project_id=GAMMA, name="GAMMA", ministry="Ministère de la Justice", updated_cost_meur=11.5, **_WITHHELD),
        row(project_id=EPSILON, name="EPSILON", phase="Déploiement", updated_cost_meur=10.0),
    ],
    "2021-11": [
        row(project_id=ALPHA, name="ALPHA", updated_cost_meur=14.0, updated_end_date=dt.date(2022, 6, 1)),
        row(project_id=BETA, name="BETA NOUVELLE", initial_cost_meur=20.0, updated_cost_meur=21.0, **_REVISED),
        row(project_id=GAMMA, name="GAMMA", ministry="Ministère de la Justice", updated_cost_meur=12.0),
        row(project_id=DELTA, name="DELTA", initial_cost_meur=30.0, updated_cost_meur=36.0),
        row(project_id=EPSILON, name="EPSILON", phase="Terminé", updated_cost_meur=10.0),
    ],
}


def write_editions(home: Path, *editions: str) -> Path:
    """Put what was sent for editions in the inbox of a home; for the three of them when none is named.

    The first one is closed; DELTA and ZETA leave the others without a word.
    """
    close(home, EDITIONS[0])
    for edition in editions or EDITIONS:
        write_xlsx(home / "inbox" / edition / "culture.xlsx", table_of(ROWS[edition]))
    return home
