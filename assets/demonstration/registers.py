"""What the demonstration has beside its submissions: lines of the registers, and a submission that was corrected.

All invented, like the rest. The registers' lines are in `data/demonstration_registers/`.
"""

import datetime as dt
from importlib import resources
from pathlib import Path

import pandas as pd

from assets.demonstration.submissions import demonstration_projects, write_ministry
from warehouse.home.home import Home
from warehouse.home.register_tables import REGISTERS
from warehouse.home.registers import Register, register

# The edition whose first figures were corrected three days later, as those of the real 13th edition were.
CORRECTED_EDITION = "2021-07"
CORRECTED_ON = dt.date(2021, 7, 23)
CORRECTED_BY = "Ministère de la Justice (fictif)"
CORRECTED_WHY = "Avenant oublié dans la première remontée"
CORRECTED_PROJECT = "PGP-0024"
FIRST_COST_MEUR = 129.5


def write_registers(home: Home) -> None:
    """Add the demonstration's lines to the registers that have none yet.

    Raises:
        RegisterError: a register of the home has a malformed line.
        ServiceError: the disk refused.
    """
    folder = Path(str(resources.files("assets.demonstration") / "data" / "demonstration_registers"))
    with home.writing():
        for name, table in REGISTERS.items():
            invented = Register(folder / f"{name}.csv", table).read()
            ledger = register(home.registers, name)
            seen = ledger.read()
            if seen.empty:
                ledger.append(invented, seen=seen)


def write_first_submission(inbox: Path) -> None:
    """Write the workbook that was later corrected, in place of the right one.

    Raises:
        ServiceError: the disk refused.
    """
    sent = _rows_sent()
    wrong = sent["project_id"].eq(CORRECTED_PROJECT)
    write_ministry(
        sent.assign(
            updated_cost_meur=sent["updated_cost_meur"].mask(wrong, FIRST_COST_MEUR),
            deviation_comment=sent["deviation_comment"].mask(wrong),
        ),
        inbox,
        CORRECTED_EDITION,
    )


def write_corrected_submission(inbox: Path) -> None:
    """Write the right workbook in place of the first one.

    Raises:
        ServiceError: the disk refused.
    """
    write_ministry(_rows_sent(), inbox, CORRECTED_EDITION)


def _rows_sent() -> pd.DataFrame:
    """What the ministry of the corrected project sends for that edition."""
    rows = demonstration_projects()[CORRECTED_EDITION]
    ministry = rows.loc[rows["project_id"].eq(CORRECTED_PROJECT), "ministry"].iloc[0]
    return rows.loc[rows["ministry"].eq(ministry)].reset_index(drop=True)
