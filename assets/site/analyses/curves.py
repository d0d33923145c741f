"""Each mean slippage over the editions: as published, on a constant perimeter, leavers included, as published then."""

from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup

from assets.site.analyses.waterfalls import MEANS, Bridges, label_of
from assets.site.charts.files import Chart, drawn
from assets.site.charts.timelines import Line, Point, timeline
from assets.site.cited import Cited, Row, Rows, edition_time, sentence, transmitted
from assets.site.tables import SiteTables, counts_from_initial
from warehouse.home.calendar import Edition
from warehouse.model import french
from warehouse.model.vocabulary import CONFIDENCES

# Each perimeter, as the end of its line and the head of its column call it, and the colour of its line.
PERIMETERS = {"published": "affiché", "constant": "périmètre égal", "cohort": "sortis compris"}
NAMES = {"budget": "couts-par-edition", "schedule": "delais-par-edition"}
OFFICIAL = "publié à l’époque"
OF_OFFICIAL = ("edition", "rank", "confidence", "source")


@dataclass(frozen=True)
class CurveLine:
    """An edition as a line of the table under a curve: each mean and how many projects it rests on."""

    edition: Markup
    cells: tuple[tuple[str, object, object], ...]
    official: object
    source: Markup


@dataclass(frozen=True)
class Curve:
    """One rate over the editions: the chart, none when no mean is known, its table, what was corrected."""

    rate: str
    chart: Chart | None
    lines: tuple[CurveLine, ...]
    corrections: tuple[Markup, ...]
    caveat: Markup


def curve(site: SiteTables, bridges: Bridges, rate: str, page: str) -> Curve:
    """The curve of a rate, for a page at this address."""
    means = site["evolution"].where(dimension="portfolio", rate=rate, method="mean_of_ratios")
    officials = _officials(site, rate)
    lines = [*_series(site, means, rate), *_official_series(site, officials, rate)]
    chart = drawn(
        lambda key, width: timeline(
            key,
            f"L’{MEANS[rate]} par édition",
            "Une courbe par périmètre ; les chiffres sont dans le tableau.",
            lines,
            width=width,
        ),
        key=NAMES[rate],
        title=_finding(site, means, rate),
        subtitle=sentence(
            "Écart moyen par édition, en pourcentage. Affiché : chaque projet suivi pesant autant. Périmètre égal : "
            "les projets connus aussi à l’édition d’avant. Sortis compris : tous les projets suivis un jour, à leur "
            "dernier écart connu. Cercles vides : ce qui a été publié à l’époque."
        ),
        rows=(
            ("", means),
            ("-officiels", officials.with_columns("edition", "rank", f"{rate}_mean_ratio", "confidence", "source")),
        ),
        page=page,
    )
    return Curve(
        rate,
        chart,
        tuple(_lines(site, means, officials, rate)),
        tuple(_corrections(site, bridges, rate)),
        _caveat(site, rate),
    )


def _is_given(site: SiteTables, edition: str, rate: str) -> bool:
    return edition in site.key_figures and site.key_figures[edition][f"{rate}_status"] == "given"


def _series(site: SiteTables, means: Rows, rate: str) -> Iterator[Line]:
    """The lines of the perimeters; where the mean is not given, the published one is hollow, and no other is there."""
    roles = {"published": rate, "constant": "count", "cohort": "ink"}
    for perimeter, name in PERIMETERS.items():
        points = []
        for edition in site.editions:
            row = means.only(edition=edition.key, perimeter=perimeter) if _is_given(site, edition.key, rate) else None
            if row is not None and row["value_ratio"] is not None:
                points.append(Point(edition, row.number("value_ratio"), row.cited("value_ratio")))
            elif perimeter == "published":
                points.append(Point(edition, None, Cited(None, french.UNKNOWN, "")))
        yield Line(name, roles[perimeter], tuple(points))


def _officials(site: SiteTables, rate: str) -> Rows:
    """The first source of each edition that tells a mean."""
    rows = site["chiffres_officiels"]
    told = rows.frame.dropna(subset=[f"{rate}_mean_ratio"]).sort_values(["edition", "rank"])
    return rows.at(told.drop_duplicates("edition").index)


