"""The code location: what the interface shows, when it runs by itself, and that it makes the same bytes."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from editions import EDITIONS, ROWS, write_editions
from homes import clone, digests, done, panorama
from interface import BACKFILL, BACKFILL_STATUS, LAUNCH, PARTITIONS, RUNS, STATUS, ask, interface, semester, waited
from submissions import table_of, write_xlsx

from pipelines.automation import after_cutoff, calendar_to_partitions
from pipelines.definitions import build_definitions
from pipelines.work.instance import open_instance
from warehouse.archive.tables import TABLES
from warehouse.home.home import Home

PROJECT = Path(__file__).parents[2]
EDITION = "2021-11"
# Written by hand, so that a review sees the graph change: asset, then what it is made from.
GRAPH = {
    "raw_submissions": [],
    "submitted_rows": ["raw_submissions"],
    "accepted_cells": ["accepted_rows", "raw_submissions"],
    "accepted_rows": ["submitted_rows"],
    "core_projects": ["accepted_rows"],
    "out_slippage_projects": ["core_projects"],
    "out_slippage_groups": ["out_key_figures", "out_slippage_projects"],
    "out_movements": ["core_projects"],
    "out_changes": ["core_projects"],
    "out_leavers": ["core_projects", "out_slippage_projects"],
    "out_key_figures": ["core_projects", "out_movements"],
    "out_bridge": ["out_slippage_projects"],
    "out_headlines": ["out_slippage_groups", "out_slippage_projects"],
    "out_headline_changes": ["out_slippage_projects"],
    "out_official_figures": ["core_projects"],
    "out_causes": ["core_projects", "out_slippage_projects"],
    "out_watchlist": ["core_projects", "out_slippage_projects"],
    "out_ministry_brief": ["core_projects", "out_movements", "out_slippage_projects", "out_watchlist"],
    "out_targets": ["out_slippage_projects"],
    "out_target_projects": ["out_slippage_projects"],
    "out_retrospective": ["core_projects", "out_slippage_projects"],
    "out_scorecard": ["core_projects", "out_slippage_projects"],
    "out_baselines": ["core_projects"],
    "out_missions": ["core_projects"],
    "out_named_causes": ["core_projects"],
    "out_collection": ["core_projects"],
    "out_project_quality": ["accepted_rows", "core_projects"],
    "out_ministry_quality": ["core_projects", "out_collection", "out_project_quality"],
    "out_forecast_backtest": ["core_projects"],
    "out_forecast": ["core_projects", "out_forecast_backtest", "out_slippage_projects"],
    "core_corrections": [
        "core_projects", "out_baselines", "out_bridge", "out_causes", "out_changes", "out_collection", "out_forecast",
        "out_forecast_backtest", "out_headline_changes", "out_headlines", "out_key_figures", "out_leavers",
        "out_ministry_brief", "out_ministry_quality", "out_missions", "out_movements", "out_named_causes",
        "out_official_figures", "out_project_quality", "out_retrospective", "out_scorecard", "out_slippage_groups",
        "out_slippage_projects", "out_target_projects", "out_targets", "out_watchlist",
    ],
    "open_dataset": ["core_corrections"],
    "publication": ["open_dataset"],
    "site": ["publication"],
    "warehouse_database": ["core_corrections"],
    "data_gouv_export": ["open_dataset"],
}  # fmt: skip
CHECKS = {
    "submitted_rows": [
        "baselines_agree_with_ledger", "every_file_is_read", "every_value_is_readable", "figures_are_plausible",
        "nothing_received_is_lost", "projects_follow_their_past", "rows_conform_to_declaration",
        "rows_raise_no_warning", "rules_are_as_declared", "words_are_coherent",
    ],
    "core_projects": [
        "everyone_is_there", "identities_are_certain", "no_project_vanishes_unseen", "opinions_agree_with_register",
        "starts_do_not_move",
    ],
    "out_slippage_groups": ["figures_equal_published_ones", "headline_equals_rows", "nothing_withheld_is_computable"],
    "open_dataset": ["dataset_is_releasable", "open_dataset_equals_tables"],
}  # fmt: skip


NOT_TABLES = ("open_dataset", "publication", "site", "warehouse_database", "data_gouv_export")


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.Definitions]:
    # In an instance of their own: what they resolve to depends on the last one that was opened in the process.
    with dg.DagsterInstance.ephemeral():
        yield build_definitions(home=tmp_path_factory.mktemp("definitions"))


def specs(definitions: dg.Definitions) -> dict[str, dg.AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in definitions.resolve_all_asset_specs()}


def test_the_graph_is_the_one_reviewed(definitions: dg.Definitions) -> None:
    found = {
        name: sorted(dep.asset_key.to_user_string() for dep in spec.deps) for name, spec in specs(definitions).items()
    }
    assert found == GRAPH


def test_every_check_is_blocking_by_edition_and_described(definitions: dg.Definitions) -> None:
    checks = [spec for check in definitions.asset_checks or [] for spec in check.check_specs]
    found: dict[str, list[str]] = {}
    for spec in checks:
        found.setdefault(spec.asset_key.to_user_string(), []).append(spec.name)
        assert spec.blocking
        assert spec.description
        assert spec.partitions_def is not None
    assert {asset: sorted(names) for asset, names in found.items()} == CHECKS


def test_every_asset_says_what_it_is(definitions: dg.Definitions) -> None:
    for name, spec in specs(definitions).items():
        assert spec.description, name
        assert spec.group_name != "default", name
        assert spec.owners == ["team:panorama"]
        assert "python" in spec.kinds
        assert spec.partitions_def is not None
        assert (name in TABLES) == (name not in NOT_TABLES)
        if name in TABLES:
            schema = spec.metadata["dagster/column_schema"]
            assert [column.name for column in schema.columns] == TABLES[name].names()
            assert all(column.description for column in schema.columns)


def test_the_schedule_runs_the_latest_opened_edition_after_its_cutoff(tmp_path: Path) -> None:
    done(tmp_path, "init")
    done(tmp_path, "edition", "open", "2026-06", "--cutoff", "2026-07-15")
    home = Home(tmp_path)

    def evaluate(day: dt.datetime, instance: dg.DagsterInstance) -> Any:
        context = dg.build_schedule_context(instance=instance, scheduled_execution_time=day, resources={"home": home})
        return after_cutoff(context)

    with open_instance(home) as instance:
        before = evaluate(dt.datetime(2026, 7, 15, 4, tzinfo=dt.UTC), instance)
        after = evaluate(dt.datetime(2026, 7, 16, 4, tzinfo=dt.UTC), instance)
        again = evaluate(dt.datetime(2026, 7, 17, 4, tzinfo=dt.UTC), instance)
    assert isinstance(before, dg.SkipReason)
    assert (after.partition_key, after.run_key) == ("2026-06", again.run_key)


def test_an_opened_edition_becomes_a_partition(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with open_instance(home) as instance:
        context = dg.build_sensor_context(instance=instance, resources={"home": home})
        assert isinstance(calendar_to_partitions(context), dg.SkipReason)
        assert panorama(tmp_path, "edition", "open", "2026-06").status == 0
        result = calendar_to_partitions(context)
    assert isinstance(result, dg.SensorResult)
    (request,) = result.dynamic_partitions_requests or []
    assert request.partition_keys == ["2026-06"]


def test_telemetry_is_off(tmp_path: Path) -> None:
    with open_instance(Home(tmp_path)) as instance:
        assert not instance.telemetry_enabled
    assert "telemetry:\n  enabled: false\n" in (tmp_path / "dagster" / "dagster.yaml").read_text(encoding="utf-8")


def test_dagster_keeps_its_events_where_the_home_says(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.create()
    place = tmp_path / "elsewhere"
    (home.dagster / "dagster.yaml").write_text(f"storage:\n  sqlite:\n    base_dir: {place}\n")
    with open_instance(home) as instance:
        instance.report_engine_event("dit", run_id="run", job_name="job")
    assert (place / "history" / "runs" / "run.db").is_file()
    assert not (home.dagster / "history").exists()


def send_corrected(home: Path) -> None:
    """Put another figure in what was sent for the last edition."""
    first, *others = ROWS[EDITION]
    lines = [first | {"updated_cost_meur": 14.5}, *others]
    write_xlsx(home / "inbox" / EDITION / "culture.xlsx", table_of(lines))


def test_what_is_launched_from_the_interface_gives_the_bytes_of_the_command_line(
    backfilled: Path, tmp_path: Path
) -> None:
    home = write_editions(tmp_path / "interface")
    asked = [EDITIONS[2], EDITIONS[0], EDITIONS[1]]
    assets = [{"path": [name]} for name in GRAPH if name != "data_gouv_export"]
    with interface(home) as address:
        launched = ask(
            address, BACKFILL, backfill={"assetSelection": assets, "partitionNames": asked, "title": "Trois éditions"}
        )
        backfill = launched["launchPartitionBackfill"]["backfillId"]
        status = waited(address, BACKFILL_STATUS, "partitionBackfillOrError", backfill)
        runs = ask(address, RUNS)["runsOrError"]["results"]
        nodes = ask(address, PARTITIONS)["assetNodes"]
        assert status == "COMPLETED_SUCCESS", (home / "dg.log").read_text(encoding="utf-8")
        assert [run["status"] for run in runs] == ["SUCCESS"]
        made = {node["assetKey"]["path"][-1]: node["partitionStats"]["numMaterialized"] for node in nodes}
        assert made == {name: 0 if name == "data_gouv_export" else 3 for name in GRAPH}
        assert digests(home) == digests(backfilled)
        send_corrected(home)
        launched = ask(address, LAUNCH, run=semester(EDITION))
        status = waited(address, STATUS, "runOrError", launched["launchRun"]["run"]["runId"])
    assert status == "SUCCESS", (home / "dg.log").read_text(encoding="utf-8")
    other = clone(backfilled, tmp_path / "command-line")
    send_corrected(other)
    done(other, "run", EDITION)
    assert digests(home) == digests(other)
