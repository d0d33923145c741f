"""Values over editions, as SVG: lines or steps, what they are compared with, and a label for each that has room."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from assets.site.cited import Cited
from assets.site.drawing import Scale, scale_of, sourced, tag
from warehouse.home.calendar import Edition
from warehouse.model import french

WIDE, NARROW, HEIGHT = 720, 380, 210
_LEFT, _RIGHT, _TOP, _BOTTOM = 12, 140, 30, 34
_ROOM = 70  # pixels that the label of an edition takes
_SHORT_ROOM = 48  # that a figure above a ring takes
_LETTER = 7.2  # pixels that a letter of a label at the right takes
_GAP = 16  # between the lines of two labels


@dataclass(frozen=True)
class Point:
    """A value at an edition, its height in the unit of the axis; none is drawn hollow, at the foot, as `cited` says."""

    edition: Edition
    height: float | None
    cited: Cited


@dataclass(frozen=True)
class Line:
    """Points told together: a name written at the end, a role of the style sheet, what joins them.

    They are joined from one edition to the next, as steps, or not at all: rings, where others tell the same thing.
    """

    name: str
    role: str
    points: tuple[Point, ...]
    steps: bool = False
    rings: bool = False


@dataclass(frozen=True)
class Level:
    """A height that holds from an edition on, or over the whole: a baseline, a target.

    One that is due on a day takes the axis to it, and the way that the first line has to go is drawn. One that takes
    the place of another rises from its height; where a third takes its place it stops, and its label stands over it.
    """

    name: str
    height: float
    cited: Cited
    since: Edition | None = None
    role: str = "target"
    due: dt.date | None = None
    risen_from: float | None = None
    until: Edition | None = None


def timeline(
    key: str,
    title: str,
    description: str,
    lines: Sequence[Line],
    levels: Sequence[Level] = (),
    *,
    from_zero: bool = True,
    least_spread: float = 0.0,
    width: int = WIDE,
) -> Markup:
    """Draw values over editions; empty when no value is known.

    Labels stand at the end of lines and of levels, and at each change of a line of steps.

    Args:
        key: an identifier that no other chart of the page has.
        title: what the chart shows, for who does not see it.
        description: what it says.
        lines: what is drawn.
        levels: what it is compared with.
        from_zero: whether the axis starts at zero.
        least_spread: what the axis holds at least, so that a small change is not drawn as a large one.
        width: of the drawing, in pixels: `NARROW` for a phone.
    """
    if not any(point.height is not None for line in lines for point in line.points):
        return Markup()
    place = _Place(lines, levels, from_zero=from_zero, least_spread=least_spread, width=width)
    drawn = [*_axis(place, levels), *(part for level in levels for part in _level(level, place))]
    drawn += [_way(lines[0], level, place) for level in levels if level.due is not None]
    lasting = [level for level in levels if level.until is None]
    ends = [_End(place.y(level.height), level.name, level.cited, level.role) for level in lasting]
    for line in lines:
        drawn += _line(line, place, {point.edition for other in lines if other is not line for point in other.points})
        if (last := _last(line)) is not None:
            ends.append(_End(place.y(last.height or 0.0), line.name, last.cited, line.role, place.told_of(last)))
    return tag(
        "svg",
        tag("title", title, id=f"{key}-t"),
        tag("desc", description, id=f"{key}-d", data_text=""),
        *drawn,
        *_end_labels(ends, place),
        class_="chart",
        viewBox=f"0 0 {width} {HEIGHT}",
        role="img",
        aria_labelledby=f"{key}-t {key}-d",
    )


class _Place:
    """Where an edition and a height fall in the drawing."""

    def __init__(
        self, lines: Sequence[Line], levels: Sequence[Level], *, from_zero: bool, least_spread: float, width: int
    ) -> None:
        self.editions = sorted({point.edition for line in lines for point in line.points})
        dues = [_month(level.due) for level in levels if level.due is not None]
        first = _month(self.editions[0].reference_date())
        self._months = Scale(first, max([_month(self.editions[-1].reference_date()), first + 1, *dues]))
        heights = [point.height for line in lines for point in line.points if point.height is not None]
        around = scale_of([*heights, *(level.height for level in levels)], from_zero=from_zero)
        lacking = max(0.0, least_spread - (around.high - around.low)) / 2
        around = Scale(around.low - lacking, around.high + lacking)
        spread = (around.high - around.low) or 1.0
        self._heights = Scale(around.low - (0 if around.low == 0 else spread * 0.12), around.high + spread * 0.12)
        lasts = [(line.name, last) for line in lines if (last := _last(line)) is not None]
        told = [f"{name} {last.cited.text} {self.told_of(last)}" for name, last in lasts]
        told += [f"{level.name} {level.cited.text}" for level in levels]
        right = max(_RIGHT, *(_LETTER * len(text) for text in told))
        self._span = width - _LEFT - 40 - min(right, width * 0.55)

    def x(self, edition: Edition) -> float:
        return self.on(edition.reference_date())

    def told_of(self, last: Point) -> str:
        """When the last point of a line is, where the others go on after it."""
        return "" if last.edition == self.editions[-1] else f"({_short_label(last.edition.reference_date())})"

    def on(self, day: dt.date) -> float:
        return _LEFT + 20 + self._months.at(_month(day)) * self._span

    def y(self, height: float) -> float:
        return self.foot - self._heights.at(height) * (self.foot - _TOP)

    @property
    def foot(self) -> float:
        return float(HEIGHT - _BOTTOM)

    @property
    def end(self) -> float:
        """Where lines that hold stop."""
        return _LEFT + 52 + self._span


def _month(date: dt.date) -> int:
    return date.year * 12 + date.month


def _short_label(date: dt.date) -> str:
    return f"{french.short_month(date.month)} {date.year}"


def _last(line: Line) -> Point | None:
    return next((point for point in reversed(line.points) if point.height is not None), None)


def _axis(place: _Place, levels: Sequence[Level]) -> Iterator[Markup]:
    """The foot, and a label for each day due, then for each edition that has room, the last one first."""
    yield tag("line", x1=_LEFT, x2=place.end, y1=place.foot, y2=place.foot, class_="s-grid")
    taken: list[float] = []
    dues = [level.due for level in levels if level.due is not None]
    for date in [*dues, *(edition.reference_date() for edition in reversed(place.editions))]:
        at = place.on(date)
        if all(abs(at - other) >= _ROOM for other in taken):
            taken.append(at)
            yield tag(
                "text", _short_label(date), x=at, y=HEIGHT - 10, text_anchor="middle", class_="f-muted", data_rule=""
            )


def _level(level: Level, place: _Place) -> Iterator[Markup]:
    start = _LEFT if level.since is None else place.x(max(level.since, place.editions[0]))
    end = place.end if level.until is None else place.x(level.until)
    y, stroke = place.y(level.height), f"s-{level.role} dashed"
    if level.risen_from is not None:
        yield tag("line", x1=start, x2=start, y1=place.y(level.risen_from), y2=y, class_=stroke)
    yield tag("line", x1=start, x2=end, y1=y, y2=y, class_=stroke, **sourced(level.cited))
    if level.until is not None:
        yield tag(
            "text", _label(level.cited), x=(start + end) / 2, y=y - 6, text_anchor="middle", class_=f"f-{level.role}"
        )


def _way(line: Line, level: Level, place: _Place) -> Markup:
    """From the last point of a line down to what is due; nothing when it is there, or past due."""
    last = _last(line)
    if last is None or level.due is None or (last.height or 0.0) <= level.height:
        return Markup()
    if last.edition.reference_date() >= level.due:
        return Markup()
    ends = {"x1": place.x(last.edition), "y1": place.y(last.height or 0.0), "x2": place.on(level.due)}
    return tag("line", **ends, y2=place.y(level.height), class_=f"s-{line.role} dashed")


def _line(line: Line, place: _Place, elsewhere: Collection[Edition]) -> Iterator[Markup]:
    """The strokes, then the marks, each with its label where there is one.

    Args:
        line: what is drawn.
        place: where.
        elsewhere: the editions at which other lines have points: a ring there has no room for its label.
    """
    for run in () if line.rings else _runs(line):
        yield tag("path", d=_path(run, place, steps=line.steps), class_=f"s-{line.role} stroke")
    mark = f"s-{line.role} ring" if line.rings else f"f-{line.role}"
    before, labelled = None, -float(_ROOM)
    for point in line.points:
        x = place.x(point.edition)
        if point.height is None:
            yield tag("circle", cx=x, cy=place.foot - 8, r=5, class_="hollow")
            yield tag("text", point.cited.text, x=x, y=place.foot - 18, text_anchor="middle", class_="f-muted")
            continue
        y = place.y(point.height)
        yield tag("circle", cx=x, cy=y, r=4.5, class_=mark, **sourced(point.cited))
        if line.rings:
            is_labelled = point.edition not in elsewhere and x - labelled >= _SHORT_ROOM
        else:
            is_labelled = line.steps and point.height != before and point is not line.points[-1]
        if is_labelled:
            labelled = x
            yield tag("text", _label(point.cited), x=x, y=y - 10, text_anchor="middle", class_="f-ink")
        before = point.height


def _runs(line: Line) -> list[list[Point]]:
    """The points that a stroke joins: it is broken where a value is not known, or an edition is not there."""
    runs: list[list[Point]] = [[]]
    for point in line.points:
        follows = not runs[-1] or line.steps or point.edition.ordinal == runs[-1][-1].edition.ordinal + 1
        if point.height is None or not follows:
            runs.append([])
        if point.height is not None:
            runs[-1].append(point)
    return [run for run in runs if len(run) > 1]


def _path(run: Sequence[Point], place: _Place, *, steps: bool) -> str:
    spots = [(place.x(point.edition), place.y(point.height or 0.0)) for point in run]
    path = f"M{spots[0][0]:.1f} {spots[0][1]:.1f}"
    for x, y in spots[1:]:
        path += f"H{x:.1f}V{y:.1f}" if steps else f"L{x:.1f} {y:.1f}"
    return path


def _label(cited: Cited) -> Markup:
    return tag("tspan", cited.text, **sourced(cited))


@dataclass(frozen=True)
class _End:
    """A label at the right: where it would stand, its words, its figure, its colour, of when it is."""

    wanted: float
    name: str
    cited: Cited
    role: str
    when: str = ""


def _end_labels(ends: Sequence[_End], place: _Place) -> Iterator[Markup]:
    """The labels at the right, from top to bottom, none on another nor under the foot."""
    ordered = sorted(ends, key=lambda one: one.wanted)
    lowest = place.foot - _GAP * (len(ordered) - 1)
    floor = 0.0
    for rank, end in enumerate(ordered):
        y = max(min(end.wanted + 4, lowest + _GAP * rank), floor)
        floor = y + _GAP
        words = [f"{end.name} "] if end.name else []
        when = [tag("tspan", f" {end.when}", data_rule="")] if end.when else []
        yield tag("text", *words, _label(end.cited), *when, x=place.end + 4, y=y, class_=f"f-{end.role} end")