def _official_series(site: SiteTables, officials: Rows, rate: str) -> Iterator[Line]:
    editions = {edition.key: edition for edition in site.editions}
    name = f"{rate}_mean_ratio"
    points = tuple(
        Point(editions.get(str(row["edition"]), Edition(str(row["edition"]), 0)), row.number(name), row.cited(name))
        for row in officials
    )
    if points:
        yield Line(OFFICIAL, "muted", points, rings=True)


def _finding(site: SiteTables, means: Rows, rate: str) -> Markup:
    """Where the mean started and where it is, leavers apart and included."""
    given = [edition for edition in site.editions if _is_given(site, edition.key, rate)]
    if not given:
        return sentence(f"Aucun {MEANS[rate]} n'est calculé : il faut une référence antérieure.")

    def told(edition: Edition, perimeter: str) -> Cited:
        row = means.only(edition=edition.key, perimeter=perimeter)
        return Cited(None, french.UNKNOWN, "") if row is None else row.cited("value_ratio")

    first, last = given[0], given[-1]
    now = (told(last, "published"), told(last, "cohort"))
    if first == last:
        return sentence(f"En {{}}, l'{MEANS[rate]} est de {{}} ; sortis compris, de {{}}.", label_of(last), *now)
    return sentence(
        f"De {{}} à {{}}, l'{MEANS[rate]} passe de {{}} à {{}} ; sortis compris, de {{}} à {{}}.",
        label_of(first),
        label_of(last),
        told(first, "published"),
        now[0],
        told(first, "cohort"),
        now[1],
    )


def _caveat(site: SiteTables, rate: str) -> Markup:
    """That the means are not counted as those published then were, where they are not."""
    given = [row for row in site.key_figures.values() if row[f"{rate}_status"] == "given"]
    if all(counts_from_initial(row, rate) for row in given):
        return Markup()
    return sentence(
        "Faute de références déclarées, des écarts sont comptés depuis les premiers chiffres publiés, où ils partent "
        "de zéro : ils ne se comparent pas à ce qui a été publié à l’époque."
    )


def _lines(site: SiteTables, means: Rows, officials: Rows, rate: str) -> Iterator[CurveLine]:
    then = {str(row["edition"]): row for row in officials}
    for key in sorted({*then, *site.labels}, reverse=True):
        official = then.get(key)
        yield CurveLine(
            edition_time(key, site.labels.get(key) or Edition(key, 0).month_label()),
            tuple(_cells(site, means, key, rate)),
            "–" if official is None else official.cited(f"{rate}_mean_ratio"),
            Markup() if official is None else _source(official),
        )


def _source(official: Row) -> Markup:
    confidence = french.typeset(CONFIDENCES.label(str(official["confidence"])))
    return sentence("{} : {}", confidence, transmitted(french.typeset(official.text("source"))))


def _cells(site: SiteTables, means: Rows, edition: str, rate: str) -> Iterator[tuple[str, object, object]]:
    """The mean on each perimeter and the projects it rests on; a dash at an edition that is not here."""
    for perimeter, name in PERIMETERS.items():
        row = means.only(edition=edition, perimeter=perimeter)
        if row is None or (perimeter != "published" and not _is_given(site, edition, rate)):
            yield name, "–", ""
        else:
            yield name, row.cited("value_ratio"), row.cited("n").with_word("projet")


def _corrections(site: SiteTables, bridges: Bridges, rate: str) -> Iterator[Markup]:
    """What was corrected since it was first published, edition by edition."""
    for edition in site.editions:
        rows = bridges.correction(edition.key, rate)
        if not len(rows):
            continue
        first = bridges.first_published(edition.key, rate)
        moved = rows.total("contribution_pts", edition=edition.key, reference_edition=edition.key, rate=rate)
        now = site.key_figures[edition.key].cited(f"{rate}_mean_ratio")
        if first is None:
            yield sentence("Le taux de {} a été corrigé depuis sa publication, de {}.", label_of(edition), moved)
        else:
            yield sentence(
                "Le taux de {} a été corrigé depuis sa publication : {} au lieu de {}.", label_of(edition), now, first
            )
