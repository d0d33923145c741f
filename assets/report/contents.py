"""What the report of an edition says: the words and the figures of the pages of the site, in the order it is read."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from assets.page.headline_wording import RATE_TITLES
from assets.page.wording import TITLE
from assets.report.tables import (
    PrintedTable,
    comparison_tables,
    coverage_table,
    curve_table,
    distribution_tables,
    ministries_table,
    projects_table,
    quality_table,
    received_table,
    variants_table,
)
from assets.site.analyses.curves import curve
from assets.site.analyses.evolution import ADDRESS
from assets.site.analyses.waterfalls import Bridges
from assets.site.charts.files import for_print
from assets.site.cited import day_time, declared, sentence
from assets.site.follow_up.ministries import heaviest_ministries
from assets.site.home import BigFigure, RateSaid, home_said
from assets.site.reference.changes import Moved, moves, noted
from assets.site.reference.glossary import glossary
from assets.site.reference.method import Worked, worked
from assets.site.reference.trust import (
    OfProject,
    findings_of_projects,
    ministry_lines,
    quality_definitions,
    quality_finding,
)
from assets.site.sheets import ProjectSheet, project_sheets
from assets.site.tables import RATES, SiteTables, edition_title
from warehouse.model.findings import SEVERITY_LABELS


@dataclass(frozen=True)
class PrintedChart:
    """A chart as it is printed: what it shows, what is drawn, the drawing, then the table of what it draws.

    `marks` is the drawing of the page, whose labels have their sources.
    """

    heading: str
    title: Markup
    subtitle: Markup
    drawing: str
    marks: Markup
    table: PrintedTable
    remarks: tuple[Markup, ...]


@dataclass(frozen=True)
class Report:
    """Everything that the report of an edition says, a part of it after another."""

    title: str
    edition: Markup
    reference_date: str
    published_on: Markup
    fictitious: bool
    provisional: str
    absences: tuple[str, ...]
    finding: Markup
    caveat: Markup
    missing: Markup
    rates: tuple[RateSaid, ...]
    figures: tuple[BigFigure, ...]
    comparisons: tuple[tuple[str, tuple[PrintedTable, ...]], ...]
    strongest: tuple[Any, ...]
    moves: tuple[tuple[str, str, tuple[Moved, ...]], ...]
    charts: tuple[PrintedChart, ...]
    distributions: tuple[PrintedTable, ...]
    ministries_finding: Markup
    ministries: PrintedTable
    projects: PrintedTable
    sheets: tuple[ProjectSheet, ...]
    quality_finding: Markup
    quality: PrintedTable | None
    findings: tuple[OfProject, ...]
    severities: dict[str, str]
    worked: Worked | None
    definitions: tuple[tuple[Markup, Markup], ...]
    quality_definitions: tuple[tuple[Markup, Markup], ...]
    variants: PrintedTable | None
    coverage: PrintedTable
    received: PrintedTable | None


def report_said(site: SiteTables) -> Report:
    """What the report of the latest edition of some tables says."""
    home = home_said(site, site.edition)
    about, scores = site.about.closing, tuple(ministry_lines(site))
    return Report(
        title=TITLE,
        edition=edition_title(site.edition),
        reference_date=site.edition.reference_date().isoformat(),
        published_on=Markup() if about.provisional else _published(site),
        fictitious=site.is_fictitious,
        provisional=about.provisional,
        absences=tuple(about.absences),
        finding=home["finding"],
        caveat=home["caveat"],
        missing=home["missing"],
        rates=home["rates"],
        figures=home["figures"],
        comparisons=tuple((one.rate, comparison_tables(one)) for one in home["rates"]),
        strongest=tuple((title, chosen) for title, chosen in home["moves"] if chosen),
        moves=tuple(_moves(site)),
        charts=tuple(_charts(site)),
        distributions=distribution_tables(home["distributions"]),
        ministries_finding=heaviest_ministries(site),
        ministries=ministries_table(site),
        projects=projects_table(site),
        sheets=project_sheets(site),
        quality_finding=quality_finding(scores),
        quality=quality_table(scores),
        findings=tuple(findings_of_projects(site)),
        severities={name: label.lower() for name, label in SEVERITY_LABELS.items()},
        worked=worked(site),
        definitions=tuple((declared(one.word), declared(one.meaning)) for one in glossary()),
        quality_definitions=tuple(quality_definitions()),
        variants=variants_table(site),
        coverage=coverage_table(site),
        received=received_table(site),
    )


def _published(site: SiteTables) -> Markup:
    day = site.edition.published_on
    return Markup() if day is None else sentence("Publié le {}", day_time(day))


def _moves(site: SiteTables) -> Iterator[tuple[str, str, tuple[Moved, ...]]]:
    """Who came, came back, left, has another name or ministry; then figures kept back or back, and revisions."""
    for title, none, moved in moves(site, site.edition):
        yield title, none, tuple(moved)
    for title, moved in noted(site, site["changements"].where(edition=site.edition.key)):
        yield title, "", tuple(moved)


def _charts(site: SiteTables) -> Iterator[PrintedChart]:
    bridges = Bridges(site)
    for rate in RATES:
        said = curve(site, bridges, rate, ADDRESS)
        if said.chart:
            remarks = tuple(one for one in (said.caveat, *said.corrections) if one)
            chart = said.chart
            yield PrintedChart(
                RATE_TITLES[rate],
                chart.title,
                chart.subtitle,
                for_print(chart.wide),
                chart.wide,
                curve_table(said),
                remarks,
            )
