"""What the tests of the export share: homes with files to publish, and the command that publishes them."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from homes import Said, panorama

from warehouse.home.calendar import Edition
from warehouse.home.home import Home

EDITION, NEXT = "2021-07", "2021-11"
KEY_VARIABLE = "DATA_GOUV_API_KEY"


def csv_of(*rows: str) -> bytes:
    """A small published table."""
    return ("identifiant,cout\n" + "".join(f"{row}\n" for row in rows)).encode()


def files_of(edition: str, content: bytes = csv_of("PGP-0001,12")) -> dict[str, bytes]:
    """The files of an edition: one that is archived, its schema, one that is only current, and a documentation."""
    return {
        f"panorama-{edition}.csv": content,
        f"panorama-{edition}.schema.json": b'{"fields": []}\n',
        "ecarts.csv": b"identifiant,ecart\n" + edition.encode() + b",0.1\n",
        "LISEZMOI.md": f"# Lisez-moi, {edition}\n".encode(),
    }


def write_files(home: Path, edition: str, files: Mapping[str, bytes]) -> Path:
    """Put the files of an edition where a run leaves them, in a home that is made if need be."""
    Home(home).create()
    folder = edition_folder(home, edition)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def edition_folder(home: Path, edition: str) -> Path:
    """Where a run leaves the files of an edition."""
    return Home(home).out(calendar_edition(home, edition), "open_data")


def calendar_edition(home: Path, edition: str) -> Edition:
    """An edition of the calendar of a home."""
    return Home(home).calendar().find(edition)


def arguments(edition: str, base_url: str, organization: str, *options: str) -> list[str]:
    """The words of the command."""
    return ["publish", edition, "--base-url", base_url, "--organization", organization, *options]


def publish(home: Path, edition: str, base_url: str, organization: str, *options: str) -> Said:
    """Publish, in this process."""
    return panorama(home, *arguments(edition, base_url, organization, "--apply", "--by", "Ada", *options))


def plan(home: Path, edition: str, base_url: str, organization: str, *options: str) -> dict[str, Any]:
    """The plan, in JSON."""
    said = panorama(home, *arguments(edition, base_url, organization, "--json", *options))
    assert said.status == 0, said.errors
    found: dict[str, Any] = json.loads(said.output)
    return found


def start_publishing(home: Path, edition: str, base_url: str, organization: str, key: str) -> "subprocess.Popen[bytes]":
    """Publish, in a process of its own, which a test may kill."""
    words = arguments(edition, base_url, organization, "--apply", "--by", "Ada", "--home", str(home))
    return subprocess.Popen(
        [sys.executable, "-m", "pipelines.cli", *words],
        env=os.environ | {KEY_VARIABLE: key},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
