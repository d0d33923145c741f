"""What the site is made of: the open dataset of the latest edition, which holds every edition before it.

Nothing else is read: what no reuser can find in the dataset is on no page, and what is kept back is in neither.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import pandas as pd
from markupsafe import Markup

from assets.dataset.about import About
from assets.site.cited import Cited, Row, Rows, edition_time, sentence
from warehouse.home.calendar import Edition
from warehouse.model import french
from warehouse.model.findings import Finding
from warehouse.model.schema import Table
from warehouse.open_data.files import DATA_FILES
from warehouse.projects.opinions import opinion_is_lacking
from warehouse.slippage.headlines import counts_from_declared

RATES = ("budget", "schedule")
# A page may tell any column of a project: its history is read, and cited, from the file that has them all.
READ_FROM = {"historique": "historique-complet"}


@dataclass(frozen=True)
class SiteTables:
    """The tables of the site.

    Attributes:
        edition: the latest.
        editions: those up to it that have figures, in calendar order.
        frames: the rows of every published table at the latest edition, from `assets.dataset.rows.open_frames`.
        abouts: what the dataset of each edition says of itself, with its corrections, by its key.
        findings: the warnings and notices to publish, by edition.
        sizes: the bytes of each file of the dataset of the latest edition, by its name.
        base_url: the address the site is served from, without a final slash; empty when it is not known.
    """

    edition: Edition
    editions: tuple[Edition, ...]
    frames: Mapping[Table, pd.DataFrame]
    abouts: Mapping[str, About]
    findings: Mapping[str, tuple[Finding, ...]]
    sizes: Mapping[str, int] = field(default_factory=dict)
    base_url: str = ""

    @cached_property
    def files(self) -> Mapping[str, Rows]:
        """The rows of each published file, by its stem: `historique`, `chiffres_cles`…; `projets` is the edition's."""
        return {
            file.stem: Rows.of(file.stem_for(self.edition), file.table, self.frames[file.table])
            for file in DATA_FILES
            if file.table is not None
        }

    def __getitem__(self, stem: str) -> Rows:
        """The rows of one published file; those of `historique` with all their columns."""
        return self.files[READ_FROM.get(stem, stem)]

    @property
    def about(self) -> About:
        """What the dataset of the latest edition says of itself."""
        return self.abouts[self.edition.key]

    @cached_property
    def key_figures(self) -> Mapping[str, Row]:
        """The row of key figures of each edition."""
        return {str(row["edition"]): row for row in self["chiffres_cles"]}

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """« novembre 2021 », by key of edition."""
        return {edition.key: edition.month_label() for edition in self.editions}

    @cached_property
    def histories(self) -> Mapping[str, tuple[Row, ...]]:
        """The rows of each project ever followed, in calendar order, by its id."""
        found: dict[str, list[Row]] = {}
        for row in self["historique"].sorted_by(["project_id", "edition"]):
            found.setdefault(str(row["project_id"]), []).append(row)
        return {project: tuple(rows) for project, rows in found.items()}

    @cached_property
    def latest(self) -> Mapping[str, Row]:
        """The last row of each project ever followed, by its id: its name is there."""
        return {project: rows[-1] for project, rows in self.histories.items()}

    @cached_property
    def weights(self) -> Mapping[tuple[str, str], Row]:
        """The slippage of each project of the latest edition against its first reference, by its id and the rate."""
        return _by_project_and_rate(self["ecarts"].where(edition=self.edition.key, reference="first_baseline"))

    @cached_property
    def moves(self) -> Mapping[tuple[str, str], Row]:
        """What each project adds to the change of a mean since the edition just before, by its id and the rate."""
        before = self.before(self.edition)
        if before is None:
            return {}
        return _by_project_and_rate(self["passage"].where(edition=self.edition.key, reference_edition=before.key))

    @cached_property
    def lacking_opinion(self) -> frozenset[tuple[str, str]]:
        """Edition and id of the projects that should have an opinion and have none."""
        rows = self["historique"].frame
        chosen = rows.loc[opinion_is_lacking(rows), ["edition", "project_id"]]
        return frozenset(chosen.itertuples(index=False, name=None))

    def time(self, key: str) -> Markup:
        """The month of an edition, by its key; the key of one that has no figures."""
        return edition_time(key, self.labels.get(key, key))

    def before(self, edition: Edition) -> Edition | None:
        """The edition just before another in the calendar, when it has figures."""
        return next((other for other in self.editions if other.ordinal == edition.ordinal - 1), None)

    @property
    def is_fictitious(self) -> bool:
        """Whether any of the data is made up."""
        return bool(self["historique"].frame["fictitious"].any())


def _by_project_and_rate(rows: Rows) -> Mapping[tuple[str, str], Row]:
    return {(str(row["project_id"]), str(row["rate"])): row for row in rows}


def not_compared() -> Markup:
    """What is said where the edition just before is not here."""
    return sentence("L'édition précédente n'est pas là : rien n'est comparé avec elle.")


def counts_from_initial(row: Row, rate: str) -> bool:
    """Whether the slippages of an edition, a row of key figures, are counted from declared baselines, or nearly."""
    return counts_from_declared(int(row.number("stand_ins") or 0), int(row.number(f"{rate}_n_referenced") or 0))


def target_cited(row: Row) -> Cited:
    """The target of a row that has one, with a decimal only where there is one: « 15 % », « 12,5 % »."""
    cited = row.cited("target_ratio")
    return replace(cited, text=french.short_percent(row.number("target_ratio") or 0.0)) if cited.known else cited


def edition_title(edition: Edition) -> Markup:
    """« 14e édition, novembre 2021 », its rank raised."""
    rank = french.ordinal(edition.ordinal)
    digits = str(edition.ordinal)
    raised = Markup("{}<sup>{}</sup>").format(digits, rank.removeprefix(digits))
    return Markup('<time datetime="{}">{} édition, {}</time>').format(edition.key, raised, edition.month_label())
