"""A home with two editions whose dataset has one case of each kind: withheld, renamed, entered, left, hostile text."""

import datetime as dt
from pathlib import Path
from typing import Any

from homes import Said, close, panorama
from submissions import row, table_of, write_xlsx

from assets.dataset.about import About
from warehouse.home.calendar import Edition
from warehouse.home.home import Home
from warehouse.projects.closing_wording import ClosingSaid

EARLIER, LATER = "2021-07", "2021-11"
# Withheld costs: of a project in this edition, of another in the one before.
GAMMA_COST, DELTA_COST = 61.4, 33.3
HOSTILE = '=HYPERLINK("http://exemple.fr";"x")\nà "lire", vite'
WITHHELD = {"withheld": "Oui", "withheld_reason": "Appel d'offres en cours"}


def write_two_editions(folder: Path) -> None:
    """Put what is received for both editions in the inbox of a home, and close them."""
    close(folder, EARLIER, LATER)
    gamma, delta = row(name="GAMMA", project_id="PGP-0003"), row(name="DELTA", project_id="PGP-0004")
    earlier = [
        row(name="ALPHA", project_id="PGP-0001"),
        row(name="BETA", project_id="PGP-0002", description=HOSTILE, updated_end_date=dt.date(2022, 3, 1)),
        row(name="GAMMA", project_id="PGP-0003", updated_cost_meur=50.0, initial_cost_meur=45.0),
        row(name="DELTA", project_id="PGP-0004", updated_cost_meur=DELTA_COST, initial_cost_meur=30.0, **WITHHELD),
        row(name="ZETA", project_id="PGP-0005", phase="Terminé"),
    ]
    later = [
        row(name="ALPHA NOUVELLE", project_id="PGP-0001", updated_cost_meur=13.0),
        row(name="BETA", project_id="PGP-0002", description=HOSTILE, updated_end_date=dt.date(2022, 3, 1)),
        {**gamma, "updated_cost_meur": GAMMA_COST, "initial_cost_meur": 45.0, **WITHHELD},
        {**delta, "updated_cost_meur": 40.0, "initial_cost_meur": 30.0},
        row(
            name="EPSILON",
            phase="Cadrage",
            initial_end_date=None,
            updated_end_date=None,
            initial_cost_meur=None,
            updated_cost_meur=None,
        ),
    ]
    for edition, rows in ((EARLIER, earlier), (LATER, later)):
        write_xlsx(folder / "inbox" / edition / "remontee.xlsx", table_of(rows))


def publish_two_editions(folder: Path) -> Said:
    """Publish both editions in a new home, in one pass."""
    write_two_editions(folder)
    return panorama(folder, "backfill", f"{EARLIER}..{LATER}")


def dataset_folder(home: Home, edition: str = LATER) -> Path:
    """The dataset of an edition."""
    return home.out(edition_of(home, edition), "open_data")


def edition_of(home: Home, edition: str = LATER) -> Edition:
    """An edition of the calendar of the home."""
    return home.calendar().find(edition)


def about(**values: Any) -> About:
    """What a dataset says of itself, but for these values."""
    edition = Edition("2021-11", 14)
    given: dict[str, Any] = {
        "version": 2,
        "is_fictitious": False,
        "disclosure": "Rien.",
        "closing": ClosingSaid("closed", "", ()),
    }
    return About(edition, edition, **given | values)
