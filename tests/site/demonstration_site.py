"""The site of the demonstration, what it is made of, read once, and a browser.

Every folder of tests loads these fixtures: what they need is imported by the tests that ask for them.
"""

# ruff: noqa: PLC0415

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from homes import Said

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from site_reading import Dataset

    from assets.site.tables import SiteTables


@pytest.fixture(scope="session")
def site(demonstration: tuple[Path, Said]) -> Path:
    """The folder of the site of the demonstration, to be read only."""
    return demonstration[0] / "out" / "site"


@pytest.fixture(scope="session")
def tables(demonstration: tuple[Path, Said]) -> "SiteTables":
    """What that site is made of."""
    from site_reading import tables_of

    return tables_of(demonstration[0])


@pytest.fixture(scope="session")
def dataset(site: Path) -> "Dataset":
    """The dataset of its last edition."""
    from site_reading import Dataset

    return Dataset(site / "2021-11" / "open_data")


@pytest.fixture(scope="module")
def browser() -> "Iterator[Browser]":
    """A Chromium."""
    from chromium import launched

    with launched() as one:
        yield one
