"""What one run reads once and hands on from step to step; a step in another process reads it again."""

import ctypes
import datetime as dt
import gc
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd
import pyarrow as pa

from assets.collection.intake import Receipt, receive
from assets.collection.state import Verdicts
from assets.dataset.about import About
from assets.dataset.rows import open_frames, read_tables
from warehouse.archive.closed import read_closings
from warehouse.archive.freshness import (
    Computed,
    content_fingerprints,
    input_fingerprints,
    out_of_date,
    record,
    recorded,
)
from warehouse.archive.tables import ACCEPTED_ROWS, CORE_PROJECTS, SUBMITTED_ROWS
from warehouse.archive.versions import UNSAID, Change
from warehouse.home.calendar import Calendar, Edition
from warehouse.home.home import Home
from warehouse.home.results import Results
from warehouse.home.state import State
from warehouse.home.store import RunStore
from warehouse.model.schema import Table, empty_frame
from warehouse.projects.baselines import effective_ledger
from warehouse.projects.closing import Closing, exits_as_they_count
from warehouse.projects.preparing import Prepared, places_kept_back, prepare_in_order
from warehouse.projects.withheld import Place, revealed_ledger, without_withheld


@dataclass
class Session:
    """One run, on a home that it holds.

    Attributes:
        state: the home, with what the run added to it.
        store: the tables, as the run knows them.
        asked: the editions that the run was asked for.
        only: whether the others are left as they are, to be said out of date.
        change: what the run says of the figures it changes.
        receipts: what was received for the editions asked for.
        results: what the checks found in them before they were accepted.
        prepared: the projects of those that were accepted.
        verdicts: what is told of what each ministry sent, taken by itself.
        touched: the editions whose tables are written; None until the rows are accepted.
        published: the editions whose outputs are made; None until the tables are.
        frames: the published rows of the editions whose outputs are being made, and of the latest.
        abouts: what the dataset of each edition says of itself, as far as it was asked for.
    """

    state: State
    store: RunStore
    asked: tuple[str, ...]
    only: bool = False
    change: Change = UNSAID
    receipts: dict[str, Receipt] = field(default_factory=dict)
    results: dict[str, Results] = field(default_factory=dict)
    prepared: dict[str, Prepared] = field(default_factory=dict)
    verdicts: dict[str, Verdicts] = field(default_factory=dict)
    touched: frozenset[str] | None = None
    published: tuple[Edition, ...] | None = None
    frames: dict[str, Mapping[Table, pd.DataFrame]] = field(default_factory=dict)
    abouts: dict[str, About] = field(default_factory=dict)

    @property
    def home(self) -> Home:
        """The home that the run is about."""
        return self.state.home

    @property
    def calendar(self) -> Calendar:
        """The calendar of the home."""
        return self.state.calendar

    def shown_projects(self) -> pd.DataFrame:
        """The core projects of every edition without what is kept back: what every table of figures is made from."""
        return without_withheld(self.store.history(CORE_PROJECTS))

    def ledger(self) -> pd.DataFrame:
        """The baselines as they count, whatever the order in which editions were run, and nothing kept back in them."""
        return revealed_ledger(effective_ledger(self.state.registers["baselines"]), self.store.history(CORE_PROJECTS))

    def closings(self) -> dict[str, Closing]:
        """Where each edition stands towards its closing, as the run now knows its projects."""
        return read_closings(self.state.registers, self.store)

    def exits(self) -> pd.DataFrame:
        """The register of exits, with those of the projects of a ministry that sent nothing."""
        return exits_as_they_count(self.state.registers["exits"], self.closings())

    def published_frames(self, edition: Edition, states: Mapping[str, str]) -> Mapping[Table, pd.DataFrame]:
        """The rows of every table of the dataset of an edition; `states` is from `states_of`."""
        if edition.key not in self.frames:
            tables = read_tables(self.store, edition, self.state.registers, states)
            self.frames[edition.key] = open_frames(tables)
        return self.frames[edition.key]

    def forget_frames(self, edition: Edition) -> None:
        """Let go of the rows of an edition that nothing is made of any more: those of many would fill the memory."""
        if edition.key != self.accepted_editions()[-1]:
            self.frames.pop(edition.key, None)
        give_back_memory()

    def ask(self, editions: Iterable[str]) -> None:
        """Ask for other editions, once the run for those before is done."""
        self.asked = tuple(sorted(editions))
        self.touched, self.published, self.frames, self.abouts = None, None, {}, {}

    def editions(self, keys: Iterable[str]) -> list[Edition]:
        """Editions by their keys, in calendar order."""
        return sorted(self.calendar.find(key) for key in keys)

    def accepted_editions(self) -> list[str]:
        """The editions that have accepted rows, in calendar order."""
        return self.store.editions(ACCEPTED_ROWS)

    def receipt(self, edition: Edition) -> Receipt:
        """What was received for an edition; each file is opened once by a run."""
        if edition.key not in self.receipts:
            with self.state.writing() as held:
                self.receipts[edition.key] = receive(
                    held,
                    edition,
                    dt.datetime.now(dt.UTC).date(),
                    append=lambda lines: held.appended({"submissions": lines}),
                )
                self.state = held.refreshed()
        return self.receipts[edition.key]

    def accepted(self) -> dict[str, Prepared]:
        """The projects of the editions asked for, each identified after those before it."""
        if not self.prepared.keys() >= set(self.asked):
            rows = {edition.key: self.receipt(edition).submitted.rows for edition in self.editions(self.asked)}
            self.prepared = prepare_in_order(rows, self.state.registers, self.store.history(CORE_PROJECTS))
        return {key: self.prepared[key] for key in sorted(self.asked)}

    def withheld_places(self, edition: str) -> frozenset[Place]:
        """The file, sheet and row of each row of an edition that keeps something back."""
        rows = self.receipts[edition].submitted.rows if edition in self.receipts else empty_frame(SUBMITTED_ROWS)
        known, prepared = self.store.history(CORE_PROJECTS), self.prepared.get(edition)
        return places_kept_back(rows, known, self.state.registers, edition, prepared)

    def to_write(self) -> frozenset[str]:
        """The editions asked for, and those that follow from something else now, unless these are left as they are."""
        if self.touched is None:
            stale = [] if self.only else out_of_date(input_fingerprints(self.state, self.store), recorded(self.home))
            self.touched = frozenset({*self.asked, *stale})
        return self.touched

    def to_publish(self) -> list[Edition]:
        """The editions whose outputs are to be made: those asked for, and those whose tables are no longer the same."""
        if self.published is None:
            made = recorded(self.home)
            contents = content_fingerprints(self.state, self.store, self.accepted_editions())
            changed = {key for key in self.to_write() if key not in made or made[key].contents != contents[key]}
            self.published = tuple(self.editions({*self.asked, *changed}))
        return list(self.published)

    def record(self) -> list[str]:
        """Keep that what was made of the editions written follows from what is known now; return those out of date."""
        inputs = input_fingerprints(self.state, self.store)
        # With what the checks of the dataset found since: the next run finds it there when it compares.
        contents = content_fingerprints(self.state, self.store, self.accepted_editions())
        made = {key: Computed(inputs[key], contents[key]) for key in self.to_write()}
        return out_of_date(inputs, record(self.home, made))


def give_back_memory() -> None:
    """Give back to the system what earlier steps used: what is free in a process is held until then."""
    gc.collect()
    pa.default_memory_pool().release_unused()
    # Of the GNU C library; others hold less, or have no such call.
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
