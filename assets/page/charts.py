"""The charts of the publication: what each draws and the table of the same data; `page.drawing` makes the SVG."""

import json
import textwrap
from typing import Any

import pandas as pd

from assets.page.drawing import PALETTE, Chart, Spec, chart, field, layer
from assets.page.headline_wording import RATE_TITLES, target_said
from assets.page.tables import RATES, PublicationTables, Statistic, ministries_by_slippage, statistic
from assets.page.wording import RATE_HEADERS, WITHHELD, DataTable, short_ministry
from warehouse.model import french
from warehouse.model.french import NBSP, UNKNOWN
from warehouse.model.terms import Vocabulary
from warehouse.model.vocabulary import COST_BAND_VOCABULARY, PHASES

_TARGET_DASH = [5, 4]
_LABEL_WIDTH = 48  # pixels that « 13,5 % » takes, with some air
_LINE_HEIGHT = 15  # pixels
_PERCENT_AXIS = {"format": ".0%", "tickCount": 5, "labelPadding": 8, "ticks": False, "domain": False}


def all_charts(tables: PublicationTables) -> tuple[Chart, ...]:
    """The charts of an edition, in the order they are shown; those without data are left out."""
    drawn = [
        history_chart(tables),
        distribution_chart(tables, "cost_band", COST_BAND_VOCABULARY, "tranche de coût"),
        distribution_chart(tables, "phase", PHASES, "phase"),
        ministry_chart(tables),
    ]
    return tuple(one for one in drawn if one)


def history_chart(tables: PublicationTables) -> Chart | None:
    """The two mean slippages across editions, with the target; None when no edition has any."""
    rows = []
    lines: list[tuple[str, ...]] = []
    run = 0
    for position, edition in enumerate(tables.editions):
        # A line never crosses an edition the warehouse does not hold.
        run += position > 0 and edition.ordinal != tables.editions[position - 1].ordinal + 1
        stats = {rate: statistic(tables, edition, rate) for rate in RATES}
        lines.append((edition.month_label(), *(cell for stat in stats.values() for cell in _value_and_n(stat))))
        rows += [
            {
                "rate": RATE_TITLES[rate],
                "month": edition.reference_date().year * 12 + edition.reference_date().month - 1,
                "edition": edition.month_label(),
                "value": stat.value,
                "label": french.percent(stat.value),
                "run": run,
                "last": edition == tables.edition,
            }
            for rate, stat in stats.items()
            if stat.value is not None
        ]
    if not rows:
        return None
    data = pd.DataFrame(rows)
    target_ratio = tables.target_ratio()
    now = [statistic(tables, tables.edition, rate) for rate in RATES]
    description = (
        f"Deux courbes, de {tables.editions[0].month_label()} à {tables.edition.month_label()}. À cette édition{NBSP}: "
        f"écart budgétaire moyen {french.percent(now[0].value)}, écart calendaire moyen {french.percent(now[1].value)}"
        + ("." if target_ratio is None else f", pour une cible de {target_said(tables.figures())}.")
    )
    title = "Écarts moyens d’une édition à l’autre"
    return chart(
        "evolution",
        title,
        description,
        wide=_history(data, target_ratio, width=340, height=240, columns=2),
        narrow=_history(data, target_ratio, width=228, height=180, columns=1),
        table=DataTable(title, ("Édition", *RATE_HEADERS), tuple(lines)),
    )


def _value_and_n(stat: Statistic) -> tuple[str, str]:
    return french.percent(stat.value), f"{stat.n}{NBSP}/{NBSP}{stat.n_projects}"


def _labelled(points: pd.DataFrame, per_month: float) -> pd.DataFrame:
    """Choose which points of a line carry a label, and on which side; `per_month` is in pixels."""
    values = points["value"]
    before, after = (values.groupby(points["run"]).shift(step) for step in (1, -1))
    around = (before.fillna(after) + after.fillna(before)) / 2
    # The label goes to the side the line does not come from, unless the axis is there.
    below = (values < around) & (values > values.max() * 0.12)
    labels = pd.Series("", index=points.index)
    placed: list[float] = []
    for index in dict.fromkeys([points.index[-1], values.idxmax(), points.index[0], *reversed(points.index)]):
        at = points.loc[index, "month"] * per_month
        if all(abs(at - other) >= _LABEL_WIDTH for other in placed):
            placed.append(at)
            labels[index] = points.loc[index, "label"]
    return points.assign(label=labels, below=below)


