"""How long the site takes to draw, at the size of today and at twenty times as many projects.

Processor seconds of every page and file of the site but the datasets, from the tables of the demonstration: its
editions repeated before the first one, its projects copied under other ids.

    python -m benchmarks.site HOME [--projects 50 1000] [--editions 4 14]
"""

import argparse
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from assets.publication import site_tables
from assets.session import Session
from assets.site.rendering import site_files
from assets.site.tables import SiteTables
from warehouse.home.calendar import Edition
from warehouse.home.home import Home
from warehouse.home.state import read_state
from warehouse.home.store import RunStore

FIRST_COPY = 5000


def demonstration_tables(root: Path) -> SiteTables:
    """The tables of the site of a home."""
    home = Home(root)
    session = Session(read_state(home), RunStore(home.warehouse), ())
    (*_, latest) = session.editions(session.accepted_editions())
    return site_tables(session, latest, session.closings())


def grown(site: SiteTables, projects: int, editions: int) -> SiteTables:
    """The same tables with as many projects at each edition, and as many editions."""
    now = len(site["historique"].where(edition=site.edition.key))
    frames = {table: _copied(frame, max(1, round(projects / now))) for table, frame in site.frames.items()}
    older = [_earlier(site.editions[0], back) for back in range(editions - len(site.editions), 0, -1)]
    first = site.editions[0].key
    frames = {table: _repeated(frame, first, [one.key for one in older]) for table, frame in frames.items()}
    abouts = {one.key: replace(site.abouts[first], edition=one) for one in older}
    return replace(
        site,
        editions=(*older, *site.editions),
        frames=frames,
        abouts={**abouts, **site.abouts},
        findings={**{one.key: () for one in older}, **site.findings},
    )


def _earlier(edition: Edition, back: int) -> Edition:
    date = pd.Timestamp(edition.reference_date()) - pd.DateOffset(months=6 * back)
    return Edition(f"{date:%Y-%m}", edition.ordinal - back, None, None)


def _copied(frame: pd.DataFrame, times: int) -> pd.DataFrame:
    if "project_id" not in frame.columns or times == 1:
        return frame
    number = frame["project_id"].str.removeprefix("PGP-")
    copies = [
        frame.assign(project_id="PGP-" + (number.astype("Int64") + FIRST_COPY * rank).astype("str").str.zfill(4))
        for rank in range(1, times)
    ]
    return pd.concat([frame, *copies], ignore_index=True)


def _repeated(frame: pd.DataFrame, first: str, keys: list[str]) -> pd.DataFrame:
    if "edition" not in frame.columns:
        return frame
    rows = frame.loc[frame["edition"].eq(first)]
    return pd.concat([*(rows.assign(edition=key) for key in keys), frame], ignore_index=True)


def seconds(site: SiteTables) -> tuple[float, int, int]:
    """Processor seconds, how many files, how many bytes."""
    begun, count, size = time.process_time(), 0, 0
    for _, content in site_files(site):
        count += 1
        size += len(content)
    return time.process_time() - begun, count, size


def main() -> None:
    """Print what each size takes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path, help="a home of the demonstration")
    parser.add_argument("--projects", type=int, nargs="+", default=[50, 1000], help="projects at each edition")
    parser.add_argument("--editions", type=int, nargs="+", default=[14], help="editions")
    asked = parser.parse_args()
    site = demonstration_tables(asked.home)
    limits: Mapping[int, int] = {50: 15, 1000: 90}
    for projects in asked.projects:
        for editions in asked.editions:
            took, count, size = seconds(grown(site, projects, editions))
            at_most = f"(at most {limits[projects]})" if projects in limits else ""
            said = f"{took:6.1f} s {at_most} {count} files, {size / 1e6:.0f} MB"
            print(f"{projects:5} projects, {editions:2} editions: {said}")  # noqa: T201  # what is asked for


if __name__ == "__main__":
    main()
