"""The charts of the publication: what each draws and the table of the same data; `page.drawing` makes the SVG."""

import json
import textwrap
from typing import Any

import altair as alt
import pandas as pd

from assets.page.drawing import PALETTE, Chart, chart
from assets.page.tables import RATES, PublicationTables, Statistic, ministries_by_slippage, statistic
from assets.page.wording import RATE_HEADERS, RATE_TITLES, WITHHELD, DataTable, short_ministry
from warehouse.model import french
from warehouse.model.french import NBSP, UNKNOWN
from warehouse.model.terms import Vocabulary
from warehouse.model.vocabulary import COST_BAND_VOCABULARY, PHASES

_TARGET_DASH = [5, 4]
_LABEL_WIDTH = 48  # pixels that « 13,5 % » takes, with some air


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
    target = tables.figures()["target_pct"]
    target_ratio = None if pd.isna(target) else float(target) / 100
    now = [statistic(tables, tables.edition, rate) for rate in RATES]
    description = (
        f"Deux courbes, de {tables.editions[0].month_label()} à {tables.edition.month_label()}. À cette édition{NBSP}: "
        f"écart budgétaire moyen {french.percent(now[0].value)}, écart calendaire moyen {french.percent(now[1].value)}"
        + ("." if target_ratio is None else f", pour une cible de {french.short_percent(target_ratio)}.")
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


def _target_data(target: float, separator: str) -> pd.DataFrame:
    return pd.DataFrame({"value": [target], "label": [f"cible{separator}{french.short_percent(target)}"]})


def _history(data: pd.DataFrame, target: float | None, *, width: int, height: int, columns: int) -> Any:
    top = max(float(data["value"].max()), target or 0.0) * 1.18 or 0.1
    bottom = min(0.0, float(data["value"].min()) * 1.25)
    first, last = int(data["month"].min()), int(data["month"].max())
    # Room on both sides for the labels of the first and last points.
    margin = max((last - first) * 0.1, 1.0)
    domain = [first - margin, last + margin]
    panels = []
    for rate in RATES:
        points = data[data["rate"] == RATE_TITLES[rate]]
        if not points.empty:
            points = _labelled(points, width / (domain[1] - domain[0]))
        colour = PALETTE[rate]
        x = alt.X("month:Q", title=None, axis=_time_axis(points), scale=alt.Scale(domain=domain, nice=False))
        y = alt.Y("value:Q", title=None, scale=alt.Scale(domain=[bottom, top], nice=False), axis=_percent_axis())
        base = alt.Chart(points)
        layers: list[Any] = []
        if target is not None:
            rule = alt.Chart(_target_data(target, "\n"))
            layers.append(rule.mark_rule(color=PALETTE["target"], strokeDash=_TARGET_DASH).encode(y=y))
            told = rule.mark_text(color=PALETTE["target"], align="left", x=width + 7, dy=-5, lineBreak="\n")
            layers.append(told.encode(y=y, text="label:N"))
        layers += [
            base.mark_line(color=colour, strokeWidth=2.5).encode(x=x, y=y, detail="run:N"),
            base.mark_point(color=colour, fill=PALETTE["paper"], filled=False, size=52, strokeWidth=2.5, opacity=1)
            .encode(x=x, y=y)
            .transform_filter("!datum.last"),
            base.mark_point(color=colour, filled=True, size=120, opacity=1)
            .encode(x=x, y=y)
            .transform_filter("datum.last"),
        ]
        for below in (False, True):
            chosen = base.transform_filter(f"datum.below === {json.dumps(below)}").encode(x=x, y=y, text="label:N")
            style: dict[str, Any] = {"dy": 19 if below else -15, "fontWeight": 600, "baseline": "middle"}
            # A border of paper keeps a label readable where it meets a line.
            layers.append(chosen.mark_text(fill=PALETTE["paper"], stroke=PALETTE["paper"], strokeWidth=4, **style))
            layers.append(chosen.mark_text(color=PALETTE["ink"], **style))
        heading = alt.TitleParams(RATE_TITLES[rate], color=colour)
        panels.append(alt.layer(*layers).properties(width=width, height=height, title=heading))
    return alt.concat(*panels, columns=columns, spacing=46 if columns > 1 else 34)


def _time_axis(points: pd.DataFrame) -> alt.Axis:
    months = sorted(set(points["month"]))
    # A tick at each edition while labels have room, else at the years.
    if len(months) <= 6:
        names = {month: [french.short_month(month % 12 + 1), str(month // 12)] for month in months}
    else:
        names = {year * 12: [str(year)] for year in range(months[0] // 12 + 1, months[-1] // 12 + 1)}
    return alt.Axis(
        values=list(names),
        labelExpr=f"({json.dumps(names, ensure_ascii=False)})[datum.value]",
        labelOverlap="greedy",
        labelSeparation=10,
        grid=False,
        labelPadding=8,
    )


def _percent_axis() -> alt.Axis:
    return alt.Axis(format=".0%", tickCount=5, labelPadding=8, ticks=False, domain=False)


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
        wide=_distribution(pd.DataFrame(rows), width=140, wrapped_at=60),
        narrow=_distribution(pd.DataFrame(rows), width=100, wrapped_at=14),
        table=DataTable(title, (french.capitalised(by), "Projets", "Coût connu (M€)"), cells),
        half=True,
    )


def _distribution(data: pd.DataFrame, *, width: int, wrapped_at: int) -> Any:
    data = data.assign(
        row=[_wrapped(label, wrapped_at) for label in data["label"]],
        printed=[french.number(count) for count in data["count"]],
    )
    order = data["row"].tolist()
    wraps = any("\n" in row for row in order)
    y = alt.Y("row:N", sort=order, title=None, axis=None)
    names = _texts(data, "row", y, align="right", x=-10, color=PALETTE["muted"])
    panels = []
    for value, text, heading, role in (
        ("count", "printed", "Nombre de projets", "count"),
        ("cost", "told", "Coût connu (M€)", "amount"),
    ):
        top = float(data[value].max(skipna=True) or 0) * 1.3 or 1.0
        x = alt.X(f"{value}:Q", title=None, axis=None, scale=alt.Scale(domain=[0, top], nice=False))
        colour = alt.when("datum.absent").then(alt.value(PALETTE["absent"])).otherwise(alt.value(PALETTE[role]))
        base = alt.Chart(data)
        bars = base.mark_bar(height=16).encode(x=x, y=y, color=colour)
        told = (
            base.mark_text(align="left", dx=6, color=PALETTE["ink"], fontWeight=600)
            .transform_calculate(at=f"isValid(datum.{value}) ? datum.{value} : 0")
            .encode(x=alt.X("at:Q", axis=None), y=y, text=f"{text}:N")
        )
        title = alt.TitleParams(heading, color=PALETTE["muted"])
        layers = alt.layer(bars, told, *(names if value == "count" else []))
        panels.append(layers.properties(width=width, height={"step": 38 if wraps else 30}, title=title))
    return alt.hconcat(*panels, spacing=16)


def _texts(data: pd.DataFrame, field: str, y: alt.Y, *, above: int = 0, **style: Any) -> list[Any]:
    """Texts of one or several lines, centred on their row, or with their last line `above` it (in pixels)."""
    lines = data[field].str.count("\n") + 1
    height = 15
    layers = []
    for count in sorted(lines.unique()):
        rise = above + (count - 1) * (height if above else height / 2)
        mark = alt.Chart(data[lines == count]).mark_text(lineBreak="\n", lineHeight=height, dy=-rise, **style)
        layers.append(mark.encode(y=y, text=f"{field}:N"))
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
    target = tables.figures()["target_pct"]
    target_ratio = None if pd.isna(target) else float(target) / 100
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


def _dots(rows: list[dict[str, Any]], target: float | None, *, width: int, beside: bool) -> Any:
    """Two dots a ministry; its name beside the row, or above it where there is no room."""
    values = [float(one["value"]) for one in rows]
    low, high = min(0.0, *values), max(*values, target or 0.0)
    pad = (high - low) * 0.06 or 0.05
    x = alt.X(
        "value:Q",
        title=None,
        axis=_percent_axis(),
        scale=alt.Scale(domain=[low - pad, high + pad], nice=False),
    )
    names = [
        _wrapped(one["ministry"] if beside else f"{one['ministry']} ({one['known']})", 60 if beside else 44)
        for one in rows
    ]
    data = pd.DataFrame(rows).assign(row=names)
    y = alt.Y("row:N", sort=list(dict.fromkeys(names)), title=None, axis=None)
    once = data.drop_duplicates("row")
    base = alt.Chart(data)
    layers: list[Any] = []
    if low < 0:
        layers.append(alt.Chart(pd.DataFrame({"value": [0]})).mark_rule(color=PALETTE["muted"]).encode(x=x))
    if target is not None:
        rule = alt.Chart(_target_data(target, NBSP))
        layers.append(rule.mark_rule(color=PALETTE["target"], strokeDash=_TARGET_DASH).encode(x=x))
        layers.append(rule.mark_text(color=PALETTE["target"], y=-8).encode(x=x, text="label:N"))
    colours = alt.Scale(domain=[RATE_TITLES[rate] for rate in RATES], range=[PALETTE[rate] for rate in RATES])
    shapes = alt.Scale(domain=colours.domain, range=["circle", "diamond"])
    legend = alt.Legend(
        orient="top",
        title=None,
        columns=2 if beside else 1,
        symbolOpacity=1,
        direction="horizontal" if beside else "vertical",
    )
    layers += [
        base.mark_line(color=PALETTE["link"], strokeWidth=2).encode(x=x, y=y, detail="row:N"),
        base.mark_point(filled=True, size=95, opacity=1).encode(
            x=x,
            y=y,
            color=alt.Color("rate:N", scale=colours, legend=legend),
            shape=alt.Shape("rate:N", scale=shapes, legend=legend),
        ),
    ]
    if beside:
        layers += _texts(once, "row", y, align="right", x=-14, color=PALETTE["ink"])
        layers += _texts(once, "known", y, align="left", x=width + 14, color=PALETTE["muted"])
    else:
        halo = {"stroke": PALETTE["paper"], "strokeWidth": 4, "fill": PALETTE["paper"]}
        layers += _texts(once, "row", y, above=16, align="left", x=0, **halo)
        layers += _texts(once, "row", y, above=16, align="left", x=0, color=PALETTE["ink"])
    return alt.layer(*layers).properties(width=width, height={"step": 36 if beside else 64})