def _target_rows(target: float, separator: str) -> list[Spec]:
    return [{"value": target, "label": f"cible{separator}{french.short_percent(target)}"}]


def _history(data: pd.DataFrame, target: float | None, *, width: int, height: int, columns: int) -> Spec:
    top = max(float(data["value"].max()), target or 0.0) * 1.18 or 0.1
    bottom = min(0.0, float(data["value"].min()) * 1.25)
    first, last = int(data["month"].min()), int(data["month"].max())
    # Room on both sides for the labels of the first and last points.
    margin = max((last - first) * 0.1, 1.0)
    domain = [first - margin, last + margin]
    y = field("value", "quantitative", scale={"domain": [bottom, top], "nice": False}, axis=_PERCENT_AXIS)
    panels = []
    for rate in RATES:
        points = data[data["rate"] == RATE_TITLES[rate]]
        if not points.empty:
            points = _labelled(points, width / (domain[1] - domain[0]))
        scale = {"domain": domain, "nice": False}
        x = field("month", "quantitative", axis=_time_axis(points), scale=scale)
        layers = [] if target is None else _history_target(target, y, width)
        layers += _history_line(points.to_dict("records"), PALETTE[rate], x=x, y=y)
        heading = {"text": RATE_TITLES[rate], "color": PALETTE[rate]}
        panels.append({"layer": layers, "width": width, "height": height, "title": heading})
    return {"concat": panels, "columns": columns, "spacing": 46 if columns > 1 else 34}


def _history_target(target: float, y: Spec, width: int) -> list[Spec]:
    rows, colour = _target_rows(target, "\n"), PALETTE["target"]
    told = {"type": "text", "color": colour, "align": "left", "x": width + 7, "dy": -5, "lineBreak": "\n"}
    return [
        layer(rows, {"type": "rule", "color": colour, "strokeDash": _TARGET_DASH}, y=y),
        layer(rows, told, text=field("label"), y=y),
    ]


def _history_line(rows: list[Any], colour: str, **place: Spec) -> list[Spec]:
    """A line with a hollow point an edition, a full one for the last, and the labels that have room."""
    point = {"type": "point", "opacity": 1, "color": colour}
    hollow = point | {"fill": PALETTE["paper"], "filled": False, "size": 52, "strokeWidth": 2.5}
    layers = [
        layer(rows, {"type": "line", "color": colour, "strokeWidth": 2.5}, detail=field("run"), **place),
        layer(rows, hollow, transform={"filter": "!datum.last"}, **place),
        layer(rows, point | {"filled": True, "size": 120}, transform={"filter": "datum.last"}, **place),
    ]
    for below in (False, True):
        style = {"type": "text", "dy": 19 if below else -15, "fontWeight": 600, "baseline": "middle"}
        # A border of paper keeps a label readable where it meets a line.
        border = {"fill": PALETTE["paper"], "stroke": PALETTE["paper"], "strokeWidth": 4}
        chosen = {"filter": f"datum.below === {json.dumps(below)}"}
        layers += [
            layer(rows, style | look, transform=chosen, text=field("label"), **place)
            for look in (border, {"color": PALETTE["ink"]})
        ]
    return layers


