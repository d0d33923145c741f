"""What is to be said of what each ministry sent, taken by itself, and what only the files together tell.

No other file changes a verdict: whether it is there, whether it is right, which projects it declares.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from assets.collection.intake import Receipt
from assets.collection.state import Verdicts
from checks.rules.acceptance import Acceptance, file_results, graded
from checks.rules.completeness import expected_projects
from checks.rules.conformance import answered_places
from checks.rules.continuity import history_findings, vanished
from checks.rules.places import Places
from checks.rules.precedence import concluded
from checks.rules.rows import row_findings
from warehouse.history.movements import departures
from warehouse.history.tables import OUT_MOVEMENTS
from warehouse.home.registers import grown
from warehouse.home.state import State
from warehouse.home.submission_ledger import NIL
from warehouse.model.findings import Finding, errors_of
from warehouse.model.repetition import capped
from warehouse.model.schema import empty_frame
from warehouse.model.terms import match_key
from warehouse.projects.identification import NOT_GIVEN, waiting_for_review
from warehouse.projects.preparing import Prepared, prepare_apart, with_edition
from warehouse.projects.tables import HISTORY_LAYOUT
from warehouse.projects.withheld import flagged_as

# Of a ministry that sends nothing, and of no file.
SILENCE = "every_ministry_answers"
_IDENTITY = "identity_is_certain"
_LIKE_A_KNOWN_ONE = "l'identifiant du projet connu si c'est lui, ou la confirmation que c'en est un autre"


def verdicts(
    state: State, receipt: Receipt, found: Acceptance, known: pd.DataFrame, followed: pd.DataFrame
) -> Verdicts:
    """Judge what each ministry sent for an edition by itself.

    Args:
        state: the home.
        receipt: what was received.
        found: what was found of it, its files taken together, and of the editions before it.
        known: core projects of all editions, as they stood before that.
        followed: the core projects that the edition is expected to declare; those of the edition before are, too.

    Returns:
        All that was found; what is said of no file bears the ministry that it is for, if any.
    """
    edition = receipt.submitted.edition
    together = found.findings(edition)
    registers, projects = found.standing.get(edition, (state.registers, known))
    shared = [one for one in together if one.file is None and (one.ministry_id is None or one.rule == SILENCE)]
    if receipt.submitted.rows["layout"].eq(HISTORY_LAYOUT).any():
        # A published edition is one file of all ministries: nobody answers for a part of it.
        return Verdicts(tuple(one for one in together if one not in shared), tuple(shared))
    others = projects.loc[projects["edition"].ne(edition)]
    own = _judged(replace(state, registers=registers), receipt, found.nonconforming[edition], others, followed)
    return Verdicts(tuple(own), tuple(shared), tuple(_between(together, own)))


def _judged(
    state: State,
    receipt: Receipt,
    nonconforming: Mapping[str, list[int]],
    others: pd.DataFrame,
    followed: pd.DataFrame,
) -> list[Finding]:
    """The findings of every ministry, each at its place, or with the ministry that it is for."""
    edition, rows = receipt.submitted.edition, receipt.submitted.rows
    changes, places = state.rule_changes_at(edition), Places(receipt.submitted.cells)
    apart = prepare_apart(rows, state.registers, others)
    found = dict(_of_rows(state, receipt, nonconforming, apart, places))
    for prepared in apart:
        for check, told in _of_history(state, edition, prepared, others, places).items():
            found[check] = [*found.get(check, []), *told]
    results = file_results(state, receipt) | {check: graded(told, len(rows), changes) for check, told in found.items()}
    del results["rules_are_as_declared"]
    kept = [one for _, result in sorted(concluded(results, places, edition).items()) for one in result.findings]
    lost = {match_key(one.value) for one in kept if one.rule == "new_version_keeps_projects" and one.value}
    gone = _Absences.of(state, edition, apart, others, followed)
    for ministry in sorted(_heard(receipt)):
        kept += capped(graded(gone.told_of(ministry, lost), 0, changes).findings)
    return [_without_ungiven_ids(one) for one in kept]


def _of_rows(
    state: State, receipt: Receipt, nonconforming: Mapping[str, list[int]], apart: Sequence[Prepared], places: Places
) -> dict[str, list[Finding]]:
    rows = receipt.submitted.rows
    if not apart:
        return row_findings(rows, nonconforming, places, alone=True)
    projects = pd.concat([one.projects for one in apart], ignore_index=True)
    answered = answered_places(projects, state.registers["opinions"])
    return row_findings(flagged_as(rows, projects), nonconforming, places, answered, alone=True)


def _of_history(
    state: State, edition: str, prepared: Prepared, others: pd.DataFrame, places: Places
) -> dict[str, list[Finding]]:
    """What the past and the registers say of the projects that some ministries declare."""
    registers = grown(state.registers, prepared.additions)
    with_it = with_edition(others, prepared.projects, edition)
    found = history_findings(with_it, [edition], registers, places, empty_frame(OUT_MOVEMENTS))[edition]
    found["baselines_agree_with_ledger"] = [places.placed(finding, edition) for finding in prepared.findings]
    # Who is not there is told of each ministry.
    return {check: [finding for finding in told if finding.file] for check, told in found.items()}


def _heard(receipt: Receipt) -> set[str]:
    """The ministries all of whose files are read: what is not in them is not declared."""
    received, unread = receipt.received, {one.file for one in errors_of(receipt.submitted.file_findings)}
    lines = received.read()
    nil = set(lines.loc[lines["status"].eq(NIL), "ministry_id"].dropna())
    refused = {*lines.loc[lines["file"].isin(unread), "ministry_id"], *received.put_aside()["ministry_id"]}
    return ({*receipt.submitted.rows["ministry_id"].dropna()} | nil) - refused


@dataclass(frozen=True)
class _Absences:
    """What is missing from what ministries sent: all of it is known but for the ministry.

    Attributes:
        state: the home.
        edition: key of the edition.
        projects: the core projects that the ministries declare, each ministry taken by itself.
        links: what that adds to the log of links.
        last: the last rows of the projects to look for, those of the edition before and those followed since longer.
        of_registers: one finding for each project that the registers know, and that is to be declared.
    """

    state: State
    edition: str
    projects: pd.DataFrame
    links: pd.DataFrame
    last: pd.DataFrame
    of_registers: Sequence[Finding]

    @classmethod
    def of(
        cls, state: State, edition: str, apart: Sequence[Prepared], others: pd.DataFrame, followed: pd.DataFrame
    ) -> "_Absences":
        """From what is prepared of each ministry, the core projects of the other editions, and those followed."""
        earlier = others.loc[others["edition"].lt(edition)]
        return cls(
            state,
            edition,
            pd.concat([others.iloc[:0], *(one.projects for one in apart)], ignore_index=True),
            pd.concat([state.registers["links"].iloc[:0], *(one.additions["links"] for one in apart)]),
            _awaited(earlier, followed),
            expected_projects(edition, earlier, state.registers) if len(earlier) else (),
        )

    def told_of(self, ministry: str, lost: Collection[str]) -> list[Finding]:
        """The projects that a ministry declared at the last edition, or that the registers know, and that are gone.

        Args:
            ministry: a code.
            lost: the names, as they are compared, that a new version of a file lost: it is said of the file.
        """
        if self.last.empty:
            return []
        registers = grown(self.state.registers, {"links": self.links.loc[self.links["ministry_id"].eq(ministry)]})
        projects = self.projects.loc[self.projects["ministry_id"].eq(ministry)]
        declared = set(projects["project_id"])
        of_registers = [one for one in self.of_registers if one.ministry_id == ministry and one.value not in declared]
        told = {one.value for one in of_registers}
        last = self.last.loc[self.last["ministry_id"].eq(ministry) & ~self.last["project_id"].isin(told)]
        last = last.loc[~last["name"].map(match_key).isin(lost)]
        gone = departures(self.edition, projects, last, registers["exits"])
        left = [one for _, one in vanished(gone, waiting_for_review(registers))]
        return [*of_registers, *left]


def _awaited(earlier: pd.DataFrame, followed: pd.DataFrame) -> pd.DataFrame:
    """The last rows of the projects to look for: those of the edition before, and those followed since longer."""
    last = earlier.loc[earlier["edition"].eq(earlier["edition"].max())]
    both = pd.concat([followed, last], ignore_index=True) if len(followed) else last
    return both.sort_values("edition", kind="stable").drop_duplicates("project_id", keep="last")


def _between(together: Iterable[Finding], own: Iterable[Finding]) -> list[Finding]:
    """The errors that are in no verdict, each told of no file: those whom they oppose are named in it."""
    said = {(one.rule, one.file, one.sheet, one.row) for one in own}
    return [
        replace(one, message=f"{one.place()} : {one.message}", file=None, sheet=None, row=None, column=None, cell=None)
        for one in errors_of(together)
        if one.file is not None and (one.rule, one.file, one.sheet, one.row) not in said
    ]


def _without_ungiven_ids(finding: Finding) -> Finding:
    """A finding that does not tell the id of a project met for the first time: a run gives it."""
    if finding.rule == _IDENTITY and NOT_GIVEN.search(finding.expected or ""):
        finding = replace(finding, expected=_LIKE_A_KNOWN_ONE)
    return replace(finding, message=NOT_GIVEN.sub("", finding.message))
