"""Where the editions of a home stand towards their closing, as its tables and its registers now say."""

from warehouse.archive.tables import ACCEPTED_ROWS, CORE_PROJECTS
from warehouse.home.registers import Registers
from warehouse.home.store import ParquetStore
from warehouse.projects.closing import Closing, closings, historic_editions
from warehouse.projects.withheld import without_withheld


def read_closings(registers: Registers, store: ParquetStore) -> dict[str, Closing]:
    """Where each edition stands, in calendar order.

    Args:
        registers: all registers, by short name.
        store: the tables.
    """
    projects = without_withheld(store.history(CORE_PROJECTS))
    return closings(projects, historic_editions(store.history(ACCEPTED_ROWS)), registers)
