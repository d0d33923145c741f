"""Where each figure of the publication stands in the open dataset: a file, the rows in it, and the columns.

One line a part of the page, said in the published names, so that a reader who filters the file finds what is printed.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from assets.page.tables import HEADLINE
from warehouse.home.calendar import Edition
from warehouse.model import french
from warehouse.model.french import NBSP
from warehouse.model.schema import Table
from warehouse.model.vocabulary import VOCABULARIES
from warehouse.open_data.files import DATA_FILES
from warehouse.open_data.key_figures import OPEN_KEY_FIGURES
from warehouse.open_data.tables import (
    OPEN_CORE_PROJECTS,
    OPEN_INDICATORS,
    OPEN_MOVEMENTS,
    OPEN_OFFICIAL,
    OPEN_PROJECT_QUALITY,
    OPEN_PROVENANCE,
    OPEN_QUALITY,
    OPEN_TRENDS,
)

# A key of `Origin.rows` whose value tells one printed line from the next.
EACH = "*"


@dataclass(frozen=True)
class Origin:
    """The rows of a table of the dataset that a part of the publication prints.

    Attributes:
        table: the table.
        rows: what its rows are told by: a code for each column, or `EACH` where there is a row for each value.
        columns: those that are printed; none when too many are to be named.
    """

    table: Table
    rows: Mapping[str, str]
    columns: tuple[str, ...] = ()

    def chosen(self) -> dict[str, str]:
        """Published name and published value of the columns that have one value."""
        return {
            self.table.column(name).published: self._published(name, code)
            for name, code in self.rows.items()
            if code != EACH
        }

    def said(self) -> str:
        """« lignes où perimetre = « Publié », une par edition et taux ; colonnes valeur et nombre_connus »."""
        fixed = [f"{name} = «{NBSP}{value}{NBSP}»" for name, value in self.chosen().items()]
        each = [self.table.column(name).published for name, code in self.rows.items() if code == EACH]
        if not each:
            where = "ligne où " + french.listed(fixed)
        else:
            where = (
                ("lignes où " + french.listed(fixed) + ", " if fixed else "") + "une ligne par " + french.listed(each)
            )
        named = [self.table.column(name).published for name in self.columns]
        told = f"{NBSP}; {french.plural(len(named), 'colonne')} {french.listed(named)}" if named else ""
        return where + told

    def _published(self, name: str, code: str) -> str:
        vocabulary = self.table.column(name).vocabulary
        return VOCABULARIES[vocabulary].label(code) if vocabulary else code


@dataclass(frozen=True)
class OriginLine:
    """The origin of a part of the publication, ready to print: its title, then a file and its rows for each."""

    title: str
    files: tuple[tuple[str, str], ...]


def _statistics(table: Table, dimension: str, **rows: str) -> Origin:
    fixed = {"perimeter": "published", "dimension": dimension}
    return Origin(table, fixed | rows, ("value_ratio", "n", "n_projects"))


def _costs(dimension: str) -> Origin:
    rows = {"perimeter": "published", "dimension": dimension, "rate": "cost", "group_id": EACH}
    return Origin(OPEN_INDICATORS, rows, ("n_projects", "value_meur"))


def origins(edition: Edition) -> dict[str, tuple[str, tuple[Origin, ...]]]:
    """The title and the origins of each part of the publication of an edition, by the key of the part."""
    of_edition = {"edition": edition.key}
    statuses = ("budget_status", "schedule_status")
    official = ("budget_mean_ratio", "schedule_mean_ratio")
    return {
        "headline": ("L’essentiel", (Origin(OPEN_KEY_FIGURES, of_edition),)),
        "movements": ("Entrées et sorties", (Origin(OPEN_MOVEMENTS, of_edition | {"project_id": EACH}),)),
        "evolution": (
            "Écarts moyens d’une édition à l’autre",
            (_statistics(OPEN_TRENDS, "portfolio", method=HEADLINE, rate=EACH, edition=EACH),),
        ),
        "cost-band": ("Projets par tranche de coût", (_costs("cost_band"),)),
        "phase": ("Projets par phase", (_costs("phase"),)),
        "ministeres": (
            "Ministères",
            (_statistics(OPEN_INDICATORS, "ministry", method=HEADLINE, group_id=EACH, rate=EACH), _costs("ministry")),
        ),
        "methods": ("Les taux, selon la méthode", (_statistics(OPEN_INDICATORS, "portfolio", method=EACH, rate=EACH),)),
        "projects": (
            "Projets",
            (
                Origin(OPEN_CORE_PROJECTS, {"project_id": EACH}),
                Origin(OPEN_PROVENANCE, {"project_id": EACH, "column": EACH, "part": EACH, "rank": EACH}),
            ),
        ),
        "coverage": ("Les projets comptés", (Origin(OPEN_CORE_PROJECTS, {"project_id": EACH}, statuses),)),
        "official": (
            "Chiffres officiels",
            (
                Origin(OPEN_OFFICIAL, {"edition": EACH, "rank": EACH}, official),
                Origin(OPEN_KEY_FIGURES, {"edition": EACH}, official),
            ),
        ),
        "quality": ("Qualité des données, par ministère", (Origin(OPEN_QUALITY, of_edition | {"ministry_id": EACH}),)),
        "project_quality": (
            "Qualité des données, par projet",
            (Origin(OPEN_PROJECT_QUALITY, of_edition | {"project_id": EACH}),),
        ),
    }


def file_of(table: Table, edition: Edition) -> str:
    """The name of the CSV file that holds a table at an edition."""
    (file,) = (file for file in DATA_FILES if file.table is table)
    return f"{file.stem_for(edition)}.csv"


def origin_lines(edition: Edition) -> dict[str, OriginLine]:
    """What is printed under each part of the publication."""
    return {
        key: OriginLine(title, tuple((file_of(one.table, edition), french.typeset(one.said())) for one in found))
        for key, (title, found) in origins(edition).items()
    }
