"""Every table of figures of a home, made in one pass from its accepted rows: the processor seconds it takes.

python -m benchmarks.tables HOME
"""

import sys
import time
from pathlib import Path

import pandas as pd

from warehouse.archive.tables import ACCEPTED_ROWS
from warehouse.archive.versions import first_known_slippages
from warehouse.facts.reference import targets
from warehouse.follow_up.ministry_brief import ministry_brief
from warehouse.follow_up.retrospective import retrospective
from warehouse.follow_up.scorecard import scorecard
from warehouse.follow_up.situations import situations
from warehouse.follow_up.watchlist import watchlist
from warehouse.forecast.backtest import backtest
from warehouse.forecast.forecast import forecasts
from warehouse.history.changes import changes
from warehouse.history.movements import leavers, movements
from warehouse.home.home import Home
from warehouse.home.state import State, read_state
from warehouse.home.store import ParquetStore
from warehouse.projects.baselines import effective_ledger
from warehouse.projects.preparing import core_projects
from warehouse.projects.withheld import revealed_ledger, without_withheld
from warehouse.slippage.bridge import bridges
from warehouse.slippage.by_group import slippage_by_group
from warehouse.slippage.by_project import slippages
from warehouse.slippage.causes import slippage_causes
from warehouse.slippage.headlines import headline_changes, headlines
from warehouse.slippage.measures import key_figures
from warehouse.slippage.targets import target_progress, target_shares


def make(state: State, rows: pd.DataFrame, first: pd.DataFrame) -> None:
    """Make every table of figures, as the assets do."""
    calendar, registers = state.calendar, state.registers
    exits, missions = registers["exits"], registers["missions"]
    received = core_projects(rows, registers)
    projects = without_withheld(received)
    ledger = revealed_ledger(effective_ledger(registers["baselines"]), received)
    measured = slippages(projects, ledger, calendar)
    headline_changes(measured, first, bridges(measured, first))
    slippage_causes(projects, measured)
    target_progress(measured, targets())
    target_shares(measured, targets())
    moved = movements(projects, exits, calendar)
    changes(projects, ledger, exits, calendar)
    leavers(projects, measured, exits, calendar)
    groups = slippage_by_group(measured, calendar)
    key_figures(projects, moved, calendar)
    headlines(measured, groups)
    frame = situations(projects, measured, targets())
    watch = watchlist(frame, ledger, missions)
    ministry_brief(projects, measured, moved, watch, calendar)
    retrospective(projects, measured, ledger, exits, missions)
    scorecard(frame, missions)
    forecasts(projects, measured, backtest(projects))


def main() -> None:
    """Print the processor seconds of one pass, what is imported and read left out."""
    state = read_state(Home(Path(sys.argv[1])))
    rows = ParquetStore(state.home.warehouse).history(ACCEPTED_ROWS)
    first = first_known_slippages(state)
    begun = time.process_time()
    make(state, rows, first)
    print(time.process_time() - begun)  # noqa: T201  # what is asked for


if __name__ == "__main__":
    main()
