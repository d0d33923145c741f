"""Bars, and what every chart is drawn with: a mark for each row that it shows, with its source.

A library that draws from a specification gives neither the source of a mark nor its theme; what is drawn is steps,
lines and bars. Colours are classes of the style sheet, since a page forbids styles of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from assets.site.cited import Cited, raw

_BAR_HEIGHT = 12


def tag(name: str, *content: object, **attributes: object) -> Markup:
    """An element; `data_source` is written `data-source`, `class_` `class`; an attribute that is None is left out."""
    # Joined as texts, each part being escaped: `Markup.format` parses its pattern again for each of 10,000 elements.
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_short(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Markup(f"<{name}{written}>{''.join(map(escape, content))}</{name}>")  # noqa: S704  # a name is written in the program


def _short(value: object) -> object:
    return f"{value:.5g}" if isinstance(value, float) else value


@dataclass(frozen=True)
class Scale:
    """Where values fall between two bounds, from 0 to 1."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """The place of a value, cut at the bounds."""
        if self.high <= self.low:
            return 0.0
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))

    def span(self, value: float, start: float = 0.0) -> tuple[float, float]:
        """Where a bar starts and ends, from the left, that goes from zero, or from another value, to a value."""
        low, high = sorted((self.at(start), self.at(value)))
        return low, high

    def cuts(self, value: float) -> bool:
        """Whether a value is out of the bounds: what is cut must say so."""
        return not self.low <= value <= self.high


# What the bars of slippages show everywhere; what is beyond is cut, and said to be.
SLIPPAGES = Scale(-0.2, 0.8)


def scale_of(values: Sequence[float], *, from_zero: bool = True) -> Scale:
    """A scale that holds all the values, and zero."""
    low, high = min(values, default=0.0), max(values, default=1.0)
    return Scale(min(low, 0.0), max(high, 0.0)) if from_zero else Scale(low, high)


def bar(cited: Cited, scale: Scale, role: str, *, mark_at: float | None = None) -> Markup:
    """A bar from zero to a value, as wide as its cell; hollow when the value is not known, hatched when it is cut.

    Args:
        cited: what the cell prints beside; the bar bears its source.
        scale: the same for every row of the table.
        role: a colour of the style sheet: `budget`, `schedule`, `count`…
        mark_at: a value marked by a line: the target.
    """
    parts = [_rule(scale.at(0.0), "s-grid")]
    if cited.value is None:
        parts.append(tag("rect", x="0", y="1", width="100%", height=_BAR_HEIGHT - 2, class_="hollow"))
    else:
        value = float(cited.value)  # type: ignore[arg-type]
        start, end = scale.span(value)
        width = max(end - start, 0.004)
        parts.append(
            tag(
                "rect",
                x=_share(start),
                y=0,
                width=_share(width),
                height=_BAR_HEIGHT,
                class_=f"f-{role}" + (" cut" if scale.cuts(value) else ""),
                **sourced(cited),
            )
        )
    if mark_at is not None:
        parts.append(_rule(scale.at(mark_at), "s-target mark"))
    return tag("svg", *parts, class_="bar-line", width="100%", height=_BAR_HEIGHT, aria_hidden="true")


def floating_bar(start: float, end: float, cited: Cited, scale: Scale, role: str) -> Markup:
    """A bar between two values: a part of a change, where the part before it ended."""
    low, high = scale.span(end, start)
    mark = tag(
        "rect",
        x=_share(low),
        y=0,
        width=_share(max(high - low, 0.004)),
        height=_BAR_HEIGHT,
        class_=f"f-{role}",
        **sourced(cited),
    )
    line = _rule(scale.at(0.0), "s-grid")
    return tag("svg", line, mark, class_="bar-line", width="100%", height=_BAR_HEIGHT, aria_hidden="true")


def sourced(cited: Cited) -> dict[str, object]:
    """The attributes of a mark or of a label: what it holds, and where that stands; none for what is not known."""
    return {"data_source": cited.source, "data_value": raw(cited.value)} if cited.known else {}


def _share(part: float) -> str:
    return f"{part * 100:.2f}%"


def _rule(at: float, role: str) -> Markup:
    return tag("line", x1=_share(at), x2=_share(at), y1=0, y2=_BAR_HEIGHT, class_=role)
