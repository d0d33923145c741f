"""Where the editions of a home stand towards their closing, as its tables and its registers now say."""

from warehouse.archive.tables import ACCEPTED_ROWS, CORE_PROJECTS
from warehouse.home.calendar import Edition
from warehouse.home.registers import Registers
from warehouse.home.state import State
from warehouse.home.store import ParquetStore
from warehouse.model.errors import DataRefusedError
from warehouse.projects.closing import Closing, closings, historic_editions
from warehouse.projects.closing_wording import to_settle


def read_closings(registers: Registers, store: ParquetStore) -> dict[str, Closing]:
    """Where each edition that was computed stands, in calendar order; what is kept back stays in the projects followed.

    Args:
        registers: all registers, by short name.
        store: the tables.
    """
    projects = store.history(CORE_PROJECTS)
    return closings(projects, historic_editions(store.columns(ACCEPTED_ROWS, ["edition", "layout"])), registers)


def require_closed(state: State, edition: Edition) -> None:
    """Refuse what would publish a provisional edition.

    Raises:
        DataRefusedError: it is not closed; the message names each absence, with the command that settles it.
    """
    closing = read_closings(state.registers, ParquetStore(state.home.warehouse)).get(edition.key)
    if closing is not None and not closing.is_final:
        raise DataRefusedError(
            "\n".join(
                [
                    f"L'édition {edition.key} n'est pas close : elle ne peut être ni approuvée ni publiée.",
                    *absence_lines(closing, state.registers),
                ]
            )
        )


def absence_lines(closing: Closing, registers: Registers) -> list[str]:
    """What keeps an edition from being closed, a line each with the command that settles it, then how to close it."""
    lines = [f"  {one.said} → {one.command}" for one in to_settle(closing, registers)]
    then = "Puis" if lines else "Rien n'y manque"
    return [*lines, f"{then} : panorama edition close {closing.edition}"]
