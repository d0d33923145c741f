"""The interface of Dagster on a home, as an operator opens it, and what it is asked in GraphQL."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.work.instance import open_instance
from warehouse.home.home import Home

PROJECT = Path(__file__).parents[1]
ENDED = ("SUCCESS", "FAILURE", "CANCELED", "COMPLETED_SUCCESS", "COMPLETED_FAILED", "FAILED")
LAUNCH = """mutation ($run: ExecutionParams!) {
  launchRun(executionParams: $run) { ... on LaunchRunSuccess { run { runId } } }
}"""
STATUS = "query ($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"
BACKFILL = """mutation ($backfill: LaunchBackfillParams!) {
  launchPartitionBackfill(backfillParams: $backfill) {
    ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message }
  }
}"""
BACKFILL_STATUS = """query ($id: String!) {
  partitionBackfillOrError(backfillId: $id) { ... on PartitionBackfill { status } ... on PythonError { message } }
}"""
RUNS = "{ runsOrError { ... on Runs { results { jobName status } } } }"
PARTITIONS = """{ assetNodes { assetKey { path } partitionStats { numMaterialized } } }"""


def semester(edition: str) -> dict[str, Any]:
    """What `LAUNCH` asks to run an edition from end to end."""
    selector = {
        "repositoryLocationName": "panorama",
        "repositoryName": "__repository__",
        "jobName": "semester",
    }
    return {
        "selector": selector,
        "runConfigData": {},
        "executionMetadata": {"tags": [{"key": "dagster/partition", "value": edition}]},
    }


@contextlib.contextmanager
def interface(home: Path) -> Iterator[str]:
    """Open the interface on a home as the README says, webserver and daemon; its address."""
    with open_instance(Home(home)):
        pass
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("dg")), "dev", "-w", "workspace.yaml", "--port", str(port)]
    folders = {"PANORAMA_HOME": str(home), "DAGSTER_HOME": str(home / "dagster")}
    with (home / "dg.log").open("w", encoding="utf-8") as stream:
        process = subprocess.Popen(
            command, cwd=PROJECT, env=os.environ | folders, stdout=stream, stderr=stream, start_new_session=True
        )
        try:
            yield f"http://127.0.0.1:{port}/graphql"
        finally:
            os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def ask(address: str, query: str, **variables: object) -> Any:
    """Ask GraphQL, waiting for the server to be up."""
    request = urllib.request.Request(  # noqa: S310  # loopback
        address,
        json.dumps({"query": query, "variables": variables}).encode(),
        {"Content-Type": "application/json"},
    )
    deadline = time.monotonic() + 120
    while True:
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
                return json.load(answer)["data"]
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)


def waited(address: str, query: str, key: str, identifier: str) -> str:
    """The status that a run or a backfill ends with."""
    deadline = time.monotonic() + 300
    while (status := ask(address, query, id=identifier)[key]["status"]) not in ENDED:
        assert time.monotonic() < deadline, status
        time.sleep(0.5)
    return str(status)
