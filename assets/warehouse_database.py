"""The tables of the edition and the registers in the warehouse database, for those who query."""

import dagster as dg
import sqlalchemy as sa

from assets.declaring import folder_asset
from assets.history import core_corrections
from warehouse.archive.database import replace_edition, replace_table
from warehouse.archive.tables import RAW_SUBMISSIONS, TABLES
from warehouse.home.home import Home
from warehouse.home.register_tables import REGISTERS
from warehouse.home.registers import read_registers
from warehouse.home.store import ParquetStore


@folder_asset("warehouse", "sqlalchemy", deps=[core_corrections])
def warehouse_database(
    context: dg.AssetExecutionContext,
    home: dg.ResourceParam[Home],
    store: dg.ResourceParam[ParquetStore],
    database: dg.ResourceParam[sa.Engine],
) -> dg.MaterializeResult[None]:
    """The core and published tables of the edition and the registers, in SQL; each is replaced in one transaction.

    It comes after the versions of the edition, which come after every other table.
    """
    changed: list[str] = []
    rows = 0
    for table in TABLES.values():
        if table == RAW_SUBMISSIONS:
            continue
        frame = store.read(table, context.partition_key)
        rows += len(frame)
        if replace_edition(database, table, context.partition_key, frame):
            changed.append(table.name)
    with home.writing():
        for name, lines in read_registers(home.registers).items():
            if replace_table(database, REGISTERS[name], lines):
                changed.append(REGISTERS[name].name)
    return dg.MaterializeResult(metadata={"changed_tables": changed, "dagster/row_count": rows})
