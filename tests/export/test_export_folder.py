"""The open data in a plain folder or a bucket: the same files, current and by edition, read back."""

import hashlib
import subprocess
from pathlib import Path

import fsspec
import pytest
from exports import EDITION, NEXT, csv_of, files_of, write_files
from homes import Said, digests, panorama

from assets.export.remote_folder import open_folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for edition, content in ((EDITION, csv_of("PGP-0001,12")), (NEXT, csv_of("PGP-0001,13"))):
        files = files_of(edition, content) | {"datapackage.json": b"{}"}
        sums = "".join(f"{hashlib.sha256(value).hexdigest()}  {name}\n" for name, value in sorted(files.items()))
        write_files(tmp_path / "home", edition, files | {"SHA256SUMS": sums.encode()})
    return tmp_path / "home"


def publish(home: Path, edition: str, to: str | Path, *options: str) -> Said:
    return panorama(home, "publish", edition, "--to", str(to), "--apply", "--by", "Ada", *options)


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_nothing_is_written_without_apply(home: Path, tmp_path: Path) -> None:
    said = panorama(home, "publish", EDITION, "--to", str(tmp_path / "web"))
    assert said.status == 0, said.errors
    assert "courant/panorama-courant.csv" in said.output
    assert "--apply" in said.errors
    assert not (tmp_path / "web").exists()


def test_a_folder_has_the_current_files_and_those_of_each_edition_with_checksums_that_verify(
    home: Path, tmp_path: Path
) -> None:
    web = tmp_path / "web"
    for edition in (EDITION, NEXT):
        said = publish(home, edition, web)
        assert said.status == 0, said.errors
    current = {"panorama-courant.csv", "panorama-courant.schema.json", "ecarts.csv", "LISEZMOI.md", "SHA256SUMS"}
    assert {name for name in names(web) if name.startswith("courant/")} == {f"courant/{name}" for name in current}
    assert (web / "courant" / "panorama-courant.csv").read_bytes() == csv_of("PGP-0001,13")
    assert (web / EDITION / f"panorama-{EDITION}.csv").read_bytes() == csv_of("PGP-0001,12")
    for folder in ("courant", EDITION, NEXT):
        subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"], cwd=web / folder, check=True)


def test_a_second_time_writes_nothing(home: Path, tmp_path: Path) -> None:
    web = tmp_path / "web"
    assert publish(home, EDITION, web).status == 0
    before = {name: (web / name).stat().st_mtime_ns for name in names(web)}
    registers = digests(home)
    again = publish(home, EDITION, web)
    assert "Rien à écrire" in again.output
    assert {name: (web / name).stat().st_mtime_ns for name in names(web)} == before
    assert digests(home) == registers


def test_a_file_changed_there_is_put_right_and_others_are_left(home: Path, tmp_path: Path) -> None:
    web = tmp_path / "web"
    assert publish(home, EDITION, web).status == 0
    (web / "courant" / "ecarts.csv").write_text("autre", encoding="utf-8")
    (web / "index.html").write_text("page", encoding="utf-8")
    said = publish(home, EDITION, web)
    assert "1\N{NO-BREAK SPACE}fichier écrit, relu et identique." in said.output
    assert (web / "courant" / "ecarts.csv").read_bytes() == files_of(EDITION)["ecarts.csv"]
    assert (web / "index.html").read_text(encoding="utf-8") == "page"


def test_an_earlier_edition_published_late_leaves_the_current_files_alone(home: Path, tmp_path: Path) -> None:
    web = tmp_path / "web"
    assert publish(home, NEXT, web).status == 0
    assert publish(home, EDITION, web).status == 0
    assert (web / "courant" / "panorama-courant.csv").read_bytes() == csv_of("PGP-0001,13")
    assert (web / EDITION / f"panorama-{EDITION}.csv").exists()


def test_an_object_store_is_written_through_the_same_command(home: Path) -> None:
    said = publish(home, EDITION, "memory://bucket/panorama")
    assert said.status == 0, said.errors
    store = fsspec.filesystem("memory")
    assert store.cat("/bucket/panorama/courant/panorama-courant.csv") == csv_of("PGP-0001,12")
    assert not [name for name in store.find("/bucket") if ".staging" in name]
    assert "Rien à écrire" in publish(home, EDITION, "memory://bucket/panorama").output
    store.rm("/bucket", recursive=True)


def test_a_version_comes_back_to_the_byte(home: Path, tmp_path: Path) -> None:
    web = tmp_path / "web"
    assert publish(home, EDITION, web).status == 0
    first = digests(web, ".")
    write_files(home, EDITION, files_of(EDITION, csv_of("PGP-0001,99")))
    assert publish(home, EDITION, web, "--correction", "Coût relevé").status == 0
    assert (web / "courant" / "panorama-courant.csv").read_bytes() == csv_of("PGP-0001,99")
    assert publish(home, EDITION, web, "--version", "1").status == 0
    assert digests(web, ".") == first


@pytest.mark.parametrize(
    ("to", "part"),
    [("inconnu://seau/x", "adresse inconnue"), ("/proc/nowhere", "inaccessible")],
)
def test_a_folder_that_cannot_be_used_is_named(home: Path, to: str, part: str) -> None:
    said = publish(home, EDITION, to)
    assert said.status in (2, 3)
    assert part in said.errors


def test_a_password_in_an_address_is_not_shown() -> None:
    assert open_folder("memory://bucket/x").shown == "memory://bucket/x"
    with pytest.raises(Exception, match="seau") as raised:
        open_folder("inconnu://ada:secret@seau/x?key=secret")
    assert "secret" not in str(raised.value)


def test_the_options_of_a_platform_do_not_go_with_a_folder(home: Path, tmp_path: Path) -> None:
    said = publish(home, EDITION, tmp_path / "web", "--overwrite")
    assert said.status == 2
    assert "--to" in said.errors
