"""Whether the open dataset holds something kept back: in its column, in another table, or quoted in a text.

Whether published sums and means count it is looked for by `checks.rules.disclosure`.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

import pandas as pd

from checks.released.files import Columns
from warehouse.home.calendar import Edition
from warehouse.model.findings import Finding
from warehouse.model.schema import Table
from warehouse.model.vocabulary import CHANGES, RATES
from warehouse.open_data.codes import CODE
from warehouse.open_data.files import DATA_FILES
from warehouse.open_data.tables import (
    OPEN_BASELINES,
    OPEN_CORE_PROJECTS,
    OPEN_FORECAST,
    OPEN_FULL_HISTORY,
    OPEN_FULL_PROJECTS,
    OPEN_HISTORY,
    OPEN_MISSIONS,
    OPEN_MOVEMENTS,
    OPEN_NAMED_CAUSES,
    OPEN_SCORECARD,
    OPEN_SLIPPAGE,
    OPEN_TARGET_PROJECTS,
    OPEN_WATCHLIST,
)
from warehouse.projects.tables import CORE_PROJECTS
from warehouse.projects.withheld import ANY, FILE, FLAGS, is_withheld, of_withheld_files, withheld_columns

RULE = "no_file_holds_a_withheld_figure"
_RATE = {"cost": "budget", "schedule": "schedule"}
# The changes that would give a withheld figure, by flag.
_CHANGES = {"cost": ("cost", "initial_cost"), "schedule": ("end", "duration", "initial_end")}
# The tables with a line, or several, for a project in an edition, whose declarations say what is kept back.
_OF_PROJECTS = (
    OPEN_HISTORY,
    OPEN_FULL_HISTORY,
    OPEN_CORE_PROJECTS,
    OPEN_FULL_PROJECTS,
    OPEN_MOVEMENTS,
    OPEN_FORECAST,
    OPEN_WATCHLIST,
    OPEN_SCORECARD,
    OPEN_MISSIONS,
)
# Those that have no line of a project that keeps something back: that there is one would tell of it.
_NOT_OF_WITHHELD = (OPEN_BASELINES, OPEN_NAMED_CAUSES)
# The watch rules that hold of a project only by figures that all these flags keep back.
_BY_FIGURES: Mapping[str, tuple[str, ...]] = {
    "drift": ("cost", "schedule"),
    "overdue": ("schedule",),
    "no_opinion": ("cost",),
}
# Numbers with the unit of a withheld figure, as a text quotes them.
_AMOUNT = re.compile(r"(?<![\d.,])(\d[\d\s  ]*(?:[.,]\d+)?)\s*(?:M€|M ?euros|MEUR|millions?\b)", re.IGNORECASE)
_MONTHS = re.compile(r"(?<![\d.,])(\d+)\s*mois\b", re.IGNORECASE)
# The figures a text may quote, by flag: their unit, how they are written.
_QUOTED = {"cost": ("M€ TTC", _AMOUNT), "schedule": ("mois", _MONTHS)}


def withheld_findings(
    table: Callable[[str], Columns], history: pd.DataFrame, today: pd.DataFrame, edition: Edition
) -> list[Finding]:
    """An error for each place of the dataset that holds a withheld figure; no error quotes it.

    Args:
        table: the columns of a table of the dataset, by its name in the declaration.
        history: core projects of all editions up to this one, as they were computed.
        today: the same, flagged as the register of withheld figures says today.
        edition: the edition.
    """
    findings = list(_stale_editions(history, today))
    read = {each: pd.DataFrame(table(each.name)) for each in _OF_PROJECTS}
    files = {file.table: f"{file.stem_for(edition)}.csv" for file in DATA_FILES}
    for flag, rows in ((ANY, is_withheld(today)), (FILE, of_withheld_files(today))):
        for each, lines in read.items():
            findings += _filled(lines, each, flag, _keys(today.loc[rows]), files[each])
    for flag, held in FLAGS.items():
        kept_back = today.loc[today[held].astype(bool)]
        withheld = _keys(kept_back)
        if not withheld:
            continue
        # What is counted from the edition before gives its figure to whoever has the one of this edition.
        following, before = _following(withheld, history), f"previous_{flag}"
        findings += _filled(read[OPEN_FULL_HISTORY], OPEN_FULL_HISTORY, before, following, files[OPEN_FULL_HISTORY])
        left = read[OPEN_MOVEMENTS]
        findings += _filled(left, OPEN_MOVEMENTS, before, withheld, files[OPEN_MOVEMENTS], "edition_precedente")
        for each, lines in read.items():
            findings += _filled(lines, each, flag, withheld, files[each])
            findings += _quotes(lines, each, kept_back, flag, files[each])
        findings += _shares(pd.DataFrame(table(OPEN_TARGET_PROJECTS.name)), flag, withheld)
        findings += _slippages(pd.DataFrame(table(OPEN_SLIPPAGE.name)), flag, withheld)
        findings += _compared(pd.DataFrame(table("changements")), "edition_precedente", _CHANGES[flag], withheld)
        findings += _bridges(pd.DataFrame(table("passage")), flag, withheld)
    any_withheld = _keys(today.loc[is_withheld(today)])
    for each in _NOT_OF_WITHHELD:
        if len(lines := _rows_of(pd.DataFrame(table(each.name)), any_withheld)):
            findings.append(_refuse(files[each], "identifiant_projet", list(lines["identifiant_projet"])))
    for rule, flags in _BY_FIGURES.items():
        unknown = today[[FLAGS[flag] for flag in flags]].astype(bool).all(axis=1)
        findings += _watched(read[OPEN_WATCHLIST], rule, _keys(today.loc[unknown]))
    return findings


def _refuse(file: str, column: str, projects: Sequence[str]) -> Finding:
    return Finding(
        RULE,
        "error",
        f"Chiffre non publié dans ce fichier, pour : {', '.join(sorted(set(projects)))}.",
        file=file,
        column=column,
        expected="une cellule vide",
    )


def _keys(rows: pd.DataFrame) -> set[tuple[str, str]]:
    return set(zip(rows["edition"], rows["project_id"], strict=True))


def _following(withheld: set[tuple[str, str]], history: pd.DataFrame) -> set[tuple[str, str]]:
    """The same projects, in the edition that follows in the warehouse."""
    editions = sorted(set(history["edition"]))
    following = dict(pairwise(editions))
    return {(following[edition], project) for edition, project in withheld if edition in following}


def _rows_of(frame: pd.DataFrame, withheld: set[tuple[str, str]], edition: str = "edition") -> pd.DataFrame:
    keys = zip(frame[edition], frame["identifiant_projet"], strict=True)
    return frame.take([row for row, key in enumerate(keys) if key in withheld])


def _filled(
    frame: pd.DataFrame, table: Table, flag: str, withheld: set[tuple[str, str]], file: str, edition: str = "edition"
) -> Iterator[Finding]:
    """The columns that a flag empties and that are not empty."""
    rows = _rows_of(frame, withheld, edition)
    for column in withheld_columns(table, flag):
        if len(leaks := rows.loc[rows[column.published].notna(), "identifiant_projet"]):
            yield _refuse(file, column.published, list(leaks))


def _slippages(frame: pd.DataFrame, flag: str, withheld: set[tuple[str, str]]) -> Iterator[Finding]:
    of_rate = frame.loc[frame["taux"].eq(RATES.label(_RATE[flag]))]
    rows = _rows_of(of_rate, withheld)
    for column in ("taux_ecart", "ecart_meur", "ecart_mois", "contribution_points"):
        if len(leaks := rows.loc[rows[column].notna(), "identifiant_projet"]):
            yield _refuse("ecarts.csv", column, list(leaks))


def _shares(frame: pd.DataFrame, flag: str, withheld: set[tuple[str, str]]) -> Iterator[Finding]:
    """A project whose slippage is not published weighs nothing in the distance to a target: it has no row there."""
    rate = OPEN_TARGET_PROJECTS.column(f"rate{CODE}").published
    rows = _rows_of(frame.loc[frame[rate].eq(_RATE[flag])], withheld)
    if len(rows):
        yield _refuse("cibles_projets.csv", "taux_ecart", list(rows["identifiant_projet"]))


def _watched(frame: pd.DataFrame, rule: str, withheld: set[tuple[str, str]]) -> Iterator[Finding]:
    """That a rule holds tells something of the figures it looks at."""
    column = OPEN_WATCHLIST.column(f"rule{CODE}").published
    rows = _rows_of(frame.loc[frame[column].eq(rule)], withheld)
    if len(rows):
        yield _refuse("suivi.csv", column, list(rows["identifiant_projet"]))


def _compared(
    frame: pd.DataFrame, before: str, changes: Sequence[str], withheld: set[tuple[str, str]]
) -> Iterator[Finding]:
    """A change of a figure that was withheld at either end gives it, or the sum that leads to it."""
    kinds = [CHANGES.label(change) for change in changes]
    moved = frame.loc[frame["changement"].isin(kinds)]
    for edition, column in (("edition", "apres"), (before, "avant")):
        rows = _rows_of(moved, withheld, edition)
        if len(leaks := rows.loc[rows[column].notna() | rows["difference"].notna(), "identifiant_projet"]):
            yield _refuse("changements.csv", column, list(leaks))


def _bridges(frame: pd.DataFrame, flag: str, withheld: set[tuple[str, str]]) -> Iterator[Finding]:
    of_rate = frame.loc[frame["taux"].eq(RATES.label(_RATE[flag]))]
    for edition, column in (("edition", "taux_arrivee"), ("edition_depart", "taux_depart")):
        rows = _rows_of(of_rate, withheld, edition)
        if len(leaks := rows.loc[rows[column].notna(), "identifiant_projet"]):
            yield _refuse("passage.csv", column, list(leaks))


def _quotes(published: pd.DataFrame, table: Table, withheld: pd.DataFrame, flag: str, file: str) -> Iterator[Finding]:
    """Whether a text about a project, in the same edition, gives one of its withheld figures with its unit."""
    unit, pattern = _QUOTED[flag]
    columns = [column.name for column in withheld_columns(CORE_PROJECTS, flag) if column.unit == unit]
    texts = [
        column.published
        for column in table.columns
        if column.kind == "string" and not column.vocabulary and not column.pattern
    ]
    kept_back = withheld.set_index(["edition", "project_id"])[columns].astype("float64")
    for line in _rows_of(published, _keys(withheld)).to_dict("records"):
        key = line["edition"], line["identifiant_projet"]
        figures = kept_back.loc[[key]].iloc[0].dropna()
        for name in texts:
            if isinstance(line[name], str) and any(_says(line[name], pattern, figure) for figure in figures):
                message = f"Ce texte cite un chiffre non publié de {key[1]} ({key[0]})."
                yield Finding(RULE, "error", message, file=file, column=name, expected="un texte sans ce chiffre")


def _says(text: str, pattern: re.Pattern[str], figure: float) -> bool:
    for number in pattern.findall(text):
        digits = "".join(number.split()).replace(",", ".")
        decimals = len(digits.partition(".")[2])
        if round(figure, decimals) == float(digits):
            return True
    return False


def _stale_editions(history: pd.DataFrame, today: pd.DataFrame) -> Iterator[Finding]:
    """Tables of a past edition computed before the register withheld a figure of it hold that figure still."""
    for held in FLAGS.values():
        new = _keys(today.loc[today[held].astype(bool)]) - _keys(history.loc[history[held].astype(bool)])
        for edition in sorted({edition for edition, _ in new}):
            projects = sorted(project for key, project in new if key == edition)
            yield Finding(
                "past_editions_follow_the_register",
                "error",
                f"L'édition {edition} a été calculée avant que le registre ne retienne des chiffres de : "
                f"{', '.join(projects)}. Elle est à relancer, et les suivantes après elle.",
                file="historique.csv",
                expected=f"panorama run {edition}",
            )
