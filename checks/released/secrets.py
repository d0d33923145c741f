"""Whether the open dataset holds something kept back: in its column, in another table, or quoted in a text.

Whether published sums and means count it is looked for by `checks.rules.disclosure`.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import pandas as pd

from checks.released.files import Columns
from warehouse.home.calendar import Edition
from warehouse.model.findings import Finding
from warehouse.model.schema import Table
from warehouse.model.vocabulary import CHANGES, RATES
from warehouse.open_data.tables import OPEN_FORECAST, OPEN_HISTORY, OPEN_PROJECTS, OPEN_SLIPPAGE
from warehouse.projects.tables import CORE_PROJECTS
from warehouse.projects.withheld import ANY, FILE, FLAGS, is_withheld, of_withheld_files, withheld_columns

RULE = "no_file_holds_a_withheld_figure"
_RATE = {"cost": "budget", "schedule": "schedule"}
# The changes that would give a withheld figure, by flag.
_CHANGES = {"cost": ("cost", "initial_cost"), "schedule": ("end", "duration", "initial_end")}
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
    published = pd.DataFrame(table(OPEN_HISTORY.name))
    own = pd.DataFrame(table(OPEN_PROJECTS.name))
    forecasts = pd.DataFrame(table(OPEN_FORECAST.name))
    for flag, rows in ((ANY, is_withheld(today)), (FILE, of_withheld_files(today))):
        findings += _filled(published, OPEN_HISTORY, flag, _keys(today.loc[rows]), "historique.csv")
        findings += _filled(own, OPEN_PROJECTS, flag, _keys(today.loc[rows]), f"panorama-{edition.key}.csv")
    for flag, held in FLAGS.items():
        kept_back = today.loc[today[held].astype(bool)]
        withheld = _keys(kept_back)
        if not withheld:
            continue
        findings += _filled(published, OPEN_HISTORY, flag, withheld, "historique.csv")
        # What is counted from the edition before gives its figure to whoever has the one of this edition.
        following = _following(withheld, history)
        findings += _filled(published, OPEN_HISTORY, f"previous_{flag}", following, "historique.csv")
        findings += _filled(own, OPEN_PROJECTS, flag, withheld, f"panorama-{edition.key}.csv")
        findings += _filled(forecasts, OPEN_FORECAST, flag, withheld, "previsions.csv")
        findings += _slippages(pd.DataFrame(table(OPEN_SLIPPAGE.name)), flag, withheld)
        findings += _compared(pd.DataFrame(table("changements")), "edition_precedente", _CHANGES[flag], withheld)
        findings += _bridges(pd.DataFrame(table("passage")), flag, withheld)
        findings += _quotes(published, kept_back, flag)
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
    if frame.empty:
        return frame
    keys = pd.MultiIndex.from_frame(frame[[edition, "identifiant_projet"]])
    rows: pd.DataFrame = frame.loc[keys.isin(list(withheld))]
    return rows


def _filled(
    frame: pd.DataFrame, table: Table, flag: str, withheld: set[tuple[str, str]], file: str
) -> Iterator[Finding]:
    """The columns that a flag empties and that are not empty."""
    rows = _rows_of(frame, withheld)
    for column in withheld_columns(table, flag):
        if len(leaks := rows.loc[rows[column.published].notna(), "identifiant_projet"]):
            yield _refuse(file, column.published, list(leaks))


def _slippages(frame: pd.DataFrame, flag: str, withheld: set[tuple[str, str]]) -> Iterator[Finding]:
    of_rate = frame.loc[frame["taux"].eq(RATES.label(_RATE[flag]))]
    rows = _rows_of(of_rate, withheld)
    for column in ("taux_ecart", "ecart_meur", "ecart_mois"):
        if len(leaks := rows.loc[rows[column].notna(), "identifiant_projet"]):
            yield _refuse("ecarts.csv", column, list(leaks))


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


def _quotes(published: pd.DataFrame, withheld: pd.DataFrame, flag: str) -> Iterator[Finding]:
    """Whether a text of a project, in the same edition, gives one of its withheld figures with its unit."""
    unit, pattern = _QUOTED[flag]
    columns = [column.name for column in withheld_columns(CORE_PROJECTS, flag) if column.unit == unit]
    texts = [
        column.published
        for column in OPEN_HISTORY.columns
        if column.kind == "string" and not column.vocabulary and not column.pattern
    ]
    shown = published.set_index(["edition", "identifiant_projet"])
    for row in withheld.to_dict("records"):
        figures = [float(row[name]) for name in columns if not pd.isna(row[name])]
        line = shown.loc[(row["edition"], row["project_id"])]
        for name in texts:
            if isinstance(line[name], str) and any(_says(line[name], pattern, figure) for figure in figures):
                message = f"Ce texte cite un chiffre non publié de {row['project_id']} ({row['edition']})."
                yield Finding(
                    RULE, "error", message, file="historique.csv", column=name, expected="un texte sans ce chiffre"
                )


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
