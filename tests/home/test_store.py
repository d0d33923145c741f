"""What is on the disk is whole, conforms to its declaration, and is the same when written again."""

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_measures import project, projects

from warehouse.archive.tables import CORE_PROJECTS, OUT_MOVEMENTS, TABLES
from warehouse.home.files import replacing_directory, write_bytes
from warehouse.home.store import ParquetStore, RunStore
from warehouse.model.errors import SchemaError, ServiceError
from warehouse.model.schema import arrow_schema, conform, empty_frame, from_arrow, table_schema, to_arrow
from warehouse.open_data.tables import OPEN_PROJECTS

texts = st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
dates = st.none() | st.dates(dt.date(1980, 1, 1), dt.date(2079, 12, 31))


def test_every_column_has_title_description_unit_or_none_and_a_published_name() -> None:
    for table in (*TABLES.values(), OPEN_PROJECTS):
        assert table.title
        assert table.description
        published = [column.published for column in table.columns]
        assert len(set(published)) == len(published)
        for column in table.columns:
            assert column.title, column
            assert column.description, column
            assert column.published.isascii(), column
            assert len(column.published) <= 63, column


def test_names_end_with_their_unit() -> None:
    endings = {"M€ TTC": "_meur", "mois": "_months", "rapport": "_ratio", "%": "_pct", "années": "_years"}
    for table in TABLES.values():
        for column in table.columns:
            if column.unit in endings:
                assert column.name.endswith(endings[column.unit]), column.name


@given(texts, st.none() | st.floats(0, 1e6), dates, st.none() | st.integers(0, 500))
def test_a_frame_survives_arrow_and_parquet(
    text: str | None, cost: float | None, day: dt.date | None, months: int | None
) -> None:
    frame = projects(project(description=text, updated_cost_meur=cost, start_date=day, updated_duration_months=months))
    pd.testing.assert_frame_equal(from_arrow(to_arrow(frame, CORE_PROJECTS), CORE_PROJECTS), frame)


def test_a_table_is_read_back_as_written_by_us_and_by_others(tmp_path: Path) -> None:
    store = ParquetStore(tmp_path)
    frame = projects(project(2), project(1))
    written = store.write(CORE_PROJECTS, "2021-11", frame)
    pd.testing.assert_frame_equal(store.read(CORE_PROJECTS, "2021-11"), written)
    assert written["project_id"].tolist() == ["PGP-0001", "PGP-0002"]
    folder = tmp_path / "core_projects"
    assert set(pd.read_parquet(folder)["edition"]) == {"2021-11"}
    query = f"select edition, count(*) from read_parquet('{folder}/*/*.parquet', hive_partitioning=true) group by 1"
    assert duckdb.connect().execute(query).fetchall() == [("2021-11", 2)]


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    one, other = ParquetStore(tmp_path / "one"), ParquetStore(tmp_path / "other")
    one.write(CORE_PROJECTS, "2021-11", projects(project(1), project(2)))
    other.write(CORE_PROJECTS, "2021-11", projects(project(2), project(1)))
    paths = [store.path(CORE_PROJECTS, "2021-11") for store in (one, other)]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    before = paths[0].stat().st_mtime_ns
    one.write(CORE_PROJECTS, "2021-11", projects(project(1), project(2)))
    assert paths[0].stat().st_mtime_ns == before


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"name": None}, "name"),
        ({"phase": "lost"}, "phase"),
        ({"updated_cost_meur": "beaucoup"}, "updated_cost_meur"),
        ({"updated_duration_months": 1.5}, "updated_duration_months"),
    ],
)
def test_what_does_not_conform_is_refused_by_table_and_column(
    tmp_path: Path, change: dict[str, object], named: str
) -> None:
    store = ParquetStore(tmp_path)
    frame = pd.DataFrame([project(**change)])  # type: ignore[arg-type]  # bad on purpose
    with pytest.raises(SchemaError, match=f"core_projects.*{named}"):
        store.write(CORE_PROJECTS, "2021-11", frame)
    assert not list(tmp_path.rglob("*.parquet"))


