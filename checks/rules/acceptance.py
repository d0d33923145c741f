"""Whether editions can be accepted: all that is checked of what was received, then against the past. Pure functions.

Nothing here writes, nor depends on what is done with the answer: a run, `panorama check`, the collection and the
returned workbooks ask the same question.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from assets.collection.intake import Receipt
from assets.collection.receiving import collection_findings, unsaid_findings
from checks.rules.conformance import answered_places
from checks.rules.continuity import history_findings
from checks.rules.places import Places
from checks.rules.precedence import concluded
from checks.rules.rows import nonconforming_rows, row_findings
from warehouse.history.movements import movements
from warehouse.home.registers import Registers, grown
from warehouse.home.results import Result, Results
from warehouse.home.rule_changes import RuleChange, regraded, statements
from warehouse.home.state import State
from warehouse.model.findings import Finding
from warehouse.model.rules import catalogue
from warehouse.projects.preparing import Prepared, prepare_in_order
from warehouse.projects.withheld import flagged_as

# The checks that must pass before a row is accepted, with what holds when they do.
OF_SUBMISSIONS: Mapping[str, str] = {
    "every_file_is_read": "Chaque fichier de la boîte est d'un format connu, avec ses en-têtes et aucun autre.",
    "every_value_is_readable": "Chaque cellule contient une valeur de son champ : nombre, date, ministère, terme.",
    "rows_conform_to_declaration": "Chaque ligne a ce qui est obligatoire, dans ses bornes, une fois.",
    "rows_raise_no_warning": "Aucune ligne ne manque d'un chiffre dû, d'un avis dès 9 M€ ou d'un motif.",
    "figures_are_plausible": "Coûts et durées sont dans leur unité et d'un projet ; dates, phases et coûts concordent.",
    "words_are_coherent": "Les textes sont remplis ; ministères, avis, chiffres non publiés et révision concordent.",
    "baselines_agree_with_ledger": "Les chiffres initiaux sont ceux du registre, sauf révision datée et motivée.",
    "projects_follow_their_past": "Aucune phase ne recule, aucun chiffre ne saute, ne se perd ni ne se fige.",
    "nothing_received_is_lost": "Aucun fichier n'est à l'écart ni disparu ; une nouvelle version garde ses projets.",
    "rules_are_as_declared": "Les règles reclassées ou suspendues à cette édition sont dites, par qui et pourquoi.",
}
# Those that look at the accepted projects of every edition, and that a change of the past makes again.
OF_PROJECTS: Mapping[str, str] = {
    "identities_are_certain": "Aucun projet ne ressemble à un autre sans qu'une personne ait tranché.",
    "starts_do_not_move": "Le début d'un projet sans référence déclarée est celui de l'édition d'avant.",
    "opinions_agree_with_register": "L'avis déclaré par un ministère est celui du registre.",
    "everyone_is_there": "Chaque ministère répond, chaque projet des registres est déclaré.",
    "no_project_vanishes_unseen": "Chaque projet sorti depuis l'édition d'avant a un motif de sortie.",
}
# All those of history, that are made together.
OF_HISTORY = frozenset({*OF_PROJECTS, "baselines_agree_with_ledger", "projects_follow_their_past"})


@dataclass(frozen=True)
class Acceptance:
    """What was found in each edition, by check, and the projects of those that can be accepted.

    `standing` holds, for each edition that has rows, the registers before it and the projects of all editions with it;
    `nonconforming`, from `nonconforming_rows`, the rows that break their declaration.
    """

    results: Mapping[str, Results]
    accepted: Mapping[str, Prepared]
    standing: Mapping[str, tuple[Registers, pd.DataFrame]]
    nonconforming: Mapping[str, Mapping[str, list[int]]]

    def findings(self, edition: str) -> list[Finding]:
        """All that was found in an edition, in the order of the checks' names, as `read_findings` gives it of a run."""
        return [finding for _, result in sorted(self.results[edition].items()) for finding in result.findings]


def graded(findings: Sequence[Finding], checked: int, changes: Mapping[str, RuleChange]) -> Result:
    """A result under the rule changes in force."""
    kept, suspended = regraded(findings, changes)
    return Result(tuple(kept), checked, suspended)