def _time_axis(points: pd.DataFrame) -> Spec:
    months = sorted(set(points["month"]))
    # A tick at each edition while labels have room, else at the years.
    if len(months) <= 6:
        names = {month: [french.short_month(month % 12 + 1), str(month // 12)] for month in months}
    else:
        names = {year * 12: [str(year)] for year in range(months[0] // 12 + 1, months[-1] // 12 + 1)}
    return {
        "values": list(names),
        "labelExpr": f"({json.dumps(names, ensure_ascii=False)})[datum.value]",
        "labelOverlap": "greedy",
        "labelSeparation": 10,
        "grid": False,
        "labelPadding": 8,
    }


def distribution_chart(tables: PublicationTables, column: str, vocabulary: Vocabulary, by: str) -> Chart | None:
    """How many projects, and for how much, in each term of a closed list; None when there is no project."""
    projects = tables.projects
    if projects.empty:
        return None
    withheld = projects["cost_withheld"]
    codes = projects[column].where(projects[column].notna(), "unknown")
    if column == "cost_band":
        # A cost band is a figure: that of a withheld project is told as such, not as unknown.
        codes = codes.mask(withheld, "withheld")
    labels = [(term.code, french.capitalised(term.label)) for term in vocabulary.terms]
    terms = {code for code, _ in labels}
    labels += [("withheld", french.capitalised(WITHHELD)), ("unknown", UNKNOWN)]
    rows: list[dict[str, Any]] = []
    for code, label in labels:
        chosen = projects[codes == code]
        costs = chosen["updated_cost_meur"].dropna()
        if code in ("withheld", "unknown") and chosen.empty:
            continue
        total = float(costs.sum()) if len(costs) else None
        empty = "–" if chosen.empty else WITHHELD if code == "withheld" else UNKNOWN
        told = empty if total is None else french.number(total, 1)
        rows.append({"label": label, "count": len(chosen), "cost": total, "told": told, "absent": code not in terms})
    largest = max(rows, key=lambda row: int(row["count"]))
    title = f"Projets par {by}"
    description = (
        f"Barres horizontales{NBSP}: nombre de projets et coût complet connu par {by}. La plus fréquente est "
        f"«{NBSP}{largest['label']}{NBSP}», avec {french.counted(int(largest['count']), 'projet')}."
    )
    cells = tuple((r["label"], french.number(r["count"]), r["told"]) for r in rows)
    return chart(
        column.replace("_", "-"),
        title,
        description,
        wide=_distribution(rows, width=140, wrapped_at=60),
        narrow=_distribution(rows, width=100, wrapped_at=14),
        table=DataTable(title, (french.capitalised(by), "Projets", "Coût connu (M€)"), cells),
        half=True,
    )


def _distribution(rows: list[Spec], *, width: int, wrapped_at: int) -> Spec:
    rows = [row | {"row": _wrapped(row["label"], wrapped_at), "printed": french.number(row["count"])} for row in rows]
    order = [row["row"] for row in rows]
    y = field("row", sort=order, axis=None)
    names = _texts(rows, "row", y, align="right", x=-10, color=PALETTE["muted"])
    panels = []
    for value, text, heading, role in (
        ("count", "printed", "Nombre de projets", "count"),
        ("cost", "told", "Coût connu (M€)", "amount"),
    ):
        top = max((float(row[value]) for row in rows if row[value] is not None), default=0.0) * 1.3 or 1.0
        x = field(value, "quantitative", axis=None, scale={"domain": [0, top], "nice": False})
        absent = [{"test": "datum.absent", "value": PALETTE["absent"]}]
        colour = {"condition": absent, "value": PALETTE[role]}
        layers = [
            layer(rows, {"type": "bar", "height": 16}, color=colour, x=x, y=y),
            layer(
                rows,
                {"type": "text", "align": "left", "dx": 6, "color": PALETTE["ink"], "fontWeight": 600},
                transform={"calculate": f"isValid(datum.{value}) ? datum.{value} : 0", "as": "at"},
                text=field(text),
                x={"field": "at", "type": "quantitative", "axis": None},
                y=y,
            ),
            *(names if value == "count" else []),
        ]
        step = 38 if any("\n" in row for row in order) else 30
        title = {"text": heading, "color": PALETTE["muted"]}
        panels.append({"layer": layers, "width": width, "height": {"step": step}, "title": title})
    return {"hconcat": panels, "spacing": 16}


def _texts(rows: list[Spec], name: str, y: Spec, *, above: int = 0, **style: Any) -> list[Spec]:
    """Texts of one or several lines, centred on their row, or with their last line `above` it (in pixels)."""
    by_lines: dict[int, list[Spec]] = {}
    for row in rows:
        by_lines.setdefault(row[name].count("\n") + 1, []).append(row)
    layers = []
    for count, same in sorted(by_lines.items()):
        rise = above + (count - 1) * (_LINE_HEIGHT if above else _LINE_HEIGHT / 2)
        mark = {"type": "text", "lineBreak": "\n", "lineHeight": _LINE_HEIGHT, "dy": -rise, **style}
        layers.append(layer(same, mark, text=field(name), y=y))
    return layers


def _wrapped(text: str, width: int) -> str:
    return "\n".join(textwrap.wrap(text, width, break_long_words=False))


def ministry_chart(tables: PublicationTables) -> Chart | None:
    """The two mean slippages of each ministry, the largest first; None when no slippage is known."""
    rows: list[dict[str, Any]] = []
    lines, drawn, budgeted = [], 0, []
    for code in ministries_by_slippage(tables):
        stats = {rate: statistic(tables, tables.edition, rate, ministry=code) for rate in RATES}
        label = short_ministry(code)
        lines.append((label, *(cell for stat in stats.values() for cell in _value_and_n(stat))))
        if all(stat.value is None for stat in stats.values()):
            continue
        known = " et ".join(dict.fromkeys(str(stat.n) for stat in stats.values())).replace(" ", NBSP)
        drawn += 1
        budgeted += [label] if stats["budget"].value is not None else []
        rows += [
            {
                "ministry": label,
                "known": f"n{NBSP}={NBSP}{known}",
                "rate": RATE_TITLES[rate],
                "value": stat.value,
            }
            for rate, stat in stats.items()
            if stat.value is not None
        ]
    if not rows:
        return None
    target_ratio = tables.target_ratio()
    title = "Écarts moyens par ministère"
    sorted_by = (
        f", du plus grand écart budgétaire ({budgeted[0]}) au plus petit ({budgeted[-1]})" if len(budgeted) > 1 else ""
    )
    description = (
        f"Points{NBSP}: écarts budgétaire et calendaire moyens de {french.counted(drawn, 'ministère')}{sorted_by}. "
        f"n est le nombre d’écarts connus, budgétaires et calendaires quand ils diffèrent."
    )
    return chart(
        "ministeres",
        title,
        description,
        wide=_dots(rows, target_ratio, width=430, beside=True),
        narrow=_dots(rows, target_ratio, width=280, beside=False),
        table=DataTable(title, ("Ministère", *RATE_HEADERS), tuple(lines)),
    )


def _dots(rows: list[Spec], target: float | None, *, width: int, beside: bool) -> Spec:
    """Two dots a ministry; its name beside the row, or above it where there is no room."""
    values = [float(one["value"]) for one in rows]
    low, high = min(0.0, *values), max(*values, target or 0.0)
    pad = (high - low) * 0.06 or 0.05
    x = field("value", "quantitative", axis=_PERCENT_AXIS, scale={"domain": [low - pad, high + pad], "nice": False})
    rows = [
        one
        | {"row": _wrapped(one["ministry"] if beside else f"{one['ministry']} ({one['known']})", 60 if beside else 44)}
        for one in rows
    ]
    once = {one["row"]: one for one in reversed(rows)}
    names = list(dict.fromkeys(one["row"] for one in rows))
    y = field("row", sort=names, axis=None)
    layers: list[Spec] = []
    if low < 0:
        layers.append(layer([{"value": 0}], {"type": "rule", "color": PALETTE["muted"]}, x=x))
    if target is not None:
        rule = {"type": "rule", "color": PALETTE["target"], "strokeDash": _TARGET_DASH}
        layers.append(layer(_target_rows(target, NBSP), rule, x=x))
        told = {"type": "text", "color": PALETTE["target"], "y": -8}
        layers.append(layer(_target_rows(target, NBSP), told, text=field("label"), x=x))
    layers += [
        layer(rows, {"type": "line", "color": PALETTE["link"], "strokeWidth": 2}, detail=field("row"), x=x, y=y),
        layer(rows, {"type": "point", "filled": True, "size": 95, "opacity": 1}, **_rate_marks(beside), x=x, y=y),
    ]
    labels = [once[name] for name in names]
    if beside:
        layers += _texts(labels, "row", y, align="right", x=-14, color=PALETTE["ink"])
        layers += _texts(labels, "known", y, align="left", x=width + 14, color=PALETTE["muted"])
    else:
        halo = {"stroke": PALETTE["paper"], "strokeWidth": 4, "fill": PALETTE["paper"]}
        layers += _texts(labels, "row", y, above=16, align="left", x=0, **halo)
        layers += _texts(labels, "row", y, above=16, align="left", x=0, color=PALETTE["ink"])
    return {"layer": layers, "width": width, "height": {"step": 36 if beside else 64}}


def _rate_marks(beside: bool) -> dict[str, Spec]:
    """A colour and a shape for each rate, with one legend."""
    legend = {
        "orient": "top",
        "title": None,
        "columns": 2 if beside else 1,
        "symbolOpacity": 1,
        "direction": "horizontal" if beside else "vertical",
    }
    domain = [RATE_TITLES[rate] for rate in RATES]
    ranges = {"color": [PALETTE[rate] for rate in RATES], "shape": ["circle", "diamond"]}
    return {
        channel: {"field": "rate", "type": "nominal", "scale": {"domain": domain, "range": marks}, "legend": legend}
        for channel, marks in ranges.items()
    }
