"""Read who answers for a file: the sheet « Attestation » that `assets.forms.submission_workbook` puts in every form."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assets.reading.formats.sheets import Sheet, cell_place, cell_text, cell_type
from assets.reading.values.dates import parse_date
from assets.reading.values.parsing import UnreadableValueError, parse_boolean, parse_text
from warehouse.facts.ministries import NO_LABELS, find_ministries, nearest_ministries
from warehouse.model.findings import Finding, declared_finding
from warehouse.model.french import counted
from warehouse.model.terms import match_key
from warehouse.model.vocabulary import MINISTRIES

# The sheet and its questions, which `assets.forms.submission_workbook` puts in every form.
SIGN_OFF_SHEET = "Attestation"
# A sheet that every form has, and no other file.
NEW_PROJECTS_SHEET = "Nouveaux projets"
SIGN_OFF_MINISTRY = "Ministère"
SIGN_OFF_EDITION = "Édition"
SIGN_OFF_NIL = "Remontée « néant » : aucun grand projet à transmettre pour cette édition"
SIGN_OFF_NAME = "Nom et fonction de la personne qui atteste les chiffres"
SIGN_OFF_DATE = "Date de l'attestation"
LABELS = (SIGN_OFF_MINISTRY, SIGN_OFF_EDITION, SIGN_OFF_NIL, SIGN_OFF_NAME, SIGN_OFF_DATE)


@dataclass(frozen=True)
class Attestation:
    """What a ministry attests: whose file it is, for which edition, that it has nothing to declare, who says so, when.

    What the sheet does not say, or does not say readably, is None; `is_nil` is true only for a « Oui ». `edition` is
    a key, `2026-06`, or the text of the cell where that is no month.
    """

    ministry_id: str | None
    edition: str | None
    is_nil: bool
    name: str | None
    signed_on: dt.date | None


@dataclass(frozen=True)
class _Answer:
    sheet: str
    row: int
    value_type: str
    text: str


def read_attestation(sheets: Sequence[Sheet], ministry_labels: Mapping[str, str] = NO_LABELS) -> Attestation | None:
    """The attestation of a file.

    Args:
        sheets: those of the file, as `assets.reading.workbooks.open_sheets` gives them.
        ministry_labels: labels that only a home knows, by their `match_key`, each with its ministry.

    Returns:
        What the sheet says; None for a file without that sheet, as all those that are no form of ours.
    """
    answers = _answers(sheets)
    if answers is None:
        return None
    ministries = find_ministries(_text(answers, SIGN_OFF_MINISTRY), ministry_labels)
    return Attestation(
        ministry_id=ministries[0] if len(ministries) == 1 else None,
        edition=_edition(answers),
        is_nil=_is_nil(answers),
        name=parse_text(_text(answers, SIGN_OFF_NAME)),
        signed_on=_date(answers, SIGN_OFF_DATE),
    )


def attestation_findings(
    file: str,
    sheets: Sequence[Sheet],
    edition: str,
    cells: Sequence[Mapping[str, object]],
    ministry_labels: Mapping[str, str] = NO_LABELS,
) -> list[Finding]:
    """What is wrong between the attestation of a file, its rows and the edition it is received for.

    Args:
        file: its name.
        sheets: those of the file.
        edition: key of the edition it is received for.
        cells: those of its rows, with `source_sheet`, `source_row`, `field` and `value`.
        ministry_labels: labels that only a home knows.

    Returns:
        Findings at the cells of the attestation; none for a file that is no form of ours.
    """
    answers = _answers(sheets)
    attestation = read_attestation(sheets, ministry_labels)
    if answers is None or attestation is None:
        return _unattested(file, sheets)
    form = _Form(file, answers, attestation)
    return [
        *_edition_findings(form, edition),
        *_ministry_findings(form, cells, ministry_labels),
        *_nil_findings(form, cells),
        *_signature_findings(form),
    ]


def _unattested(file: str, sheets: Sequence[Sheet]) -> list[Finding]:
    """What is said of one of our forms that lost the sheet where it is signed; of another file, nothing."""
    if not any(match_key(sheet.name) == match_key(NEW_PROJECTS_SHEET) for sheet in sheets):
        return []
    return [
        declared_finding(
            "attestation_is_signed",
            f"Le formulaire n'a plus de feuille « {SIGN_OFF_SHEET} » : rien ne dit qui atteste les chiffres.",
            file=file,
            expected=f"la feuille « {SIGN_OFF_SHEET} » du formulaire, avec un nom, une fonction et une date",
        )
    ]


@dataclass(frozen=True)
class _Form:
    file: str
    answers: Mapping[str, _Answer]
    attestation: Attestation

    def finding(self, label: str, rule: str, message: str, expected: str) -> Finding:
        """A finding at the answer to a question, or about the sheet when its row is gone."""
        answer = self.answers.get(label)
        if answer is None:
            return declared_finding(
                rule, message, file=self.file, sheet=SIGN_OFF_SHEET, column=label, expected=expected
            )
        row = {"file": self.file, "sheet": answer.sheet, "row": answer.row}
        place = cell_place(row, "B", label, answer.text or None, answer.value_type)
        return declared_finding(rule, message, **place, expected=expected)


def _edition_findings(form: _Form, edition: str) -> list[Finding]:
    if form.attestation.edition in (None, edition):
        return []
    message = f"Ce formulaire est celui d'une autre édition que {edition}."
    return [form.finding(SIGN_OFF_EDITION, "file_is_for_this_edition", message, f"l'édition {edition}")]


def _ministry_findings(
    form: _Form, cells: Sequence[Mapping[str, object]], ministry_labels: Mapping[str, str]
) -> list[Finding]:
    attested = form.attestation.ministry_id
    if attested is None:
        text = _text(form.answers, SIGN_OFF_MINISTRY)
        nearest = " ou ".join(f"« {label} »" for label in nearest_ministries(text))
        expected = f"un seul ministère, connu, le plus proche : {nearest}"
        unknown = form.finding(SIGN_OFF_MINISTRY, "ministry_is_known", "Ministère inconnu.", expected)
        return [unknown] if text.strip() else []
    others = _other_ministries(attested, cells, ministry_labels)
    if not others:
        return []
    count = counted(len(others), "ligne")
    first = f"feuille « {others[0]['source_sheet']} », ligne {others[0]['source_row']}, « {others[0]['value']} »"
    return [
        form.finding(
            SIGN_OFF_MINISTRY,
            "rows_are_of_the_attested_ministry",
            f"Ce formulaire a {count} d'un autre ministère porteur (la première : {first}).",
            f"des projets portés par « {MINISTRIES.label(attested)} »",
        )
    ]


def _nil_findings(form: _Form, cells: Sequence[Mapping[str, object]]) -> list[Finding]:
    rows = {(cell["source_sheet"], cell["source_row"]) for cell in cells}
    if not form.attestation.is_nil or not rows:
        return []
    message = f"Le formulaire dit n'avoir rien à transmettre, et porte {counted(len(rows), 'ligne')}."
    expected = "« Non », ou un formulaire sans projet"
    return [form.finding(SIGN_OFF_NIL, "nil_return_has_no_project", message, expected)]


def _signature_findings(form: _Form) -> list[Finding]:
    asked = (
        (SIGN_OFF_NAME, form.attestation.name, "qui atteste les chiffres", "un nom et une fonction"),
        (SIGN_OFF_DATE, form.attestation.signed_on, "quand ils sont attestés", "une date"),
    )
    return [
        form.finding(label, "attestation_is_signed", f"Le formulaire ne dit pas {what}.", expected)
        for label, value, what, expected in asked
        if value is None
    ]


def _other_ministries(
    attested: str, cells: Sequence[Mapping[str, object]], ministry_labels: Mapping[str, str]
) -> list[Mapping[str, object]]:
    """The cells that name another lead ministry; one that names none that is known is refused with its row."""
    leads = [
        (cell, find_ministries(str(cell["value"]), ministry_labels)) for cell in cells if cell["field"] == "ministry"
    ]
    return [cell for cell, found in leads if found and found[0] != attested]


def _answers(sheets: Sequence[Sheet]) -> dict[str, _Answer] | None:
    """The value of column B beside each label of column A, empty ones included; None without the sheet."""
    wanted = {match_key(label): label for label in LABELS}
    for sheet in sheets:
        if match_key(sheet.name) == match_key(SIGN_OFF_SHEET):
            found: dict[str, _Answer] = {}
            for number, row in enumerate(sheet.rows, start=1):
                label = wanted.get(match_key(cell_text(row[0]))) if row else None
                if label is not None and label not in found:
                    value = row[1] if len(row) > 1 else None
                    found[label] = _Answer(sheet.name, number, cell_type(value), cell_text(value))
            return found
    return None


def _text(answers: Mapping[str, _Answer], label: str) -> str:
    return answers[label].text if label in answers else ""


def _date(answers: Mapping[str, _Answer], label: str) -> dt.date | None:
    if label not in answers:
        return None
    try:
        return parse_date(answers[label].text, is_number=answers[label].value_type == "number")
    except UnreadableValueError:
        return None


def _edition(answers: Mapping[str, _Answer]) -> str | None:
    """The key of the edition, however a spreadsheet or a person rewrote its month."""
    month = _date(answers, SIGN_OFF_EDITION)
    return f"{month:%Y-%m}" if month else parse_text(_text(answers, SIGN_OFF_EDITION))


def _is_nil(answers: Mapping[str, _Answer]) -> bool:
    try:
        return parse_boolean(_text(answers, SIGN_OFF_NIL)) is True
    except UnreadableValueError:
        return False
