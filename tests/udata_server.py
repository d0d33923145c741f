"""Start the software of data.gouv.fr on loopback, by `../shared/tools/udata/launch.py`, for the tests of a file."""

import json
import os
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

PROJECT = Path(__file__).parents[1]
LAUNCHER = PROJECT.parent / "shared" / "tools" / "udata" / "launch.py"
PYTHON = PROJECT / ".tools" / "udata" / "bin" / "python"
START_SECONDS = 180


@dataclass(frozen=True)
class Udata:
    """A running platform: its address, and the keys of its users."""

    base_url: str
    keys: dict[str, str]

    def ask(self, method: str, path: str, *, key: str = "editor", **arguments: Any) -> Any:
        """Call the API as a person would, outside of what is tested."""
        answer = requests.request(
            method,
            f"{self.base_url}/api/1{path}",
            headers={"X-API-KEY": self.keys[key]},
            timeout=60,
            **arguments,
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def new_organization(self, *, key: str = "editor") -> str:
        """An organization of its own for a test, so that tests do not see each other's datasets."""
        name = f"Essai {uuid.uuid4().hex[:8]}"
        made = self.ask("POST", "/organizations/", key=key, json={"name": name, "description": "Essai"})
        return str(made["id"])

    def datasets(self, organization: str) -> list[dict[str, Any]]:
        """The datasets of an organization that are not deleted, with their resources."""
        page = self.ask("GET", f"/organizations/{organization}/datasets/?page_size=50")
        return [self.ask("GET", f"/datasets/{each['id']}/") for each in page["data"] if not each["deleted"]]

    def dataset(self, organization: str) -> dict[str, Any]:
        """The only dataset of an organization."""
        (found,) = self.datasets(organization)
        return found

    def content(self, latest: str) -> bytes:
        """What a reader gets at the permanent address of a resource."""
        answer = requests.get(latest, timeout=60)
        answer.raise_for_status()
        return answer.content


@contextmanager
def running_udata(folder: Path, *options: str) -> Iterator[Udata]:
    """Run the platform for the time of a block, with options of the launcher."""
    for needed in (LAUNCHER, PYTHON):
        if not needed.exists():
            pytest.skip(f"the software of data.gouv.fr is not there: {needed} (scripts/install-test-tools)")
    ready = folder / "ready.json"
    with (folder / "udata.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [str(PYTHON), str(LAUNCHER), "--port", "0", "--ready-file", str(ready), *options],
            cwd=folder,
            env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
            stdout=log,
            stderr=log,
        )
        try:
            info = _when_ready(process, ready, folder / "udata.log")
            yield Udata(info["base_url"], info["api_keys"])
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _when_ready(process: "subprocess.Popen[bytes]", ready: Path, log: Path) -> dict[str, Any]:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        if ready.exists():
            try:
                found: dict[str, Any] = json.loads(ready.read_text(encoding="utf-8"))
            except ValueError:  # being written
                found = {}
            if found and _answers(found["base_url"]):
                return found
        time.sleep(0.1)
    pytest.fail(f"udata did not start:\n{log.read_text(encoding='utf-8')[-2000:]}")


def _answers(base_url: str) -> bool:
    try:
        return requests.get(f"{base_url}/api/1/datasets/licenses/", timeout=30).ok
    except requests.ConnectionError:
        return False
