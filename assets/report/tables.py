"""The tables of the report: the figures of the pages of the site, with a bar where a page has one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from assets.page.headline_wording import RATE_TITLES
from assets.page.wording import short_ministry
from assets.site.analyses.curves import PERIMETERS, Curve
from assets.site.cited import BARE, SIGNED, SIGNED_BARE, Cited, Row, of_rule, sentence, transmitted
from assets.site.distributions import Distribution
from assets.site.drawing import SLIPPAGES, Scale, scale_of
from assets.site.explorer import edition_lines
from assets.site.follow_up.ministries import current_ministries
from assets.site.home import RateSaid
from assets.site.reference.method import coverage, variants
from assets.site.reference.trust import SCORES, MinistryLine, received_files
from assets.site.tables import RATES, SiteTables, target_cited
from warehouse.model import french
from warehouse.quality.tables import COMPONENTS


@dataclass(frozen=True)
class Bar:
    """A bar under a figure: where it starts and ends, from 0 to 1, its colour, whether it is cut, a mark across it."""

    start: float
    end: float
    role: str
    is_cut: bool
    mark: float | None


@dataclass(frozen=True)
class Cell:
    """A figure of a table, what it rests on in small, and its bar where it has one."""

    told: object
    note: object = ""
    bar: Bar | None = None


@dataclass(frozen=True)
class PrintedTable:
    """A table: what it is, its headers, its rows, the first cell of each being its header."""

    caption: Markup
    headers: tuple[object, ...]
    rows: tuple[tuple[Cell, ...], ...]


def measured(cited: Cited, scale: Scale, role: str, note: object = "", mark: float | None = None) -> Cell:
    """A figure with its bar from zero; without one when it is not known."""
    if not cited.known:
        return Cell(cited, note)
    value = float(cited.value)  # type: ignore[arg-type]
    start, end = scale.span(value)
    marked = None if mark is None else scale.at(mark)
    return Cell(cited, note, Bar(round(start, 4), round(end, 4), role, scale.cuts(value), marked))


def comparison_tables(said: RateSaid) -> tuple[PrintedTable, ...]:
    """How a mean moved since each edition that it is compared with, each part of the change a row."""
    return tuple(
        PrintedTable(
            sentence("{} : évolution {}, en points", RATE_TITLES[said.rate], one.since),
            ("Part", "Points"),
            tuple((Cell(label), Cell(value)) for label, value in one.parts),
        )
        for one in said.comparisons
    )


def curve_table(said: Curve) -> PrintedTable:
    """The means of a rate at each edition, on each perimeter, and what was published then."""
    return PrintedTable(
        sentence("Écart moyen à chaque édition, et nombre de projets de chaque moyenne"),
        ("Édition", *(french.capitalised(name) for name in PERIMETERS.values()), "Publié à l’époque"),
        tuple(
            (
                Cell(line.edition),
                *(Cell(value, count) for _, value, count in line.cells),
                Cell(line.official, line.source),
            )
            for line in said.lines
        ),
    )


def distribution_tables(said: Sequence[Distribution]) -> tuple[PrintedTable, ...]:
    """How many projects, and for how much, by band of cost and by phase."""
    return tuple(
        PrintedTable(
            sentence(f"Projets par {one.title.lower()}"),
            (one.title, "Projets", "Coût connu (M€)"),
            tuple(_share_cells(one)),
        )
        for one in said
    )


def _share_cells(said: Distribution) -> Iterator[tuple[Cell, ...]]:
    counts, costs = (_scale(getattr(share, name) for share in said.shares) for name in ("count", "cost"))
    for share in said.shares:
        cost = measured(share.cost, costs, "amount") if isinstance(share.cost, Cited) else Cell(share.cost)
        yield Cell(share.label), measured(share.count, counts, "count"), cost


def _scale(values: Iterable[object]) -> Scale:
    known = (one for one in values if isinstance(one, Cited) and one.known)
    return scale_of([float(one.value) for one in known])  # type: ignore[arg-type]


def ministries_table(site: SiteTables) -> PrintedTable:
    """What each ministry carries, how far it slips and what it adds to each mean."""
    rows = current_ministries(site)
    scale = _scale(row.cited(f"{rate}_contribution_pts") for row in rows for rate in RATES)
    headers = [("Écart de coût", "Part (points)"), ("Écart de délai", "Part (points)")]
    return PrintedTable(
        sentence("Projets, coûts, écarts moyens et parts des ministères dans l'écart moyen de l'ensemble"),
        ("Ministère", "Projets", "Coût connu (M€)", *(name for pair in headers for name in pair)),
        tuple(
            (
                Cell(short_ministry(str(row["ministry_id"]))),
                Cell(row.cited("projects")),
                Cell(row.cited("known_cost_meur", BARE)),
                *(cell for rate in RATES for cell in _of_rate(row, rate, scale)),
            )
            for row in rows
        ),
    )


def _of_rate(row: Row, rate: str, scale: Scale) -> tuple[Cell, Cell]:
    mean = row.cited(f"{rate}_slippage_ratio", SIGNED)
    rests = row.cited(f"{rate}_n").with_word("projet") if mean.known else ""
    return Cell(mean, rests), measured(row.cited(f"{rate}_contribution_pts", SIGNED_BARE), scale, rate)


def projects_table(site: SiteTables) -> PrintedTable:
    """The projects of the edition, by ministry then by name."""
    key_figures = site.key_figures[site.edition.key]
    target = target_cited(key_figures)
    mark = key_figures.number("target_ratio")
    marked = sentence(" ; le trait marque la cible de {}", target) if target.known else Markup()
    return PrintedTable(
        sentence(
            "Grands projets de l'édition, par ministère. Coût en M€ TTC. Barres de {} à {}, coupées au-delà{}. "
            "n. c. : non communiqué.",
            of_rule(french.percent(SLIPPAGES.low, 0)),
            of_rule(french.percent(SLIPPAGES.high, 0, signed=True)),
            marked,
        ),
        ("Projet", "Ministère", "Phase", "Coût (M€)", "Écart de coût", "Fin prévue", "Écart de délai"),
        tuple(
            (
                Cell(line.name, sentence("{}", transmitted(" · ".join((str(line.row["project_id"]), *line.tags))))),
                Cell(line.ministry),
                Cell(line.row.text("phase") or french.UNKNOWN),
                Cell(line.cost, _initially(line.row, "initial_cost_meur")),
                measured(line.budget, SLIPPAGES, "budget", mark=mark),
                Cell(line.end, _initially(line.row, "initial_end_date")),
                measured(line.schedule, SLIPPAGES, "schedule", mark=mark),
            )
            for line in edition_lines(site, site.edition)
        ),
    )


def _initially(row: Row, name: str) -> Markup:
    cited = row.cited(name, BARE)
    return sentence("initial : {}", cited) if cited.known else Markup()


def quality_table(lines: Sequence[MinistryLine]) -> PrintedTable | None:
    """The score of each ministry and what it is made of; None when nothing was scored."""
    if not lines:
        return None
    return PrintedTable(
        sentence("Score sur cent et ce dont il est fait, du plus bas au plus haut"),
        ("Ministère", "Projets", "Score", *(column.title for column in COMPONENTS.values()), "Évolution"),
        tuple(
            (
                Cell(one.name),
                Cell(one.projects),
                measured(one.score.cited, SCORES, "count"),
                *(Cell(part.cited) for part in one.components),
                Cell(one.trend),
            )
            for one in lines
        ),
    )


def variants_table(site: SiteTables) -> PrintedTable | None:
    """The same slippages by every method of calculation; None when none is known."""
    lines = tuple(variants(site))
    if not lines:
        return None
    return PrintedTable(
        sentence("Les mêmes écarts selon chaque méthode de calcul, et ceux que chacune compte"),
        ("Méthode", *(RATE_TITLES[rate] for rate in RATES)),
        tuple((Cell(one.label), *(Cell(value, rests) for value, rests in one.rates)) for one in lines),
    )


def coverage_table(site: SiteTables) -> PrintedTable:
    """How many projects enter the rates, and why the others do not."""
    return PrintedTable(
        sentence("Quels projets sont comptés : le statut de leur écart"),
        ("Statut", *(RATE_TITLES[rate] for rate in RATES)),
        tuple((Cell(one.label), *map(Cell, one.counts)) for one in coverage(site)),
    )


def received_table(site: SiteTables) -> PrintedTable | None:
    """The files that the edition is made from, with their fingerprints; None when it names none."""
    files = tuple(received_files(site))
    if not files:
        return None
    return PrintedTable(
        sentence("Fichiers reçus des ministères, et l'empreinte qui permet de vérifier que rien n'y a changé"),
        ("Fichier", "Projets", of_rule("Empreinte SHA-256")),
        tuple((Cell(one.name), Cell(one.projects), Cell(one.fingerprint)) for one in files),
    )
