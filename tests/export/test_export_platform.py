"""The export against the real software of data.gouv.fr: from a first publication to what goes wrong on the way."""

import csv
import datetime as dt
import hashlib
import os
import signal
import subprocess
import time
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from exports import (
    EDITION,
    KEY_VARIABLE,
    NEXT,
    csv_of,
    edition_folder,
    files_of,
    plan,
    publish,
    start_publishing,
    write_files,
)
from faulty_platform import (
    BAD_GATEWAY,
    CUT_ANSWER,
    FAILED_AFTER,
    HTML,
    LOST_ANSWER,
    LOST_REQUEST,
    UNAVAILABLE,
    Fault,
    FaultyPlatform,
    faulty_platform,
    free_port,
    too_many,
)
from homes import Said, clone, digests, panorama
from udata_server import Udata, running_udata

from pipelines.automation import after_approval
from pipelines.definitions import build_definitions
from pipelines.work.instance import open_instance
from warehouse.home.home import Home

# What the four files of an edition make, in the order a reader sees.
FIRST = [
    ("courant/panorama.csv", "Grands projets, dernière édition (CSV)", "panorama-courant.csv"),
    ("courant/ecarts.csv", "Écarts par projet, par taux et par point de comparaison (CSV)", "ecarts.csv"),
    ("courant/LISEZMOI.md", "Lisez-moi (Markdown)", "lisezmoi.txt"),
    ("courant/panorama.schema.json", "Schéma : Grands projets, dernière édition", "panorama-courant.schema.json"),
]
ARCHIVE = [
    ("{}/panorama.csv", "Grands projets, {} (CSV)", "panorama-{}.csv"),
    ("{}/panorama.schema.json", "Schéma : Grands projets, {}", "panorama-{}.schema.json"),
]
ALL_NAMES = ("panorama.csv", "ecarts.csv", "LISEZMOI.md", "panorama.schema.json")
MONTHS = {EDITION: "juillet 2021", NEXT: "novembre 2021"}
# One creation, an upload and a description for each of six resources, the order, the publication.
FIRST_WRITES = 1 + 2 * 6 + 1 + 1
# Four files replaced but the schema, which is the same, all described; two archives; the order and the metadata.
NEXT_WRITES = (2 * 3 + 1) + 2 * 2 + 1 + 1


@pytest.fixture(scope="module")
def udata(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Udata]:
    with running_udata(tmp_path_factory.mktemp("udata"), "--allow-ext", "parquet") as platform:
        yield platform


@pytest.fixture
def proxy(udata: Udata) -> Iterator[FaultyPlatform]:
    with faulty_platform(udata.base_url) as platform:
        yield platform


@pytest.fixture
def organization(udata: Udata) -> str:
    return udata.new_organization()