def test_a_repeated_key_a_stranger_and_a_missing_column_are_refused(tmp_path: Path) -> None:
    store = ParquetStore(tmp_path)
    with pytest.raises(SchemaError, match="se répète"):
        conform(pd.DataFrame([project(1), project(1)]), CORE_PROJECTS)
    with pytest.raises(SchemaError, match="2021-11"):
        store.write(CORE_PROJECTS, "2020-06", projects(project(1)))
    with pytest.raises(SchemaError, match="colonnes manquantes"):
        conform(pd.DataFrame([project(1)]).drop(columns="name"), CORE_PROJECTS)


def test_a_truncated_parquet_file_says_so(tmp_path: Path) -> None:
    store = ParquetStore(tmp_path)
    store.write(CORE_PROJECTS, "2021-11", projects(project()))
    path = store.path(CORE_PROJECTS, "2021-11")
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ServiceError, match="illisible"):
        store.read(CORE_PROJECTS, "2021-11")


def test_history_stops_at_the_edition_asked(tmp_path: Path) -> None:
    store = ParquetStore(tmp_path)
    for edition in ("2016-11", "2020-06", "2021-11"):
        store.write(CORE_PROJECTS, edition, projects(project(1, edition)))
    assert store.history(CORE_PROJECTS, "2020-06")["edition"].tolist() == ["2016-11", "2020-06"]
    assert store.history(OUT_MOVEMENTS, "2021-11").empty


def test_declarations_agree_on_their_columns() -> None:
    for table in (*TABLES.values(), OPEN_PROJECTS):
        assert arrow_schema(table).names == table.names()
        assert empty_frame(table).columns.tolist() == table.names()
        assert [field["name"] for field in table_schema(table)["fields"]] == [c.published for c in table.columns]


def test_a_full_disk_leaves_the_former_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    write_bytes(path, b"before")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ServiceError, match="No space left"):
        write_bytes(path, b"after")
    assert path.read_bytes() == b"before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.txt"]


def test_a_folder_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with replacing_directory(target) as folder:
        (folder / "a.txt").write_text("1")
    with pytest.raises(RuntimeError), replacing_directory(target) as folder:  # noqa: PT012  # the block must fail half-way
        (folder / "a.txt").write_text("2")
        raise RuntimeError
    assert {path.name: path.read_text() for path in target.iterdir()} == {"a.txt": "1"}
    with replacing_directory(target) as folder:
        (folder / "b.txt").write_text("3")
    assert {path.name: path.read_text() for path in target.iterdir()} == {"b.txt": "3"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_set_aside_by_a_killed_process_comes_back(tmp_path: Path) -> None:
    target = tmp_path / "out"
    (tmp_path / ".out.previous").mkdir()
    (tmp_path / ".out.previous" / "a.txt").write_text("1")
    with pytest.raises(RuntimeError), replacing_directory(target):
        raise RuntimeError
    assert (target / "a.txt").read_text() == "1"


WRITER = """
import sys, itertools
from pathlib import Path
from warehouse.home.files import write_bytes
for number in itertools.count():
    write_bytes(Path(sys.argv[1]), (b"%d" % (number % 10)) * 2_000_000)
    if number == 0:
        print("ready", flush=True)
"""


def test_a_process_killed_in_mid_write_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    for _ in range(5):
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.03)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        content = path.read_bytes()
        assert len(content) == 2_000_000
        assert len(set(content)) == 1


@pytest.mark.parametrize("kind", [ParquetStore, RunStore])
def test_some_columns_are_those_of_the_whole_history(tmp_path: Path, kind: type[ParquetStore]) -> None:
    store = kind(tmp_path)
    names = ["edition", "phase"]
    assert store.columns(CORE_PROJECTS, names).columns.tolist() == names
    for edition in ("2016-11", "2020-06"):
        store.write(CORE_PROJECTS, edition, projects(project(1, edition)))
    read = store.columns(CORE_PROJECTS, names)
    whole = store.history(CORE_PROJECTS)
    pd.testing.assert_frame_equal(read, whole[names])
    pd.testing.assert_frame_equal(store.columns(CORE_PROJECTS, names), read)
