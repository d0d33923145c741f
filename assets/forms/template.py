"""The forms sent to the ministries: what the last edition and the registers already know, ready to be corrected.

A pure function of the core projects of one edition and of the registers; how the workbook looks is in
`assets.forms.submission_workbook`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from assets.forms.submission_workbook import (
    LISTS_SHEET,
    PROJECTS_SHEET,
    YES_NO,
    Field,
    submission_fields,
    write_form,
)
from assets.reading.attestation import NEW_PROJECTS_SHEET, SIGN_OFF_SHEET
from warehouse.home.calendar import Edition
from warehouse.home.registers import Registers
from warehouse.model.frames import looked_up
from warehouse.model.schema import PANDAS_DTYPES
from warehouse.model.vocabulary import MINISTRIES, UNSPECIFIED_MINISTRY, VOCABULARIES
from warehouse.projects.identification import canonical

# What was promised is not declared anew; a revision of it has columns of its own.
LOCKED_FIELDS = ("project_id", "initial_start_date", "initial_end_date", "initial_cost_meur", "fictitious")
# A revision is declared once, in the edition that follows it: the ledger keeps it.
REBASELINE_FIELDS = (
    "rebaseline_date",
    "rebaseline_act",
    "rebaseline_reason",
    "rebaseline_cost_meur",
    "rebaseline_end_date",
)
# The first figures, and where the ledger keeps them.
INITIAL_FIGURES = {
    "initial_cost_meur": "cost_meur",
    "initial_start_date": "start_date",
    "initial_end_date": "end_date",
}
FICTITIOUS_NOTE = "DONNÉES FICTIVES – démonstration"


@dataclass(frozen=True)
class Template:
    """The form of one ministry for one edition.

    `rows` holds the fields of the submission layout, as `write_form` takes them; `partnered` the projects another
    ministry leads with this one, « PGP-0001 Nom (ministère porteur) »; `source` the edition it is filled from.
    """

    ministry_id: str
    edition: Edition
    source: Edition
    rows: pd.DataFrame
    partnered: tuple[str, ...] = ()

    def title(self) -> str:
        """What the workbook is, in French."""
        return f"Remontée ministérielle – {MINISTRIES.label(self.ministry_id)} – {self.edition.month_label()}"

    def notes(self) -> list[str]:
        """How to fill it in, a sentence each."""
        fictitious = len(self.rows) > 0 and self.rows["fictitious"].eq(YES_NO[0]).all()
        month = self.source.month_label()
        steps = (
            (
                f"Feuille « {PROJECTS_SHEET} » : corriger chaque ligne, préremplie d'après l'édition de {month} et les "
                "registres. Les dates, les coûts et la phase sont ceux d'alors."
            ),
            (
                "Les cellules grisées (identifiant, chiffres initiaux) sont verrouillées : des chiffres initiaux ne "
                "changent que par une révision de trajectoire, à déclarer avec sa date et son motif."
            ),
            f"Feuille « {NEW_PROJECTS_SHEET} » : une ligne par projet nouveau, sans identifiant.",
            f"Les valeurs des listes déroulantes sont dans la feuille « {LISTS_SHEET} » ; les coûts sont en M€ TTC.",
            (
                "Un projet achevé : phase « Terminé ». Un projet arrêté ou transféré : ôter la protection de la "
                "feuille, qui est sans mot de passe, supprimer la ligne, et dire pourquoi à la DINUM."
            ),
            f"Feuille « {SIGN_OFF_SHEET} » : dire s'il n'y a rien à transmettre ; nom et date de qui atteste.",
            "Le formulaire existe en xlsx et en ods, de même contenu : n'en remplir et n'en renvoyer qu'un.",
        )
        elsewhere = f"Transmis par un autre ministère, à ne pas ajouter ici : {' ; '.join(self.partnered)}."
        return [
            *([FICTITIOUS_NOTE] if fictitious else []),
            *(f"{number}. {step}" for number, step in enumerate(steps, start=1)),
            *([elsewhere] if self.partnered else []),
        ]


def ministry_templates(
    projects: pd.DataFrame,
    registers: Registers,
    edition: Edition,
    source: Edition,
    ministry_id: str | None = None,
) -> list[Template]:
    """The forms of an edition, by ministry.

    A project is on the form of the ministry that leads it, and is named on that of the second one: on both it would
    be submitted twice. Projects that were completed, or that the register of exits says have left since, are on none.

    Args:
        projects: core projects of `source`.
        registers: `baselines`, `decisions` and `exits` are used.
        edition: the edition to fill in.
        source: the edition the projects are from.
        ministry_id: only this ministry, which then has a form even without a project.

    Returns:
        One form per ministry that leads a project, sorted by ministry, its rows by identifier.
    """
    followed = _followed(projects, registers, edition, source)
    rows = _rows(followed, submission_fields(edition.key))
    wanted = sorted({*followed["ministry_id"]} - {UNSPECIFIED_MINISTRY}) if ministry_id is None else [ministry_id]
    return [
        Template(
            wanted_id,
            edition,
            source,
            rows.loc[followed["ministry_id"].eq(wanted_id)].reset_index(drop=True),
            tuple(_partnered(followed, wanted_id)),
        )
        for wanted_id in wanted
    ]


def write_template(template: Template, path: Path) -> None:
    """Write a form as the workbook that the extension names, `.xlsx` or `.ods`; the same form gives the same bytes.

    Raises:
        ServiceError: the disk refused.
    """
    write_form(
        template.rows,
        path,
        edition=template.edition.key,
        ministry=MINISTRIES.label(template.ministry_id),
        title=template.title(),
        notes=template.notes(),
        locked=LOCKED_FIELDS,
    )


def _followed(projects: pd.DataFrame, registers: Registers, edition: Edition, source: Edition) -> pd.DataFrame:
    """The projects still to follow, under their present ids, with the initial figures of the ledger."""
    target = pd.Series(edition.key, index=projects.index, dtype="str")
    present = projects.assign(project_id=canonical(projects["project_id"], target, registers["decisions"]))
    # Two rows that a person has since said to be one: the one whose id was kept.
    renamed = present["project_id"].ne(projects["project_id"])
    present = present.assign(renamed=renamed).sort_values(["project_id", "renamed"]).drop_duplicates("project_id")
    exits = registers["exits"]
    # An exit before the edition of these rows is one the project came back from.
    left = exits.loc[exits["edition"].gt(source.key) & exits["edition"].le(edition.key), "project_id"]
    kept = present.loc[present["phase"].ne("completed") & ~present["project_id"].isin(left)].reset_index(drop=True)
    return kept.assign(**_initial_figures(kept, registers["baselines"], edition), **_declared_withheld(kept))


def _initial_figures(projects: pd.DataFrame, ledger: pd.DataFrame, edition: Edition) -> dict[str, pd.Series]:
    known = ledger.loc[ledger["edition"].le(edition.key)].sort_values(["project_id", "number", "line"])
    first = known.drop_duplicates("project_id").set_index("project_id")
    return {
        name: looked_up(projects["project_id"], first[column]).fillna(projects[name])
        for name, column in INITIAL_FIGURES.items()
    }


def _declared_withheld(projects: pd.DataFrame) -> dict[str, pd.Series]:
    """What the ministry itself keeps back: only a register keeps back half of the figures without a sentence."""
    both = projects["cost_withheld"] & projects["schedule_withheld"]
    withheld = projects["withheld"] & (both | projects["withheld_note"].notna())
    return {"withheld": withheld, "withheld_reason": projects["withheld_reason"].where(withheld.astype(bool))}


def _rows(projects: pd.DataFrame, fields: Sequence[Field]) -> pd.DataFrame:
    """The fields of the submission layout, as a ministry writes them."""
    dtypes = {field.name: PANDAS_DTYPES[field.column.kind] for field in fields}
    texts = {field.name: "str" for field in fields if field.column.kind == "boolean"}
    return pd.DataFrame({field.name: _written(projects, field) for field in fields}).astype(dtypes | texts)


def _written(projects: pd.DataFrame, field: Field) -> pd.Series:
    column = field.column
    values: pd.Series = projects[column.name]
    if field.name in REBASELINE_FIELDS:
        values = values.iloc[:0].reindex(values.index)
    if column.vocabulary:
        return values.map(VOCABULARIES[column.vocabulary].labels_by_code())
    if column.kind == "boolean":
        yes, no = YES_NO
        return values.map({True: yes, False: no})
    return values


def _partnered(projects: pd.DataFrame, ministry_id: str) -> list[str]:
    rows = projects.loc[projects["partner_ministry_id"].eq(ministry_id) & projects["ministry_id"].ne(ministry_id)]
    return [
        f"{row['project_id']} {row['name']} ({MINISTRIES.label(row['ministry_id'])})" for row in rows.to_dict("records")
    ]