@pytest.fixture
def home(udata: Udata, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(KEY_VARIABLE, udata.keys["editor"])
    write_files(tmp_path, EDITION, files_of(EDITION))
    write_files(tmp_path, NEXT, files_of(NEXT, csv_of("PGP-0001,13", "PGP-0002,7")))
    return tmp_path


def expected(*archives: str, names: Collection[str] = ALL_NAMES) -> list[tuple[str, str, str]]:
    """The mark, title and file name of each resource, in order, for the files of these names."""
    archived = [
        (key.format(each), title.format(MONTHS[each]), name.format(each))
        for each in archives
        for key, title, name in ARCHIVE
    ]
    return [one for one in FIRST + archived if one[0].partition("/")[2] in names]


def keys_of(dataset: dict[str, Any]) -> dict[str, str]:
    """The id of each resource, by its mark."""
    return {each["extras"]["panorama:key"]: each["id"] for each in dataset["resources"]}


def assert_is_published(
    udata: Udata, home: Path, organization: str, edition: str, *archives: str, names: Collection[str] = ALL_NAMES
) -> dict[str, Any]:
    """One dataset, the right resources in order, their titles and content, public, and the best score."""
    dataset = udata.dataset(organization)
    resources = dataset["resources"]
    assert [(each["extras"]["panorama:key"], each["title"], each["url"].rsplit("/", 1)[1]) for each in resources] == (
        expected(*archives, names=names)
    )
    for each in resources:
        line, _, name = each["extras"]["panorama:key"].partition("/")
        source = edition_folder(home, edition if line == "courant" else line)
        stem, _, extension = name.partition(".")
        candidates = [source / name, source / f"{stem}-{edition if line == 'courant' else line}.{extension}"]
        (path,) = [candidate for candidate in candidates if candidate.exists()]
        assert udata.content(each["latest"]) == path.read_bytes(), name
        assert each["extras"]["panorama:sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert dataset["private"] is False
    assert dataset["quality"]["score"] == 1
    assert sum(value is True for value in dataset["quality"].values()) >= 9
    assert dataset["temporal_coverage"]["end"].startswith(max(archives))
    return dataset


def ledger(home: Path, name: str) -> list[dict[str, str]]:
    with (home / "registers" / f"{name}.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def succeeded(said: Said) -> None:
    assert said.status == 0, said.errors


def test_the_plan_is_shown_and_nothing_is_written_without_apply(
    udata: Udata, proxy: FaultyPlatform, home: Path, organization: str
) -> None:
    said = panorama(home, "publish", EDITION, "--base-url", proxy.url, "--organization", organization)
    succeeded(said)
    for part in ("création du jeu de données", "courant/panorama.csv", f"{EDITION}/panorama.csv", "publication"):
        assert part in said.output
    assert f"{FIRST_WRITES}\N{NO-BREAK SPACE}écritures" in said.output
    assert "--apply" in said.errors
    assert proxy.writes == []
    assert udata.datasets(organization) == []
    assert ledger(home, "approvals") == ledger(home, "publications") == []


def test_a_first_export_then_again_without_a_single_write(
    udata: Udata, proxy: FaultyPlatform, home: Path, organization: str
) -> None:
    succeeded(publish(home, EDITION, proxy.url, organization))
    assert len(proxy.writes) == FIRST_WRITES
    dataset = assert_is_published(udata, home, organization, EDITION, EDITION)
    assert (dataset["license"], dataset["frequency"], dataset["spatial"]["zones"]) == (
        "lov2",
        "semiannual",
        ["country:fr"],
    )
    (csv_file,) = [each for each in dataset["resources"] if each["extras"]["panorama:key"] == "courant/panorama.csv"]
    assert csv_file["schema"]["url"].endswith(keys_of(dataset)["courant/panorama.schema.json"])
    assert (csv_file["type"], csv_file["format"]) == ("main", "csv")
    registers = digests(home)
    proxy.forget()
    again = publish(home, EDITION, proxy.url, organization)
    succeeded(again)
    assert proxy.writes == []
    assert "qualité : 9/9" in again.output
    assert digests(home) == registers
    assert udata.dataset(organization)["last_modified"] == dataset["last_modified"]


def test_what_was_published_is_kept_in_the_ledgers_with_ids_and_hashes(
    udata: Udata, home: Path, organization: str
) -> None:
    succeeded(publish(home, EDITION, udata.base_url, organization))
    dataset = udata.dataset(organization)
    lines = ledger(home, "publications")
    assert {line["resource_key"]: line["resource_id"] for line in lines} == {"dataset": "", **keys_of(dataset)}
    assert {line["dataset_id"] for line in lines} == {dataset["id"]}
    assert {line["resource_key"]: line["url"] for line in lines}["dataset"] == dataset["page"]
    (approval,) = ledger(home, "approvals")
    assert (approval["edition"], approval["version"], approval["approved_by"]) == (EDITION, "1", "Ada")
    assert {path.name for path in (home / "published" / EDITION / approval["content_sha256"]).iterdir()} == set(
        files_of(EDITION)
    )


def test_the_next_edition_keeps_the_ids_of_the_current_files_and_adds_its_archive(
    udata: Udata, proxy: FaultyPlatform, home: Path, organization: str
) -> None:
    succeeded(publish(home, EDITION, udata.base_url, organization))
    before = keys_of(udata.dataset(organization))
    # The ledger is about another address of the same platform: the dataset is found by its mark.
    planned = plan(home, NEXT, proxy.url, organization)
    assert [(each["action"], each["resource"]) for each in planned["steps"]].count(
        ("replace", "courant/panorama.csv")
    ) == 1
    succeeded(publish(home, NEXT, proxy.url, organization))
    assert len(proxy.writes) == NEXT_WRITES
    after = keys_of(assert_is_published(udata, home, organization, NEXT, NEXT, EDITION))
    assert before.items() <= after.items()
    proxy.forget()
    succeeded(publish(home, NEXT, proxy.url, organization))
    assert proxy.writes == []


def test_an_earlier_edition_published_late_leaves_the_current_files_alone(
    udata: Udata, home: Path, organization: str
) -> None:
    succeeded(publish(home, NEXT, udata.base_url, organization))
    current = keys_of(udata.dataset(organization))
    succeeded(publish(home, EDITION, udata.base_url, organization))
    dataset = assert_is_published(udata, home, organization, NEXT, NEXT, EDITION)
    assert current.items() <= keys_of(dataset).items()


def test_an_earlier_version_comes_back_to_the_byte_with_a_notice(
    udata: Udata, home: Path, organization: str, proxy: FaultyPlatform
) -> None:
    succeeded(publish(home, EDITION, proxy.url, organization))
    first = {
        each["extras"]["panorama:key"]: each["checksum"]["value"] for each in udata.dataset(organization)["resources"]
    }
    ids = keys_of(udata.dataset(organization))
    write_files(home, EDITION, files_of(EDITION, csv_of("PGP-0001,99")))
    succeeded(publish(home, EDITION, proxy.url, organization, "--correction", "Coût relevé"))
    changed = udata.dataset(organization)
    assert "Coût relevé" in changed["description"]
    assert {each["extras"]["panorama:key"]: each["checksum"]["value"] for each in changed["resources"]} != first
    notice = "Retour aux chiffres transmis"
    back = ("--version", "1", "--correction", notice)
    succeeded(publish(home, EDITION, proxy.url, organization, *back))
    dataset = udata.dataset(organization)
    assert {each["extras"]["panorama:key"]: each["checksum"]["value"] for each in dataset["resources"]} == first
    assert keys_of(dataset) == ids
    assert notice in dataset["description"]
    assert all(notice in each["description"] for each in dataset["resources"])
    proxy.forget()
    succeeded(publish(home, EDITION, proxy.url, organization, *back))
    assert proxy.writes == []
    assert [(line["version"], line["correction"]) for line in ledger(home, "approvals")] == [
        ("1", ""), ("2", "Coût relevé"), ("1", notice)
    ]  # fmt: skip
    unknown = publish(home, EDITION, proxy.url, organization, "--version", "3")
    assert unknown.status == 2
    assert "Versions connues : 1, 2" in unknown.errors


@pytest.mark.parametrize(
    "fault",
    [LOST_ANSWER, CUT_ANSWER, FAILED_AFTER, HTML],
    ids=["lost", "cut", "failed-after-writing", "html-instead-of-json"],
)
def test_an_answer_lost_after_each_kind_of_write_makes_no_duplicate(
    udata: Udata, proxy: FaultyPlatform, home: Path, organization: str, fault: Fault
) -> None:
    # Creation, upload, description, order, publication; then on the next edition replacement and metadata.
    for number in (1, 2, 5, FIRST_WRITES - 1, FIRST_WRITES):
        proxy.on_write(number, fault)
    succeeded(publish(home, EDITION, proxy.url, organization))
    assert len(proxy.writes) == FIRST_WRITES
    assert_is_published(udata, home, organization, EDITION, EDITION)
    proxy.forget()
    for number in (2, 4, 5, NEXT_WRITES - 1, NEXT_WRITES):
        proxy.on_write(number, fault)
    succeeded(publish(home, NEXT, proxy.url, organization))
    assert len(proxy.writes) == NEXT_WRITES
    assert_is_published(udata, home, organization, NEXT, NEXT, EDITION)


@pytest.mark.parametrize(
    "fault",
    [LOST_REQUEST, BAD_GATEWAY, UNAVAILABLE, too_many("1"), too_many(None)],
    ids=["lost", "502", "503", "429-retry-after", "429"],
)
def test_a_write_that_was_not_made_is_made_again(
    udata: Udata, proxy: FaultyPlatform, home: Path, organization: str, fault: Fault
) -> None:
    for number in (1, 4):
        proxy.on_write(number, fault)
    proxy.on(lambda call: not call.is_write and call.path.startswith("/api/1/datasets/"), fault)
    succeeded(publish(home, EDITION, proxy.url, organization))
    assert len(proxy.writes) == FIRST_WRITES + 2
    assert_is_published(udata, home, organization, EDITION, EDITION)


def test_a_platform_that_asks_to_wait_too_long_is_left_alone(
    udata: Udata, proxy: FaultyPlatform, home: Path, organization: str
) -> None:
    proxy.on_write(1, too_many("3600"))
    said = publish(home, EDITION, proxy.url, organization)
    assert said.status == 3
    assert "429" in said.errors
    assert len(proxy.writes) == 1
    assert udata.datasets(organization) == []


def test_a_refused_connection_is_said_at_once(home: Path, organization: str) -> None:
    said = publish(home, EDITION, f"http://127.0.0.1:{free_port()}", organization)
    assert said.status == 3
    assert "pas de réponse" in said.errors
    assert ledger(home, "approvals") == []


@pytest.mark.parametrize("key", ["expired", "revoked"])
def test_an_expired_or_revoked_key_is_refused_before_any_write(
    udata: Udata, proxy: FaultyPlatform, home: Path, organization: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, udata.keys[key])
    said = publish(home, EDITION, proxy.url, organization)
    assert said.status == 2
    assert "clé d'API est refusée" in said.errors
    assert proxy.writes == []
    assert udata.keys[key] not in said.errors + said.output


def test_a_key_revoked_on_the_way_stops_the_export_which_then_resumes(
    udata: Udata, proxy: FaultyPlatform, home: Path, organization: str
) -> None:
    proxy.on_write(4, Fault(status=401))
    said = publish(home, EDITION, proxy.url, organization)
    assert said.status == 2
    assert len(proxy.writes) == 4
    assert udata.dataset(organization)["private"] is True
    succeeded(publish(home, EDITION, proxy.url, organization))
    assert_is_published(udata, home, organization, EDITION, EDITION)


def test_a_key_of_another_organization_has_no_right(
    udata: Udata, home: Path, organization: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, udata.keys["outsider"])
    said = publish(home, EDITION, udata.base_url, organization)
    assert said.status != 0
    assert "organization" in said.errors
    assert udata.datasets(organization) == []


def edited(udata: Udata, organization: str, **changes: object) -> None:
    """Change fields of the dataset, as a person does on the site, which sends the whole form."""
    dataset = udata.dataset(organization)
    kept = ("title", "description", "license", "frequency", "tags", "spatial", "temporal_coverage", "extras", "private")
    udata.ask("PUT", f"/datasets/{dataset['id']}/", json={name: dataset[name] for name in kept} | changes)


def test_what_a_person_changed_on_the_platform_is_said_and_not_trampled(
    udata: Udata, proxy: FaultyPlatform, home: Path, organization: str
) -> None:
    succeeded(publish(home, EDITION, proxy.url, organization))
    edited(udata, organization, title="Titre choisi en réunion", tags=["panorama", "cour-des-comptes"])
    dataset = udata.dataset(organization)
    resource = dataset["resources"][1]
    path = f"/datasets/{dataset['id']}/resources/{resource['id']}/"
    udata.ask("PUT", path, json={"title": "Écarts, à ne pas lire seuls"})
    proxy.forget()
    planned = plan(home, NEXT, proxy.url, organization)
    assert {(each["resource"], each["field"]) for each in planned["conflicts"]} == {
        (None, "title"), (None, "tags"), ("courant/ecarts.csv", "title")
    }  # fmt: skip
    said = publish(home, NEXT, proxy.url, organization)
    assert said.status == 2
    for part in ("« Titre choisi en réunion »", "mots-clés", "« Écarts, à ne pas lire seuls »", "--overwrite"):
        assert part in said.errors
    assert proxy.writes == []
    assert [line["edition"] for line in ledger(home, "approvals")] == [EDITION]
    succeeded(publish(home, NEXT, proxy.url, organization, "--overwrite"))
    assert_is_published(udata, home, organization, NEXT, NEXT, EDITION)


def test_a_file_replaced_or_deleted_by_hand_is_said(
    udata: Udata, proxy: FaultyPlatform, home: Path, organization: str
) -> None:
    succeeded(publish(home, EDITION, proxy.url, organization))
    dataset = udata.dataset(organization)
    ids = keys_of(dataset)
    path = f"/datasets/{dataset['id']}/resources"
    time.sleep(1.1)  # the platform fails on two uploads of one name in a second
    udata.ask("POST", f"{path}/{ids['courant/ecarts.csv']}/upload/", files={"file": ("autre.csv", b"a\n1\n")})
    udata.ask("DELETE", f"{path}/{ids['courant/LISEZMOI.md']}/")
    said = publish(home, EDITION, proxy.url, organization)
    assert said.status == 2
    for part in ("« courant/ecarts.csv », fichier", "« courant/LISEZMOI.md », présence"):
        assert part in said.errors
    succeeded(publish(home, EDITION, proxy.url, organization, "--overwrite"))
    assert_is_published(udata, home, organization, EDITION, EDITION)


def test_what_a_person_added_is_kept_after_ours(udata: Udata, home: Path, organization: str) -> None:
    succeeded(publish(home, EDITION, udata.base_url, organization))
    dataset = udata.dataset(organization)
    link = {
        "title": "Rapport",
        "url": "https://example.org/rapport.pdf",
        "filetype": "remote",
        "format": "pdf",
        "type": "other",
    }
    udata.ask("POST", f"/datasets/{dataset['id']}/resources/", json=link)
    edited(udata, organization, extras=dataset["extras"] | {"suivi": "dossier 12"})
    planned = plan(home, EDITION, udata.base_url, organization)
    assert [each["action"] for each in planned["steps"]] == ["reorder"]
    succeeded(publish(home, NEXT, udata.base_url, organization))
    after = udata.dataset(organization)
    assert [each["title"] for each in after["resources"]][-1] == "Rapport"
    assert after["extras"]["suivi"] == "dossier 12"


def test_a_dataset_made_private_by_hand_is_not_published_again(udata: Udata, home: Path, organization: str) -> None:
    succeeded(publish(home, EDITION, udata.base_url, organization))
    edited(udata, organization, private=True)
    said = publish(home, EDITION, udata.base_url, organization)
    assert said.status == 2
    assert "visibilité" in said.errors
    assert udata.dataset(organization)["private"] is True


def test_a_dataset_deleted_by_hand_is_not_made_again_unless_asked(udata: Udata, home: Path, organization: str) -> None:
    succeeded(publish(home, EDITION, udata.base_url, organization))
    first = udata.dataset(organization)["id"]
    udata.ask("DELETE", f"/datasets/{first}/")
    said = publish(home, EDITION, udata.base_url, organization)
    assert said.status == 2
    assert first in said.errors
    assert udata.datasets(organization) == []
    succeeded(publish(home, EDITION, udata.base_url, organization, "--recreate"))
    assert udata.dataset(organization)["id"] != first
    succeeded(publish(home, EDITION, udata.base_url, organization))


def test_a_home_without_its_ledger_finds_the_dataset_by_its_mark(
    udata: Udata, proxy: FaultyPlatform, home: Path, organization: str
) -> None:
    succeeded(publish(home, EDITION, proxy.url, organization))
    edited(udata, organization, title="Sous un autre titre")
    edited(udata, organization, title="Panorama des grands projets numériques de l'État")
    (home / "registers" / "publications.csv").unlink()
    proxy.forget()
    succeeded(publish(home, EDITION, proxy.url, organization))
    assert proxy.writes == []


def test_two_datasets_with_the_mark_are_not_chosen_between(udata: Udata, home: Path, organization: str) -> None:
    succeeded(publish(home, EDITION, udata.base_url, organization))
    mark = {"panorama:dataset": "panorama-grands-projets"}
    copy = {"title": "Copie", "description": "Copie", "organization": organization, "private": True, "extras": mark}
    udata.ask("POST", "/datasets/", json=copy)
    (home / "registers" / "publications.csv").unlink()
    said = publish(home, EDITION, udata.base_url, organization)
    assert said.status == 2
    assert "Plusieurs jeux de données" in said.errors


def test_a_dataset_can_be_filled_and_kept_private(udata: Udata, home: Path, organization: str) -> None:
    succeeded(publish(home, EDITION, udata.base_url, organization, "--private"))
    assert udata.dataset(organization)["private"] is True
    assert plan(home, EDITION, udata.base_url, organization, "--private")["steps"] == []
    planned = plan(home, EDITION, udata.base_url, organization)
    assert [each["action"] for each in planned["steps"]] == ["publish"]
    succeeded(publish(home, EDITION, udata.base_url, organization))
    assert_is_published(udata, home, organization, EDITION, EDITION)


def test_a_dataset_of_another_organization_is_not_taken(udata: Udata, home: Path, organization: str) -> None:
    succeeded(publish(home, EDITION, udata.base_url, organization))
    said = publish(home, EDITION, udata.base_url, udata.new_organization())
    assert said.status == 2
    assert organization in said.errors


def test_the_demonstration_is_refused_on_the_real_platform(
    home: Path, demonstration: tuple[Path, Said], organization: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fictitious = clone(demonstration[0], home / "demonstration")
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{free_port()}")  # nothing could be reached there
    for address in ("https://www.data.gouv.fr", "https://data.gouv.fr/"):
        said = publish(fictitious, NEXT, address, organization)
        assert said.status == 1
        assert "fictive" in said.errors


def test_an_unknown_organization_is_named(udata: Udata, home: Path) -> None:
    said = publish(home, EDITION, udata.base_url, "6b06224857ddc7cdd03cbddb")
    assert said.status == 2
    assert "6b06224857ddc7cdd03cbddb" in said.errors


def test_a_large_file_is_sent_in_parts(udata: Udata, home: Path, organization: str) -> None:
    large = os.urandom(17 * 1024 * 1024)
    folder = edition_folder(home, EDITION)
    (folder / "panorama.sqlite").write_bytes(large)
    with faulty_platform(udata.base_url) as proxy:
        # A part whose answer is lost: the file is sent again, whole, under another identifier.
        proxy.on(lambda call: call.path.endswith("/upload/") and len(proxy.writes) == 13, LOST_ANSWER)
        succeeded(publish(home, EDITION, proxy.url, organization))
        resources = {each["extras"]["panorama:key"]: each for each in udata.dataset(organization)["resources"]}
        assert udata.content(resources["courant/panorama.sqlite"]["latest"]) == large
        assert len(resources) == 7
        (folder / "panorama.sqlite").write_bytes(large[::-1])
        succeeded(publish(home, EDITION, proxy.url, organization))
    assert udata.content(resources["courant/panorama.sqlite"]["latest"]) == large[::-1]


def kill(running: "list[subprocess.Popen[bytes]]") -> None:
    """What `kill -9` does, to the process that just wrote."""
    running[0].send_signal(signal.SIGKILL)
    running[0].wait()


def test_a_process_killed_at_each_write_resumes(
    udata: Udata, proxy: FaultyPlatform, home: Path, organization: str
) -> None:
    names = ("panorama.csv", "LISEZMOI.md")
    for edition in (EDITION, NEXT):
        for path in edition_folder(home, edition).iterdir():
            if path.name not in (f"panorama-{edition}.csv", "LISEZMOI.md"):
                path.unlink()
    # Creation, three files sent and described, order, publication; then two files replaced, an archive, metadata.
    for edition, writes in ((EDITION, 1 + 2 * 3 + 1 + 1), (NEXT, 2 * 2 + 2 + 1 + 1)):
        for number in range(1, writes + 1):
            proxy.forget()
            running: list[subprocess.Popen[bytes]] = []
            proxy.on_write(1, Fault(forward=True, lose=True, then=partial(kill, running)))
            process = start_publishing(home, edition, proxy.url, organization, udata.keys["editor"])
            running.append(process)
            _, errors = process.communicate()
            assert process.returncode == -signal.SIGKILL, (number, errors.decode())
            assert len(proxy.writes) == 1
        proxy.forget()
        succeeded(publish(home, edition, proxy.url, organization))
        assert proxy.writes == []
        archives = (EDITION,) if edition == EDITION else (NEXT, EDITION)
        assert_is_published(udata, home, organization, edition, *archives, names=names)


def test_a_file_that_is_not_declared_is_refused(udata: Udata, home: Path, organization: str) -> None:
    (edition_folder(home, EDITION) / "secret.csv").write_bytes(b"a\n")
    said = publish(home, EDITION, udata.base_url, organization)
    assert said.status == 2
    assert "secret.csv" in said.errors
    assert udata.datasets(organization) == []


def test_approved_files_that_changed_since_are_not_published(udata: Udata, home: Path, organization: str) -> None:
    succeeded(panorama(home, "approve", EDITION, "--by", "Ada", "--why", "Relu"))
    (kept,) = (home / "published" / EDITION).iterdir()
    (kept / "ecarts.csv").write_bytes(b"autre\n")
    said = publish(home, EDITION, udata.base_url, organization, "--version", "1")
    assert said.status == 1
    assert str(kept) in said.errors
    assert udata.datasets(organization) == []


def settings(home: Path, text: str) -> None:
    Home(home).settings.write_text(text, encoding="utf-8")


def run_export_job(home: Path, edition: str) -> dict[str, Any]:
    """Run the job `export` as Dagster does, and return the metadata of its asset."""
    definitions = build_definitions(home=home)
    with open_instance(Home(home)) as instance:
        result = definitions.resolve_job_def("export").execute_in_process(instance=instance, partition_key=edition)
    (event,) = result.get_asset_materialization_events()
    return {name: value.value for name, value in event.materialization.metadata.items()}


def due(home: Path) -> list[str]:
    """The editions the schedule would export today."""
    with open_instance(Home(home)) as instance:
        context = dg.build_schedule_context(
            instance=instance,
            scheduled_execution_time=dt.datetime(2026, 7, 16, 5, tzinfo=dt.UTC),
            resources={"home": Home(home)},
        )
        found = after_approval(context)
    return [str(each.partition_key) for each in found] if isinstance(found, list) else []


def test_the_asset_exports_only_what_a_person_approved_where_the_home_asks_for_it(
    udata: Udata, home: Path, organization: str
) -> None:
    where = f'base_url = "{udata.base_url}"\norganization = "{organization}"\n'
    succeeded(panorama(home, "approve", EDITION, "--by", "Ada"))
    settings(home, f"[export]\n{where}")
    told = run_export_job(home, EDITION)
    assert told["exported"] is False
    assert "automatic" in told["why"]
    assert due(home) == []
    settings(home, f'[export]\nautomatic = "approved"\n{where}')
    assert "panorama approve 2021-11" in run_export_job(home, NEXT)["why"]
    assert udata.datasets(organization) == []
    assert due(home) == [EDITION]
    told = run_export_job(home, EDITION)
    dataset = assert_is_published(udata, home, organization, EDITION, EDITION)
    assert (told["exported"], told["writes"], told["dataset_id"]) == (True, FIRST_WRITES, dataset["id"])
    assert (told["approved_by"], told["version"]) == ("Ada", 1)
    assert {record.data["resource"]: record.data["id"] for record in told["resources"].records} == keys_of(dataset)
    assert due(home) == []
    assert run_export_job(home, EDITION)["writes"] == 0


def test_a_new_run_is_not_published_before_it_is_approved(udata: Udata, home: Path, organization: str) -> None:
    where = f'base_url = "{udata.base_url}"\norganization = "{organization}"\n'
    settings(home, f'[export]\nautomatic = "approved"\n{where}')
    succeeded(panorama(home, "approve", EDITION, "--by", "Ada"))
    run_export_job(home, EDITION)
    write_files(home, EDITION, files_of(EDITION, csv_of("PGP-0001,99")))
    told = run_export_job(home, EDITION)
    assert (told["writes"], told["files_of_the_last_run"]) == (0, False)
    succeeded(panorama(home, "approve", EDITION, "--by", "Grace", "--correction", "Coût relevé"))
    assert due(home) == [EDITION]
    assert run_export_job(home, EDITION)["approved_by"] == "Grace"
    assert_is_published_with(udata, organization, "Coût relevé")


def assert_is_published_with(udata: Udata, organization: str, notice: str) -> None:
    assert notice in udata.dataset(organization)["description"]


def test_the_platform_and_the_organization_of_the_home_need_not_be_repeated(
    udata: Udata, home: Path, organization: str
) -> None:
    settings(home, f'[export]\nbase_url = "{udata.base_url}"\norganization = "{organization}"\n')
    succeeded(panorama(home, "publish", EDITION, "--apply", "--by", "Ada"))
    assert_is_published(udata, home, organization, EDITION, EDITION)
