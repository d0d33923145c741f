"""The charts of a project: its cost and its end over the editions, as steps, with every baseline."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from markupsafe import Markup

from assets.page.wording import WITHHELD
from assets.site.charts.files import Chart, drawn
from assets.site.charts.timelines import Level, Line, Point, timeline
from assets.site.cited import BARE, Cited, Row, Rows
from assets.site.tables import SiteTables
from warehouse.home.calendar import Edition
from warehouse.model import french
from warehouse.model.french import NBSP
from warehouse.projects.durations import MONTHS_PER_YEAR

# Of what is updated, what stands in for a promise, and what each reference promised.
BASELINES = {
    "updated_cost_meur": ("initial_cost_meur", "cost_meur"),
    "updated_end_date": ("initial_end_date", "end_date"),
}
REFERENCE = ("edition", "project_id", "baseline_number", "approved_on")
# What is drawn: its column, the flag of what is withheld, its colour, its title, the name of its files.
_DRAWN = (
    ("updated_cost_meur", "cost_withheld", "budget", "Coût prévu, en M€", "cout"),
    ("updated_end_date", "schedule_withheld", "schedule", "Fin prévue", "fin"),
)


def project_charts(site: SiteTables, history: Rows, references: Rows) -> Iterator[Chart]:
    """The charts of a project of which something is known.

    Args:
        site: the tables of the site.
        history: the rows of the project.
        references: those of its references, in order.
    """
    ordered = history.sorted_by(["edition"])
    for column, flag, role, title, key in _DRAWN:
        chart = _chart(site, (ordered, references), column, flag, role, title, key)
        if chart:
            yield chart


def _chart(
    site: SiteTables, told: tuple[Rows, Rows], column: str, flag: str, role: str, title: str, key: str
) -> Chart | None:
    history, references = told
    rows = tuple(history)
    editions = {edition.key: edition for edition in site.editions}
    line = Line("", role, tuple(_point(row, editions[row["edition"]], column, flag) for row in rows), steps=True)
    levels = tuple(_levels(rows, tuple(references), editions, column))
    is_cost, (initial, promised) = column == "updated_cost_meur", BASELINES[column]

    def draw(key: str, width: int) -> Markup:
        said = f"{title}, édition par édition, et ses références."
        spread = 0 if is_cost else 2 * MONTHS_PER_YEAR
        return timeline(key, title, said, [line], levels, from_zero=is_cost, least_spread=spread, width=width)

    return drawn(
        draw,
        key=key,
        title=Markup("{} : {}").format(rows[-1].text("name"), title),
        subtitle=Markup(title),  # noqa: S704  # written above
        rows=(
            ("", history.with_columns("edition", "project_id", column, initial)),
            *((("-references", references.with_columns(*REFERENCE, promised)),) if len(references) else ()),
        ),
        page=f"projets/{rows[-1].text('project_id')}/index.html",
    )


def _point(row: Row, edition: Edition, column: str, flag: str) -> Point:
    if row[column] is None:
        return Point(edition, None, Cited(None, WITHHELD if row[flag] else french.UNKNOWN, ""))
    return Point(edition, _height(row[column]), _short(row, column))


def _short(row: Row, column: str) -> Cited:
    """A figure as the label of a chart: « 95,4 », « déc. 2023 »."""
    cited, value = row.cited(column, BARE), row[column]
    return replace(cited, text=f"{french.short_month(value.month)} {value.year}") if hasattr(value, "year") else cited


def _height(value: Any) -> float:
    """A number as it is, a date as months: both fall on an axis."""
    return float(value.year * MONTHS_PER_YEAR + value.month if hasattr(value, "year") else value)


def _levels(
    rows: tuple[Row, ...], references: tuple[Row, ...], editions: Mapping[str, Edition], column: str
) -> Iterator[Level]:
    """What was first promised, over the whole; then each revision, from the edition that counts it to the next one."""
    initial, promised = BASELINES[column]
    given = [row for row in references if row[promised] is not None]
    is_first = bool(given) and given[0]["baseline_number"] == 1
    stand_ins = [(row, initial) for row in rows if row[initial] is not None][-1:]
    for row, name in [(given[0], promised)] if is_first else stand_ins:
        yield Level(f"prévu{NBSP}:", _height(row[name]), _short(row, name))
    revisions = given[1:] if is_first else given
    before = _height(given[0][promised]) if is_first else None
    for row, following in zip_longest(revisions, revisions[1:]):
        height, since = _height(row[promised]), editions[row["edition"]]
        until = None if following is None else editions[following["edition"]]
        # Of two that an edition counts at once, the last one is drawn.
        if until != since:
            cited = _short(row, promised)
            yield Level(f"révisé{NBSP}:", height, cited, since, "muted", risen_from=before, until=until)
            before = height