def accept(state: State, receipts: Mapping[str, Receipt], known: pd.DataFrame) -> Acceptance:
    """Judge several editions in the order of the calendar; one that is refused is not known to those after it.

    Args:
        state: the home.
        receipts: what was received, by edition.
        known: core projects of all editions, as they stand.
    """
    results: dict[str, dict[str, Result]] = {
        edition: file_results(state, receipt) for edition, receipt in receipts.items()
    }
    places = {edition: Places(receipt.submitted.cells) for edition, receipt in receipts.items()}

    nonconforming = nonconforming_rows({edition: receipt.submitted.rows for edition, receipt in receipts.items()})
    standing: dict[str, tuple[Registers, pd.DataFrame]] = {}

    def accepts(edition: str, prepared: Prepared, registers: Registers, projects: pd.DataFrame) -> bool:
        standing[edition] = registers, projects
        submitted, changes = receipts[edition].submitted, state.rule_changes_at(edition)
        answered = answered_places(prepared.projects, registers["opinions"])
        # What the register keeps back is not looked at either.
        flagged = flagged_as(submitted.rows, prepared.projects)
        rows = row_findings(flagged, nonconforming[edition], places[edition], answered)
        results[edition] |= {name: graded(found, len(submitted.rows), changes) for name, found in rows.items()}
        grown_with_it = grown(registers, prepared.additions)
        moves = movements(projects, registers["exits"], state.calendar)
        past = history_findings(projects, [edition], grown_with_it, places[edition], moves)[edition]
        past["baselines_agree_with_ledger"] = [places[edition].placed(one, edition) for one in prepared.findings]
        results[edition] |= _graded_history(past, len(prepared.projects), moves, edition, changes)
        return not any(result.has_errors() for result in results[edition].values())

    rows = {edition: receipt.submitted.rows for edition, receipt in receipts.items() if len(receipt.submitted.rows)}
    accepted = prepare_in_order(rows, state.registers, known, accepts)
    for edition, found in results.items():
        results[edition] = concluded(found, places[edition], edition)
    return Acceptance(results, accepted, standing, nonconforming)


def history_results(
    state: State,
    projects: pd.DataFrame,
    editions: Sequence[str],
    cells: pd.DataFrame,
    known: Mapping[str, Sequence[Finding]],
) -> dict[str, dict[str, Result]]:
    """What the past and the registers say of accepted editions, as they are now, by edition, then by check.

    Args:
        state: the home.
        projects: core projects of all editions.
        editions: those asked about.
        cells: those of their rows.
        known: what the other checks found in them.
    """
    moves = movements(projects, state.registers["exits"], state.calendar)
    places = Places(cells)
    found = history_findings(projects, editions, state.registers, places, moves)
    counts = projects["edition"].value_counts()
    return {
        edition: concluded(
            _graded_history(of_edition, int(counts[edition]), moves, edition, state.rule_changes_at(edition)),
            places,
            edition,
            known[edition],
        )
        for edition, of_edition in found.items()
    }


def _graded_history(
    found: Mapping[str, Sequence[Finding]],
    count: int,
    moves: pd.DataFrame,
    edition: str,
    changes: Mapping[str, RuleChange],
) -> dict[str, Result]:
    """The results of the checks of history; all look at the projects but one, which looks at who came and left."""
    counts = {"no_project_vanishes_unseen": int(moves["edition"].eq(edition).sum())}
    return {name: graded(findings, counts.get(name, count), changes) for name, findings in found.items()}


def file_results(state: State, receipt: Receipt) -> dict[str, Result]:
    """What is said of the files of an edition, whether they have a row or not."""
    submitted, received = receipt.submitted, receipt.received
    changes = state.rule_changes_at(submitted.edition)
    kept = collection_findings(state, received)
    reused = {one.file for one in kept if one.rule == "file_is_of_no_other_edition"}
    kept += [one for one in unsaid_findings(state, receipt) if one.file not in reused]
    files = len(received.stands.current_sha256) + len(received.waiting)
    return {
        "every_file_is_read": graded(submitted.file_findings, submitted.cells["source_file"].nunique(), changes),
        # Rows and not cells: how many a row fills may be kept back.
        "every_value_is_readable": graded(submitted.value_findings, len(submitted.rows), changes),
        "nothing_received_is_lost": graded(kept, files, changes),
        "rules_are_as_declared": graded(statements(changes), len(catalogue()), changes),
    }
