"""Values over editions, as SVG: lines or steps, what they are compared with, and a label for each that has room."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from assets.site.cited import Cited
from assets.site.drawing import Scale, scale_of, sourced, tag
from warehouse.home.calendar import Edition
from warehouse.model import french

WIDTH, HEIGHT = 720, 250
_LEFT, _RIGHT, _TOP, _BOTTOM = 12, 140, 30, 34
_END = WIDTH - _RIGHT + 12  # where lines that hold stop
_ROOM = 62  # pixels that the label of an edition takes
_GAP = 16  # between the lines of two labels


@dataclass(frozen=True)
class Point:
    """A value at an edition, its height in the unit of the axis; none is drawn hollow, at the foot, as `cited` says."""

    edition: Edition
    height: float | None
    cited: Cited


@dataclass(frozen=True)
class Line:
    """Points told together: a name written at the end, a role of the style sheet, as steps or from point to point."""

    name: str
    role: str
    points: tuple[Point, ...]
    steps: bool = False


@dataclass(frozen=True)
class Level:
    """A height that holds from an edition on, or over the whole: a baseline, a target."""

    name: str
    height: float
    cited: Cited
    since: Edition | None = None
    role: str = "target"


def timeline(
    key: str,
    title: str,
    description: str,
    lines: Sequence[Line],
    levels: Sequence[Level] = (),
    *,
    from_zero: bool = True,
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
    """
    known = [point.height for line in lines for point in line.points if point.height is not None]
    if not known:
        return Markup()
    place = _Place(lines, [*known, *(level.height for level in levels)], from_zero=from_zero)
    drawn = [*_axis(place), *(_level(level, place) for level in levels)]
    ends = [(place.y(level.height), level.name, level.cited, level.role) for level in levels]
    for line in lines:
        drawn += _line(line, place)
        last = next((point for point in reversed(line.points) if point.height is not None), None)
        if last is not None and last.height is not None:
            ends.append((place.y(last.height), line.name, last.cited, line.role))
    return tag(
        "svg",
        tag("title", title, id=f"{key}-t"),
        tag("desc", description, id=f"{key}-d"),
        *drawn,
        *_end_labels(ends),
        class_="chart",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        role="img",
        aria_labelledby=f"{key}-t {key}-d",
    )


class _Place:
    """Where an edition and a height fall in the drawing."""

    def __init__(self, lines: Sequence[Line], heights: Sequence[float], *, from_zero: bool) -> None:
        self.editions = sorted({point.edition for line in lines for point in line.points})
        self._months = Scale(_month(self.editions[0]), max(_month(self.editions[-1]), _month(self.editions[0]) + 1))
        around = scale_of(heights, from_zero=from_zero)
        spread = (around.high - around.low) or 1.0
        self._heights = Scale(around.low - (0 if around.low == 0 else spread * 0.12), around.high + spread * 0.12)

    def x(self, edition: Edition) -> float:
        return _LEFT + 20 + self._months.at(_month(edition)) * (WIDTH - _LEFT - _RIGHT - 40)

    def y(self, height: float) -> float:
        return self.foot - self._heights.at(height) * (self.foot - _TOP)

    @property
    def foot(self) -> float:
        return float(HEIGHT - _BOTTOM)


def _month(edition: Edition) -> int:
    date = edition.reference_date()
    return date.year * 12 + date.month


def _axis(place: _Place) -> Iterator[Markup]:
    """The foot, and a label for each edition that has room, the last one first."""
    yield tag("line", x1=_LEFT, x2=_END, y1=place.foot, y2=place.foot, class_="s-grid")
    taken: list[float] = []
    for edition in reversed(place.editions):
        at = place.x(edition)
        if all(abs(at - other) >= _ROOM for other in taken):
            taken.append(at)
            date = edition.reference_date()
            label = f"{french.short_month(date.month)} {date.year}"
            yield tag("text", label, x=at, y=HEIGHT - 10, text_anchor="middle", class_="f-muted", data_rule="")


def _level(level: Level, place: _Place) -> Markup:
    start = _LEFT if level.since is None else place.x(max(level.since, place.editions[0]))
    y = place.y(level.height)
    return tag("line", x1=start, x2=_END, y1=y, y2=y, class_=f"s-{level.role} dashed", **sourced(level.cited))


def _line(line: Line, place: _Place) -> Iterator[Markup]:
    """The strokes, then the marks, each with its label where there is one."""
    for run in _runs(line):
        yield tag("path", d=_path(run, place, steps=line.steps), class_=f"s-{line.role} stroke")
    before = None
    for point in line.points:
        x = place.x(point.edition)
        if point.height is None:
            yield tag("circle", cx=x, cy=place.foot - 8, r=5, class_="hollow")
            yield tag("text", point.cited.text, x=x, y=place.foot - 18, text_anchor="middle", class_="f-muted")
            continue
        y = place.y(point.height)
        yield tag("circle", cx=x, cy=y, r=4.5, class_=f"f-{line.role}", **sourced(point.cited))
        if line.steps and point.height != before and point is not line.points[-1]:
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


def _end_labels(ends: Sequence[tuple[float, str, Cited, str]]) -> Iterator[Markup]:
    """The labels at the right, from top to bottom, none on another nor under the foot."""
    ordered = sorted(ends, key=lambda one: one[0])
    lowest = HEIGHT - _BOTTOM - _GAP * (len(ordered) - 1)
    floor = 0.0
    for rank, (wanted, name, cited, role) in enumerate(ordered):
        y = max(min(wanted + 4, lowest + _GAP * rank), floor)
        floor = y + _GAP
        words = [f"{name} "] if name else []
        yield tag("text", *words, _label(cited), x=_END + 4, y=y, class_=f"f-{role} end")
