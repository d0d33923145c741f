"""The code location: `build_definitions` is the only assembly."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from assets import (
    data_gouv_export,
    disclosure,
    explanation,
    follow_up,
    forecast,
    history,
    open_data,
    projects,
    publication,
    slippage,
    submissions,
    warehouse_database,
)
from assets import quality as data_quality
from assets.collection import receiving as collection
from checks import collection as collection_check
from checks import rule_changes
from checks.released import agreement as release
from checks.rules import completeness, conformance, continuity, plausibility, reconciliation, trajectory
from checks.rules import disclosure as disclosure_check
from checks.rules import words as coherence
from pipelines import jobs, schedules, sensors
from pipelines.resources import DatabaseResource, HomeResource, ParquetIOManager, StoreResource

DEFAULT_HOME = "panorama-home"


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
    store = StoreResource(home=home_resource)
    return dg.Definitions(
        assets=dg.load_assets_from_modules(
            [
                submissions,
                collection,
                projects,
                slippage,
                data_quality,
                disclosure,
                explanation,
                follow_up,
                forecast,
                history,
                open_data,
                publication,
                warehouse_database,
                data_gouv_export,
            ]
        ),
        asset_checks=dg.load_asset_checks_from_modules(
            [
                collection_check,
                rule_changes,
                conformance,
                plausibility,
                coherence,
                continuity,
                trajectory,
                completeness,
                reconciliation,
                release,
                disclosure_check,
            ]
        ),
        jobs=[jobs.semester, jobs.validation, jobs.export],
        schedules=[schedules.after_cutoff, schedules.after_approval],
        sensors=[sensors.calendar_to_partitions, sensors.submissions_arrive],
        resources={
            "home": home_resource,
            "store": store,
            "database": DatabaseResource(home=home_resource),
            "io_manager": ParquetIOManager(store=store),
            **(resources or {}),
        },
        # A process for each step costs ten seconds for a second of work.
        executor=dg.in_process_executor,
        loggers=loggers,
    )


defs = build_definitions()
