"""The code location: `build_definitions` is the only assembly."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from assets import (
    delivery,
    follow_up,
    forecast,
    history,
    open_data,
    projects,
    publication,
    quality,
    slippage,
    submissions,
)
from checks import dataset as dataset_checks
from checks import editions as edition_checks
from checks import projects as project_checks
from checks import submissions as submission_checks
from pipelines import automation
from pipelines.resources import DatabaseResource, HomeResource, SessionResource

DEFAULT_HOME = "panorama-home"
ASSETS = [
    submissions,
    projects,
    slippage,
    history,
    follow_up,
    forecast,
    quality,
    open_data,
    publication,
    delivery,
]
CHECKS = [submission_checks, project_checks, edition_checks, dataset_checks]


def home_folder() -> Path:
    """The folder of the home: `PANORAMA_HOME`, else `./panorama-home`."""
    return Path(os.environ.get("PANORAMA_HOME") or DEFAULT_HOME).absolute()


def build_definitions(
    *,
    home: Path | None = None,
    resources: Mapping[str, Any] | None = None,
    loggers: Mapping[str, Any] | None = None,
) -> dg.Definitions:
    """Assemble the code location.

    Args:
        home: folder of the home; the environment's when not given.
        resources: replace resources of the same name, for tests and other installations.
        loggers: where runs log; Dagster's console when not given.
    """
    home_resource = HomeResource(root=str(home or home_folder()))
    return dg.Definitions(
        assets=dg.load_assets_from_modules(ASSETS),
        asset_checks=dg.load_asset_checks_from_modules(CHECKS),
        jobs=[automation.semester, automation.validation, automation.export],
        schedules=[automation.after_cutoff, automation.after_approval],
        sensors=[automation.calendar_to_partitions, automation.submissions_arrive],
        resources={
            "home": home_resource,
            "session": SessionResource(home=home_resource),
            "database": DatabaseResource(home=home_resource),
            **(resources or {}),
        },
        # A process for each step costs ten seconds for a second of work, and could not hand tables on.
        executor=dg.in_process_executor,
        loggers=loggers,
    )


defs = build_definitions()
