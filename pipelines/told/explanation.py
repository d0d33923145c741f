"""Why a headline moved between two editions: the bridge, the perimeters, and what forecasts were worth."""

from typing import Any

import pandas as pd
from rich.console import Console

from pipelines.told.summary import require_computed
from warehouse.archive.tables import OUT_FORECAST_BACKTEST, OUT_HEADLINES, OUT_SLIPPAGE_GROUPS, OUT_SLIPPAGE_PROJECTS
from warehouse.archive.versions import first_known
from warehouse.home.calendar import Edition
from warehouse.home.home import Home
from warehouse.home.state import read_state
from warehouse.home.store import ParquetStore
from warehouse.model.errors import ConfigurationError
from warehouse.model.frames import plain_records
from warehouse.model.french import counted, number, points, visible
from warehouse.model.vocabulary import BRIDGE_COMPONENTS, FORECAST_HORIZONS, PERIMETERS
from warehouse.model.vocabulary import RATES as RATE_LABELS
from warehouse.slippage.bridge import POINTS, RATES, bridge, waterfall
from warehouse.slippage.headlines import headline, with_headlines_only

SHOWN_PROJECTS = 5
MEAN = "mean_of_ratios"


def explain(home: Home, first: Edition, last: Edition) -> dict[str, Any]:
    """Gather what explains the headlines of `last` since `first`, as plain data.

    Returns:
        `first`, `last`; for each rate, both means as they are known now, what was first published of the former where
        it was corrected since, the change, the points of each component and of each project;
        `perimeters`: for each edition from `first` to `last`, the mean over each perimeter; `backtest`: the lines of
        the forecast's back-test at `last`.

    Raises:
        ConfigurationError: either edition was never computed, or they are in the wrong order.
    """
    if last <= first:
        raise ConfigurationError(f"« {first.key}..{last.key} » : attendu deux éditions dans l'ordre du calendrier.")
    store = ParquetStore(home.warehouse)
    for edition in (first, last):
        require_computed(store, OUT_SLIPPAGE_PROJECTS, edition)
    after, before = (store.read(OUT_SLIPPAGE_PROJECTS, edition.key) for edition in (last, first))
    corrected = first_known(read_state(home), first.key)
    bridged = bridge(after, before, corrected)
    lines = bridged.loc[bridged["edition"].ne(bridged["reference_edition"])]
    found: dict[str, Any] = {"first": first.key, "last": last.key}
    for rate in RATES:
        of_rate = lines.loc[lines["rate"].eq(rate)]
        then, now = headline(before, rate), headline(after, rate)
        published = None if corrected is None else headline(corrected, rate)
        found[f"{rate}_slippage"] = {
            "before_pct": None if then is None else then * POINTS,
            "published_before_pct": None if published in (None, then) else published * POINTS,
            "after_pct": None if now is None else now * POINTS,
            "change_pts": None if then is None or now is None else (now - then) * POINTS,
            "components_pts": dict(waterfall(of_rate)),
            "projects": plain_records(
                of_rate.assign(weight=of_rate["contribution_pts"].abs())
                .sort_values(["weight", "project_id"], ascending=[False, True])
                .loc[:, ["project_id", "name", "component", "before_ratio", "after_ratio", "contribution_pts"]]
            ),
        }
    keys = [key for key in store.editions(OUT_SLIPPAGE_GROUPS) if first.key <= key <= last.key]
    found["perimeters"] = {key: _perimeters(_stated(store, key)) for key in keys}
    has_backtest = store.has(OUT_FORECAST_BACKTEST, last.key)
    found["backtest"] = plain_records(store.read(OUT_FORECAST_BACKTEST, last.key)) if has_backtest else []
    return found


def _stated(store: ParquetStore, edition: str) -> pd.DataFrame:
    return with_headlines_only(store.read(OUT_SLIPPAGE_GROUPS, edition), store.read(OUT_HEADLINES, edition))


def _perimeters(groups: pd.DataFrame) -> dict[str, dict[str, dict[str, Any]]]:
    means = groups.loc[groups["dimension"].eq("portfolio") & groups["method"].eq(MEAN)]
    return {
        str(rate): {
            str(line["perimeter"]): {
                "mean_of_ratios_pct": None if pd.isna(line["value_ratio"]) else line["value_ratio"] * POINTS,
                "low_pct": None if pd.isna(line["low_ratio"]) else line["low_ratio"] * POINTS,
                "high_pct": None if pd.isna(line["high_ratio"]) else line["high_ratio"] * POINTS,
                "n": int(line["n"]),
            }
            for line in of_rate.to_dict("records")
        }
        for rate, of_rate in means.groupby("rate")
    }


def _print_backtest(backtest: list[dict[str, Any]], console: Console) -> None:
    if backtest:
        console.print("Épreuve des prévisions : ce qu'elles auraient valu", style="bold")
    horizons = FORECAST_HORIZONS.codes()
    for line in sorted(backtest, key=lambda line: (line["rate"], horizons.index(line["horizon"]))):
        console.print(f"  {line['sentence']}")


def print_explanation(found: dict[str, Any], console: Console) -> None:
    """Tell a person: the waterfall of each rate with its largest parts, then the perimeters, then the back-test."""
    for rate in RATES:
        part = found[f"{rate}_slippage"]
        title = f"{RATE_LABELS.label(rate)}, de {found['first']} à {found['last']}"
        if part["change_pts"] is None:
            console.print(f"{title} : inconnu à l'une des deux éditions", style="bold")
            continue
        console.print(
            f"{title} : {number(part['before_pct'], 1)} % → {number(part['after_pct'], 1)} %, "
            f"{points(part['change_pts'] / POINTS)}",
            style="bold",
        )
        if part["published_before_pct"] is not None:
            console.print(
                f"  {found['first']} corrigé depuis sa publication : {number(part['published_before_pct'], 1)} % → "
                f"{number(part['before_pct'], 1)} %"
            )
        for component, value in part["components_pts"].items():
            members = [line for line in part["projects"] if line["component"] == component]
            if members:
                console.print(f"  {BRIDGE_COMPONENTS.label(component)} : {points(value / POINTS)}")
                for line in members[:SHOWN_PROJECTS]:
                    weight = points(line["contribution_pts"] / POINTS)
                    console.print(f"    {weight}  {line['project_id']} {visible(line['name'])}")
                if len(members) > SHOWN_PROJECTS:
                    console.print(f"    et {counted(len(members) - SHOWN_PROJECTS, 'autre')}")
    _print_perimeters(found["perimeters"], console)
    _print_backtest(found["backtest"], console)


def _print_perimeters(perimeters: dict[str, Any], console: Console) -> None:
    for rate in RATES:
        console.print(f"{RATE_LABELS.label(rate)} moyen selon le périmètre", style="bold")
        for edition, means in perimeters.items():
            told = [
                f"{PERIMETERS.label(name).lower()} {number(mean['mean_of_ratios_pct'], 1)} % (n = {mean['n']})"
                for name in PERIMETERS.codes()
                if (mean := means.get(rate, {}).get(name)) and mean["mean_of_ratios_pct"] is not None
            ]
            console.print(f"  {edition} : {' ; '.join(told) or 'inconnu'}")
