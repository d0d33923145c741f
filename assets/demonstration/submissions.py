"""The demonstration's submissions: what twelve ministries would have sent for four editions, all invented.

Names, zones and phases are in `data/demonstration_projects.csv`, the causes of deviation in
`data/demonstration_causes.csv`; figures are drawn in `assets.demonstration.figures`. This module puts
them together and writes the workbooks. Everything says it is fictitious: each name, each description,
a column, and the sheet « Lisez-moi ».
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from assets.demonstration.figures import (
    DEMONSTRATION_EDITIONS,
    FINISHED,
    JUMP,
    SEED,
    WITHHELD,
    WITHHELD_EDITIONS,
    Figures,
    Plan,
    draw_figures,
    month_index,
)
from assets.forms.submission_workbook import YES_NO, submission_fields, write_submission
from warehouse.home.calendar import Edition
from warehouse.model.shipped import shipped_rows
from warehouse.model.vocabulary import DEVIATION_REASONS, MINISTRIES, OPINIONS, PHASES, WITHHELD_REASONS

__all__ = ["DEMONSTRATION_EDITIONS", "demonstration_projects", "write_demonstration", "write_ministry"]

FIRST_ORDINAL = 11
RENAMED_FROM = "2021-07"
REBASELINED_FROM = "2021-07"
REBASELINED_ON = dt.date(2021, 3, 15)
YES, NO = YES_NO
NOTES = (
    "DONNÉES FICTIVES – démonstration",
    "Les projets, leurs chiffres et leurs commentaires sont inventés ; aucun ministère ne les a transmis.",
)
# An opinion is required from 9 M€ TTC; hundredths of M€.
OPINION_THRESHOLD = 900
# The project of more than 9 M€ for which the opinion was never asked.
WITHOUT_OPINION = "PGP-0019"
# The opinion at 9 M€ came with the decree of 1 August 2014: none is dated before this month.
FIRST_OPINION = "2014-10"
SATURDAY = 5
# Upper bound of each kind of opinion in a uniform draw.
OPINION_SHARES = (("favourable", 0.45), ("with_reservations", 0.85), ("tacit", 0.93), ("unfavourable", 1.0))
# The one that jumps gives a cause that a revision of its trajectory can later rest on; the finished one was
# put off by a text, as the *prélèvement à la source* was.
CAUSES = {
    JUMP: "Le périmètre a été étendu à de nouveaux services",
    FINISHED: "Un nouveau texte a modifié les règles de gestion",
}
WITHHELD_COMMENT = "Consultation en cours : l'écart sera expliqué après l'attribution du marché."

Row = Mapping[str, str]
Cells = dict[str, object]


@dataclass(frozen=True)
class Opinion:
    """The opinion a project received: a code of `OPINIONS`, and its date unless there is none."""

    code: str
    given_on: dt.date | None = None


def demonstration_projects() -> dict[str, pd.DataFrame]:
    """The projects of each edition, keyed by edition.

    Returns:
        Frames of one row per project, sorted by identifier, with the fields of the submission layout:
        labels for what has a closed list, « Oui » or « Non », costs in M€ TTC, dates as `datetime64[s]`.
    """
    rows = _read("demonstration_projects.csv")
    plans = [_plan(row) for row in rows]
    figures = draw_figures(plans)
    # Texts are drawn apart from figures, so that a new sentence moves no figure.
    draw = np.random.default_rng(SEED + 1).random
    opinions = {plan.project_id: _opinion(plan, figures[plan.project_id], draw(), draw()) for plan in plans}
    causes = {plan.project_id: _cause(plan, figures[plan.project_id], draw()) for plan in plans}
    return {
        edition: _frame(
            [
                _cells(row, edition, figures[plan.project_id], opinions[plan.project_id], causes[plan.project_id])
                for row, plan in zip(rows, plans, strict=True)
                if edition in plan.phases
            ],
            edition,
        )
        for edition in DEMONSTRATION_EDITIONS
    }


def write_demonstration(inbox: Path) -> list[Path]:
    """Write one workbook per ministry and edition, as `<inbox>/<edition>/<ministry_id>.xlsx`.

    Every call writes the same bytes.

    Returns:
        The paths, by edition then ministry.

    Raises:
        ServiceError: the disk refused.
    """
    return [
        write_ministry(frame.loc[frame["ministry"].eq(label)].reset_index(drop=True), inbox, edition)
        for edition, frame in demonstration_projects().items()
        for label in sorted(set(frame["ministry"]), key=lambda name: MINISTRIES.find(name) or name)
    ]


def write_ministry(sent: pd.DataFrame, inbox: Path, edition: str) -> Path:
    """Write the workbook of one ministry for one edition, as `<inbox>/<edition>/<ministry_id>.xlsx`.

    Args:
        sent: its rows, with the fields of the submission layout.
        inbox: the folder of all editions.
        edition: key of the edition.

    Raises:
        ServiceError: the disk refused.
    """
    label = str(sent["ministry"].iloc[0])
    month = Edition(edition, FIRST_ORDINAL + DEMONSTRATION_EDITIONS.index(edition)).month_label()
    path = inbox / edition / f"{MINISTRIES.find(label)}.xlsx"
    title = f"Remontée ministérielle – {label} – {month}"
    write_submission(sent, path, edition=edition, title=title, notes=NOTES)
    return path


def _read(name: str) -> tuple[Row, ...]:
    return shipped_rows("assets.demonstration", f"data/{name}")


def _plan(row: Row) -> Plan:
    phases = {edition: row[edition] for edition in DEMONSTRATION_EDITIONS if row[edition]}
    return Plan(row["project_id"], row["size"], phases)


def _frame(rows: Sequence[Cells], edition: str) -> pd.DataFrame:
    dtypes = {"date": "datetime64[s]", "number": "float64"}
    fields = submission_fields(edition)
    return pd.DataFrame(
        {
            field.name: pd.Series([row.get(field.name) for row in rows], dtype=dtypes.get(field.column.kind, "str"))
            for field in fields
        }
    )


def _cells(row: Row, edition: str, figures: Figures, opinion: Opinion, cause: Row | None) -> Cells:
    """What a ministry writes on the line of a project, by field; nothing for what it leaves empty."""
    withheld = row["project_id"] == WITHHELD and edition in WITHHELD_EDITIONS
    cells: Cells = {
        "project_id": row["project_id"],
        "name": row["renamed"] if row["renamed"] and edition >= RENAMED_FROM else row["name"],
        "ministry": MINISTRIES.label(row["ministry"]),
        "partner_ministry": MINISTRIES.label(row["partner_ministry"]) if row["partner_ministry"] else None,
        "interministerial": row["interministerial"],
        "description": row["description"],
        "phase": PHASES.label(row[edition]),
        "start_date": _date(figures.start),
        "functional_zone": row["functional_zone"],
        "funding": row["funding"],
        "withheld": YES if withheld else NO,
        "withheld_reason": WITHHELD_REASONS.label("open_tender") if withheld else None,
        "fictitious": YES,
    }
    if edition not in figures.updated_cost:
        return cells
    return {
        **cells,
        "initial_end_date": _date(figures.start + figures.initial_months),
        "updated_end_date": _date(figures.start + figures.updated_months[edition]),
        "initial_cost_meur": figures.initial_cost / 100,
        "updated_cost_meur": figures.updated_cost[edition] / 100,
        "opinion": OPINIONS.label(opinion.code),
        "opinion_date": opinion.given_on,
        **_deviation(*_change(figures, edition), cause, withheld=withheld),
        **(_rebaseline(figures) if row["project_id"] == JUMP and edition >= REBASELINED_FROM else {}),
    }


def _rebaseline(figures: Figures) -> Cells:
    """The revision of the project that jumps: its forecast of the edition where it jumped becomes its reference."""
    return {
        "rebaseline_date": REBASELINED_ON,
        "rebaseline_act": "Comité stratégique du 15 mars 2021 (fictif)",
        "rebaseline_reason": "Périmètre étendu à de nouveaux services",
        "rebaseline_cost_meur": figures.updated_cost[REBASELINED_FROM] / 100,
        "rebaseline_end_date": _date(figures.start + figures.updated_months[REBASELINED_FROM]),
    }


def _change(figures: Figures, edition: str) -> tuple[int, int]:
    """Updated less initial: hundredths of M€, months."""
    return (
        figures.updated_cost[edition] - figures.initial_cost,
        figures.updated_months[edition] - figures.initial_months,
    )


def _deviation(cost: int, months: int, cause: Row | None, *, withheld: bool) -> Cells:
    if not (cost or months) or cause is None:
        return {"deviation_reason": DEVIATION_REASONS.label("none")}
    effects = []
    if cost:
        amount = f"{abs(cost) / 100:.2f}".replace(".", ",")
        effects.append(f"coût en {'hausse' if cost > 0 else 'baisse'} de {amount}\N{NO-BREAK SPACE}M€")
    if months:
        lapse = "d'un mois" if abs(months) == 1 else f"de {abs(months)}\N{NO-BREAK SPACE}mois"
        effects.append(f"fin {'reportée' if months > 0 else 'avancée'} {lapse}")
    # A comment that states the amounts would publish what is withheld.
    comment = WITHHELD_COMMENT if withheld else f"{cause['sentence']} : {', '.join(effects)}."
    return {
        "deviation_reason": DEVIATION_REASONS.label(cause["deviation_reason"]),
        "deviation_comment": comment,
    }


def _cause(plan: Plan, figures: Figures, place: float) -> Row | None:
    """The one cause a project gives from edition to edition: it must suit each of its deviations."""
    changes = [_change(figures, edition) for edition in plan.figured()]
    deviations = [change for change in changes if any(change)]
    if not deviations:
        return None
    causes = _read("demonstration_causes.csv")
    if plan.project_id in CAUSES:
        return next(cause for cause in causes if cause["sentence"] == CAUSES[plan.project_id])
    suited = [cause for cause in causes if all(_suits(cause, *deviation) for deviation in deviations)]
    return suited[int(place * len(suited))]


def _suits(cause: Row, cost: int, months: int) -> bool:
    more = cost > 0 or months > 0
    sign = 1 if more else -1
    touched = {"any"} | ({"cost"} if cost * sign > 0 else set()) | ({"schedule"} if months * sign > 0 else set())
    return cause["direction"] == ("more" if more else "less") and cause["effect"] in touched


def _opinion(plan: Plan, figures: Figures, kind: float, delay: float) -> Opinion:
    """The opinion of a project past its scoping, given some months after it began."""
    if not plan.figured():
        return Opinion("not_applicable")
    if plan.project_id == WITHOUT_OPINION:
        return Opinion("not_requested")
    if max(figures.initial_cost, *figures.updated_cost.values()) < OPINION_THRESHOLD:
        return Opinion("not_applicable")
    code = next(code for code, bound in OPINION_SHARES if kind < bound)
    before_figures = month_index(plan.figured()[0]) - 1
    month = max(min(figures.start + 3 + int(9 * delay), before_figures), month_index(FIRST_OPINION))
    day = _date(month) + dt.timedelta(days=int(27 * delay))
    to_monday = 7 - day.weekday() if day.weekday() >= SATURDAY else 0
    return Opinion(code, day + dt.timedelta(days=to_monday))


def _date(index: int) -> dt.date:
    """The first day of a month counted from year 0."""
    return dt.date(index // 12, index % 12 + 1, 1)
