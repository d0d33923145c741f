"""The export against a real platform that is read-only, and whose list of extensions has no Parquet."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from exports import EDITION, KEY_VARIABLE, files_of, plan, publish, write_files
from faulty_platform import faulty_platform
from udata_server import Udata, running_udata


@pytest.fixture(scope="module")
def udata(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Udata]:
    with running_udata(tmp_path_factory.mktemp("udata"), "--read-only") as platform:
        yield platform


@pytest.fixture
def home(tmp_path: Path) -> Path:
    write_files(tmp_path, EDITION, files_of(EDITION) | {"ecarts.parquet": b"PAR1", "dictionnaire.html": b"<html>"})
    return tmp_path


def test_a_read_only_platform_is_said_and_nothing_is_written(
    udata: Udata, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, udata.keys["editor"])
    organization = udata.new_organization(key="admin")
    with faulty_platform(udata.base_url) as proxy:
        said = publish(home, EDITION, proxy.url, organization)
        assert said.status == 3
        assert "lecture seule" in said.errors
        assert len(proxy.writes) == 1
    assert udata.datasets(organization) == []


def test_files_the_platform_does_not_admit_are_left_out_and_said(
    udata: Udata, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An administrator writes even then.
    monkeypatch.setenv(KEY_VARIABLE, udata.keys["admin"])
    organization = udata.new_organization(key="admin")
    planned = plan(home, EDITION, udata.base_url, organization)
    assert {each["file"]: each["why"] for each in planned["skipped"]} == {
        "dictionnaire.html": "la plateforme n'admet pas les fichiers « .html »",
        "ecarts.parquet": "la plateforme n'admet pas les fichiers « .parquet »",
    }
    said = publish(home, EDITION, udata.base_url, organization)
    assert said.status == 0, said.errors
    assert "écarté" in said.output
    (page,) = udata.ask("GET", f"/organizations/{organization}/datasets/", key="admin")["data"]
    dataset = udata.ask("GET", f"/datasets/{page['id']}/")
    assert len(dataset["resources"]) == 6
    assert dataset["quality"]["score"] == 1
    again = publish(home, EDITION, udata.base_url, organization)
    assert "Rien à écrire" in again.output
