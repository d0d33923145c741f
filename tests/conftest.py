"""What every test shares: the real editions read in place, and the rule that CI skips nothing."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

REAL_DATA = Path(__file__).parents[2] / "shared" / "data"

# Examples are whole frames: fewer of them, and no deadline, since speed is for the benchmarks.
settings.register_profile("frames", max_examples=30, deadline=None)
settings.load_profile("frames")


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of the real published editions, beside the project."""
    if not REAL_DATA.is_dir():
        pytest.skip(f"the real editions are not there: {REAL_DATA}")
    return REAL_DATA


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Fail what was skipped in continuous integration, where everything a test needs is installed."""
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, but nothing may be skipped when CI=true: {report.longrepr}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    _refuse_skip(report)
    return report
