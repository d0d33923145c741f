"""What a careful person would write in an hour: the same kinds of files, from the same workbooks, with nothing checked.

The yardstick of `benchmarks.speed`: pandas and calamine read the submissions of every edition of a home, compute
slippage per project and per group, and write CSV, Parquet, JSON, XLSX, SQLite and a page.

    python -m benchmarks.bare_script HOME OUT
"""

import json
import sqlite3
import sys
from pathlib import Path

import pandas as pd
from python_calamine import CalamineWorkbook


def read_edition(folder: Path) -> pd.DataFrame:
    """The rows of every workbook of an inbox, under its headers."""
    frames = []
    for path in sorted(folder.glob("*.xlsx")):
        rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
        header = next(number for number, row in enumerate(rows) if sum(cell != "" for cell in row) > 3)
        frame = pd.DataFrame(rows[header + 1 :], columns=[str(cell).strip() for cell in rows[header]])
        frames.append(frame.loc[frame.ne("").any(axis=1)].assign(fichier=path.name))
    return pd.concat(frames, ignore_index=True).assign(edition=folder.name)


def columns_like(frame: pd.DataFrame, words: str) -> list[str]:
    """The columns whose header has a word."""
    return [name for name in frame.columns if words in name.casefold()]


def measured(projects: pd.DataFrame) -> pd.DataFrame:
    """Slippage of each project, in cost and in months."""
    costs = {name: pd.to_numeric(projects[name], errors="coerce") for name in columns_like(projects, "coût")}
    dates = {
        name: pd.to_datetime(projects[name], errors="coerce", format="mixed")
        for name in [*columns_like(projects, "fin "), *columns_like(projects, "début")]
    }
    typed = projects.assign(**costs, **dates)
    initial, updated = list(costs)[:2]
    return typed.assign(ecart=(typed[updated] - typed[initial]) / typed[initial])


def write(projects: pd.DataFrame, folder: Path) -> None:
    """Every kind of file, for the last edition and for all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    last = projects.loc[projects["edition"].eq(projects["edition"].max())]
    ministry = columns_like(projects, "ministère")[0]
    tables = {
        "panorama": last,
        "historique": projects,
        "indicateurs": last.groupby(ministry)["ecart"].describe().reset_index(),
        "evolution": projects.groupby(["edition", ministry])["ecart"].agg(["mean", "median", "size"]).reset_index(),
    }
    with sqlite3.connect(folder / "panorama.sqlite") as database:
        for name, table in tables.items():
            plain = table.astype(dict.fromkeys(table.select_dtypes("object").columns, "str"))
            plain.to_csv(folder / f"{name}.csv", index=False)
            plain.to_parquet(folder / f"{name}.parquet")
            plain.to_json(folder / f"{name}.json", orient="records", date_format="iso")
            plain.to_sql(name, database, if_exists="replace", index=False)
            plain.to_excel(folder / f"{name}.xlsx", index=False, engine="xlsxwriter")
    figures = {"projets": len(last), "ecart_moyen": float(last["ecart"].mean())}
    (folder / "chiffres_cles.json").write_text(json.dumps(figures), encoding="utf-8")
    (folder / "index.html").write_text(f"<h1>Panorama</h1>{last.to_html()}", encoding="utf-8")


def main() -> None:
    """Read a home, write a folder."""
    home, out = (Path(argument) for argument in sys.argv[1:3])
    editions = [read_edition(folder) for folder in sorted((home / "inbox").iterdir())]
    write(measured(pd.concat(editions, ignore_index=True)), out)


if __name__ == "__main__":
    main()
