"""The tables of one edition, read once for every medium: withheld figures taken out, changes worked out.

Rows of tables and sections in French are made from here by `assets.page.wording`; charts by `assets.page.charts`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import pandas as pd

from warehouse.home.calendar import Edition
from warehouse.model.findings import Finding
from warehouse.projects.closing_wording import ClosingSaid
from warehouse.projects.withheld import is_withheld, masked_rows, without_provenance, without_withheld
from warehouse.slippage.tables import OUT_SLIPPAGE_PROJECTS

Rate = Literal["budget", "schedule"]
RATES: tuple[Rate, ...] = ("budget", "schedule")
HEADLINE = "mean_of_ratios"


@dataclass(frozen=True)
class PublicationTables:
    """All that the page and the PDF of one edition are made of.

    `closing` says whether the edition is provisional, and who is absent. `editions` are the editions up to this one
    that have figures, in calendar order; `key_figures` has one row of `chiffres_cles` for each, this one last, and
    `groups` their portfolio and ministry rows. `official` is what was published at the time, of every edition up to
    this one. `slippage`, `projects` and `movements` are those of `edition` alone, like the scores of the data sent,
    `project_quality` and `ministry_quality`. `findings` are the warnings and notices to publish.
    """

    edition: Edition
    closing: ClosingSaid
    editions: tuple[Edition, ...]
    key_figures: pd.DataFrame
    groups: pd.DataFrame
    slippage: pd.DataFrame
    projects: pd.DataFrame
    movements: pd.DataFrame
    findings: tuple[Finding, ...]
    project_quality: pd.DataFrame
    ministry_quality: pd.DataFrame
    official: pd.DataFrame

    def figures(self) -> pd.Series:
        """The key figures of this edition.

        Raises:
            KeyError: `key_figures` has no row for it.
        """
        chosen = self.key_figures["edition"] == self.edition.key
        if not chosen.any():
            raise KeyError(self.edition.key)
        return self.key_figures[chosen].iloc[0]

    def previous(self) -> Edition | None:
        """The edition just before this one in the calendar, when it has figures."""
        return next((other for other in self.editions if other.ordinal == self.edition.ordinal - 1), None)

    def compared_with(self) -> Mapping[str, Edition]:
        """The editions changes are stated against: the `previous` one, then the `reference` when it is another."""
        row, by_key = self.figures(), {edition.key: edition for edition in self.editions}
        named = {name: row[f"{name}_edition"] for name in ("previous", "reference")}
        if named["reference"] == named["previous"]:
            del named["reference"]
        return {name: by_key[key] for name, key in named.items() if not pd.isna(key)}

    def target_ratio(self) -> float | None:
        """The target in force at the edition; None before one is adopted."""
        target = self.figures()["target_ratio"]
        return None if pd.isna(target) else float(target)

    @cached_property
    def statistics(self) -> Mapping[tuple[str, str, str, str | None], "Statistic"]:
        """The published statistics by edition, rate, method and ministry, None for the whole portfolio."""
        groups = self.groups
        of_ministry = groups["dimension"].eq("ministry")
        chosen = groups["perimeter"].eq("published") & (of_ministry | groups["dimension"].eq("portfolio"))
        names = groups["group_id"].astype("object").where(of_ministry, None)
        columns = [groups["edition"], groups["rate"], groups["method"], names]
        keys = zip(*(column[chosen].tolist() for column in columns), strict=True)
        figures = groups.loc[chosen, ["value_ratio", "n", "n_projects"]].to_dict("records")
        return {
            key: Statistic(None if pd.isna(line["value_ratio"]) else line["value_ratio"], line["n"], line["n_projects"])
            for key, line in zip(keys, figures, strict=True)
        }

    def is_fictitious(self) -> bool:
        """Whether the edition is a demonstration."""
        return bool(self.figures()["fictitious"])


@dataclass(frozen=True)
class Statistic:
    """One statistic of a group: its value as a ratio (None when no slippage is known), and what it rests on."""

    value: float | None
    n: int
    n_projects: int


NO_STATISTIC = Statistic(None, 0, 0)


def publishable(tables: PublicationTables) -> PublicationTables:
    """The same tables without what is kept back, nor any finding about a row that keeps something back.

    The order of the rows of its file may tell between which others it stands: no finding says it.
    """
    kept_back = tables.projects.loc[is_withheld(tables.projects)]
    files = set(kept_back["source_file"])
    return replace(
        tables,
        projects=without_provenance(without_withheld(tables.projects)),
        slippage=masked_rows(tables.slippage, OUT_SLIPPAGE_PROJECTS, tables.projects),
        findings=tuple(
            replace(finding, row=None, cell=None) if finding.file in files else finding
            for finding in tables.findings
            if not _is_about(finding, kept_back)
        ),
    )


def _is_about(finding: Finding, withheld: pd.DataFrame) -> bool:
    """Whether a finding is about a row that keeps something back or, but for ours, names its project."""
    same_row = (withheld["source_file"] == finding.file) & (withheld["source_row"] == finding.row)
    if finding.sheet is not None:
        same_row &= withheld["source_sheet"] == finding.sheet
    said = f"{finding.message} {finding.value or ''}"
    named = any(name in said for column in ("project_id", "name") for name in withheld[column])
    return bool(same_row.fillna(value=False).any()) or (named and not finding.code.startswith("OUT-"))


def statistic(
    tables: PublicationTables,
    edition: Edition,
    rate: Rate,
    *,
    method: str = HEADLINE,
    ministry: str | None = None,
) -> Statistic:
    """One statistic of an edition, for the whole portfolio or for one ministry; `NO_STATISTIC` when not computed."""
    return tables.statistics.get((edition.key, rate, method, ministry), NO_STATISTIC)


def ministries_by_slippage(tables: PublicationTables) -> list[str]:
    """The ministries of the edition, the largest mean budget slippage first, the unknown last."""
    known: dict[str, float] = {}
    for ministry in tables.projects["ministry_id"].unique():
        value = statistic(tables, tables.edition, "budget", ministry=ministry).value
        known[ministry] = float("-inf") if value is None else value
    return sorted(known, key=lambda ministry: (-known[ministry], ministry))
