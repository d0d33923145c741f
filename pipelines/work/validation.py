"""Judge what editions received, and leave no state of them: no table, no register, no link is written."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from assets.collection.intake import Receipt, receive
from assets.collection.state import Verdicts
from assets.submissions import why_nothing
from checks.released.reconciliation import published_findings
from checks.rules.acceptance import accept
from checks.rules.disclosure import RULE as NOTHING_WITHHELD_IS_COMPUTABLE
from checks.verdicts import verdicts
from warehouse.archive.closed import read_closings
from warehouse.archive.tables import CORE_PROJECTS
from warehouse.facts.reference import published_figures
from warehouse.history.movements import movements
from warehouse.home.calendar import Edition
from warehouse.home.registers import grown
from warehouse.home.rule_changes import regraded
from warehouse.home.state import State
from warehouse.home.store import ParquetStore
from warehouse.model.errors import DataRefusedError
from warehouse.model.findings import Finding, errors_of, total
from warehouse.model.french import counted
from warehouse.projects.closing import expected_ministries, followed_before
from warehouse.projects.identification import unsure_moves
from warehouse.projects.preparing import Prepared, places_kept_back, with_edition
from warehouse.projects.withheld import Place
from warehouse.slippage.measures import key_figures

# It tells how a figure that another ministry withholds can be computed.
NOT_FOR_MINISTRIES = frozenset({NOTHING_WITHHELD_IS_COMPUTABLE})


@dataclass(frozen=True)
class Validated:
    """What was received for an edition, what was found in it, and why it is refused, None when it is accepted.

    `known` holds the core projects of all editions, as they stood; `held` the file, sheet and row of each row that
    keeps something back: what is found in it is for its sender alone; `expected` the ministries that the edition is
    expected to hear from. Each ministry is judged by itself.
    """

    edition: Edition
    known: pd.DataFrame
    receipt: Receipt
    found: Verdicts
    refusal: DataRefusedError | None
    expected: frozenset[str]
    held: frozenset[Place]

    @property
    def findings(self) -> list[Finding]:
        """All that was found."""
        return self.found.findings()


def validate(state: State, edition: Edition, *, today: dt.date | None = None) -> Validated:
    """Read and judge what an edition received, as a run would: the rows, the past, and what was once published.

    Raises:
        ServiceError: the disk refused.
        ConfigurationError: a register is malformed.
    """
    receipt = receive(state, edition, today or dt.datetime.now(dt.UTC).date())
    store = ParquetStore(state.home.warehouse)
    known = store.history(CORE_PROJECTS)
    accepted = accept(state, {edition.key: receipt}, known)
    closings = read_closings(state.registers, store)
    found = verdicts(state, receipt, accepted, known, followed_before(closings, edition.key))
    prepared = accepted.accepted.get(edition.key)
    expected = expected_ministries(closings, edition.key)
    held = places_kept_back(receipt.submitted.rows, known, state.registers, edition.key, prepared)
    if prepared is None:
        refused = refusal(edition, found.findings(), receipt)
        return Validated(edition, known, receipt, found, refused, expected, held)
    projects = with_edition(known, prepared.projects, edition.key)
    kept, _ = regraded(_published(state, edition, prepared, projects), state.rule_changes_at(edition.key))
    return Validated(edition, known, receipt, replace(found, shared=(*found.shared, *kept)), None, expected, held)


def refusal(edition: Edition, findings: Sequence[Finding], receipt: Receipt) -> DataRefusedError:
    """Why an edition that was not accepted is refused."""
    refusals = errors_of(findings)
    if not refusals:
        return DataRefusedError(why_nothing(receipt))
    return DataRefusedError(f"Édition {edition.key} refusée : {counted(total(refusals), 'erreur')}.", refusals)


def _published(state: State, edition: Edition, prepared: Prepared, projects: pd.DataFrame) -> list[Finding]:
    """How the key figures differ from those once published."""
    once = published_figures().get(edition.key)
    if once is None:
        return []
    moves = movements(projects, state.registers["exits"], state.calendar)
    figures = key_figures(projects, moves, state.calendar)
    line = figures.loc[figures["edition"].eq(edition.key)].iloc[0]
    unsure = unsure_moves(moves, grown(state.registers, prepared.additions))
    return published_findings({str(name): value for name, value in line.items()}, once, prepared.projects, unsure)
