"""The demonstration's submissions: what twelve ministries would have sent for four editions, all invented.

`data/demonstration_submissions.csv` holds every row, as the ministries write it. The figures were drawn once, skewed as
in real portfolios, then balanced on published facts: the mean slippages of the four editions, counts, totals and mean
durations (`tests/runs/test_demonstration.py` asserts them). The finished project is like the *prélèvement à la source*:
212 M€ and 56 months to January 2019 are facts, its first forecast is invented. Everything says it is fictitious: each
name, each description, a column, and the sheet « Lisez-moi ».
"""

from pathlib import Path

import pandas as pd

from assets.forms.submission_workbook import submission_fields, write_submission
from warehouse.home.calendar import Edition
from warehouse.model.csv_text import shipped_rows
from warehouse.model.vocabulary import MINISTRIES

DEMONSTRATION_EDITIONS = ("2020-06", "2020-11", "2021-07", "2021-11")
FIRST_ORDINAL = 11
NOTES = (
    "DONNÉES FICTIVES – démonstration",
    "Les projets, leurs chiffres et leurs commentaires sont inventés ; aucun ministère ne les a transmis.",
)


def demonstration_projects() -> dict[str, pd.DataFrame]:
    """The projects of each edition, keyed by edition.

    Returns:
        Frames of one row per project, sorted by identifier, with the fields of the submission layout:
        labels for what has a closed list, « Oui » or « Non », costs in M€ TTC, dates as `datetime64[s]`.
    """
    sent = pd.DataFrame(shipped_rows("assets.demonstration", "data/demonstration_submissions.csv"))
    known = sent.replace("", None)
    return {edition: _typed(known.loc[known["edition"].eq(edition)], edition) for edition in DEMONSTRATION_EDITIONS}


def _typed(sent: pd.DataFrame, edition: str) -> pd.DataFrame:
    """The rows of one edition with every field of its layout, also those that no ministry fills."""
    dtypes = {"date": "datetime64[s]", "number": "float64"}
    fields = submission_fields(edition)
    rows = sent.reindex(columns=[field.name for field in fields]).reset_index(drop=True)
    return rows.astype({field.name: dtypes.get(field.column.kind, "str") for field in fields})


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
