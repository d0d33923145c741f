"""What ministries send: two editions of ten projects, some of them withheld in the later one."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
from typer.testing import CliRunner

from assets.reading.headers import layouts
from pipelines.cli import app

EARLIER, LATER = "2021-07", "2021-11"
COST, IDENTIFIER = "cout_actualise_meur", "identifiant_projet"
HEADERS = layouts(LATER)[0].first_headers()
FIELDS = (
    "name", "ministry", "interministerial", "phase", "start_date", "initial_end_date", "updated_end_date",
    "initial_cost_meur", "updated_cost_meur", "opinion", "deviation_reason", "deviation_comment", "withheld",
    "withheld_reason",
)  # fmt: skip
# Rows as they were last sent: name, ministry, initial and updated cost of both editions, comment.
SENT = (
    ("ALPHA", "Ministère de la Culture", 10.0, 11.5, 12.25, ""),
    ("BETA", "Ministère de la Culture", 20.0, 22.0, 31.74, "Coût en hausse de 9,74 M€, soit 31,74 M€"),
    ("GAMMA", "Ministère de la Culture", 30.0, 30.0, 35.5, ""),
    ("DELTA", "Ministère de la Culture", 26.0, 27.5, 33.1, ""),
    ("EPSILON", "Ministère de la Justice", 40.0, 44.0, 44.0, ""),
    ("ZETA", "Ministère de la Justice", 50.0, 57.0, 64.87, "Périmètre étendu : 64,87 millions d'euros"),
    ("ETA", "Ministère de la Justice", 70.0, 70.0, 71.0, ""),
    ("IOTA", "Ministère de la Culture", 20.0, None, 24.1, ""),
    ("THETA", "Ministère de la Culture", 22.0, None, 24.87, "0,02487 Md€"),
    ("KAPPA", "Ministère de la Culture", 25.0, None, 26.2, ""),
)
# Withheld in the later edition, in this order: two that were published before, one that is new.
WITHHELD = ("BETA", "ZETA", "THETA")
ENDS = pd.date_range("2021-01-01", "2025-12-01", freq="MS").strftime("%Y-%m-%d")


def rows_of(edition: str, withheld: set[str]) -> list[dict[str, object]]:
    """What the ministries send for an edition, sorted by cost; `withheld` are the projects that keep figures back."""
    rows = []
    for name, ministry, initial, before, now, comment in SENT:
        cost = before if edition == EARLIER else now
        if cost is None:
            continue
        held = edition == LATER and name in withheld
        row: dict[str, object] = {
            "name": name, "ministry": ministry, "interministerial": "Non", "phase": "Conception / Réalisation",
            "start_date": "2019-01-01", "initial_end_date": "2022-01-01", "updated_end_date": "2022-07-01",
            "initial_cost_meur": f"{initial:g}", "updated_cost_meur": f"{cost:g}", "opinion": "Favorable",
            "deviation_reason": "Évolution du périmètre", "deviation_comment": comment if edition == LATER else "",
            "withheld": "Oui" if held else "Non", "withheld_reason": "Appel d'offres en cours" if held else "",
        }  # fmt: skip
        rows.append(row)
    return sorted(rows, key=lambda row: float(str(row["updated_cost_meur"])))


def csv_text(rows: Sequence[Mapping[str, object]]) -> str:
    """The file a ministry sends."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([HEADERS[name] for name in FIELDS])
    writer.writerows([row[name] for name in FIELDS] for row in rows)
    return stream.getvalue()


def publish(home: Path, withheld: Sequence[str]) -> Path:
    """Publish both editions in a home, if they are not there yet."""
    if (home / "out" / LATER / "publication").is_dir():
        return home
    for edition in (EARLIER, LATER):
        rows = rows_of(edition, set(withheld))
        for ministry in sorted({str(row["ministry"]) for row in rows}):
            path = home / "inbox" / edition / f"{ministry.split()[-1].lower()}.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(csv_text([row for row in rows if row["ministry"] == ministry]), encoding="utf-8")
    said = CliRunner().invoke(app, ["backfill", f"{EARLIER}..{LATER}", "--home", str(home)])
    if said.exit_code:
        raise SystemExit(said.output)
    return home
