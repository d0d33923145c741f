"""The warehouse database says the same on SQLite and on PostgreSQL, and an older one is brought to the declaration."""

import datetime as dt
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from homes import digests, panorama
from sqlalchemy import orm
from submissions import row, rows_of, table_of, write_xlsx
from test_measures import project, projects

from warehouse.archive.database import (
    DATABASE_TABLES,
    DECLARED,
    database_url,
    metadata,
    models,
    open_database,
    replace_edition,
    replace_table,
    upgrade_database,
)
from warehouse.archive.migrations import VERSION_TABLE, configuration, current_revision, revisions
from warehouse.archive.tables import CORE_PROJECTS
from warehouse.home.home import Home
from warehouse.model.errors import ConfigurationError, SchemaError, ServiceError

# The tables that a revision empties on purpose: a column became required, and only an edition run again can fill it.
EMPTIED: Mapping[str, set[str]] = {
    "0002": {"out_slippage_projects"},
    "0003": {"out_slippage_groups", "out_slippage_projects"},
}

# The longest, the smallest and the least round of what a column can hold.
HARD = projects(
    project(
        1,
        name="L'« œuvre »\n\t100 % :x %s \\ \" ; é 😀",
        description="",
        interministerial=True,
        start_date=dt.date(1980, 2, 29),
        opinion_date=dt.date(2999, 12, 31),
        initial_duration_months=2**53 + 1,
        updated_duration_months=0,
        initial_cost_meur=0.1 + 0.2,
        updated_cost_meur=5e-324,
    ),
    project(2, initial_cost_meur=1.7976931348623157e308, updated_cost_meur=1 / 3, phase=None),
    project(3, initial_cost_meur=0.0, updated_cost_meur=None, updated_duration_months=None),
)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database: each test runs on both."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'panorama.db'}"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
def engine(url: str) -> sa.Engine:
    return open_database(url)


def content(engine: sa.Engine) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, sorted in Python: servers sort texts by their own language."""
    with engine.connect() as connection:
        return {
            name: sorted(map(tuple, connection.execute(sa.select(metadata.tables[name]))), key=repr)
            for name in DATABASE_TABLES
        }


def test_an_edition_is_replaced_and_left_alone_when_equal(engine: sa.Engine) -> None:
    assert replace_edition(engine, CORE_PROJECTS, "2021-11", projects(project(1), project(2)))
    assert replace_edition(engine, CORE_PROJECTS, "2020-06", projects(project(1, "2020-06", start_date="2019-01-01")))
    assert not replace_edition(engine, CORE_PROJECTS, "2021-11", projects(project(2), project(1)))
    assert replace_edition(engine, CORE_PROJECTS, "2021-11", projects(project(3)))
    with engine.connect() as connection:
        core = metadata.tables["core_projects"].c
        rows = connection.execute(sa.select(core.edition, core.project_id, core.start_date)).all()
    assert sorted(map(tuple, rows)) == [
        ("2020-06", "PGP-0001", dt.date(2019, 1, 1)),
        ("2021-11", "PGP-0003", None),
    ]
    assert replace_edition(engine, CORE_PROJECTS, "2021-11", projects())
    assert not replace_edition(engine, CORE_PROJECTS, "2021-11", projects())


def test_a_table_is_replaced_whole_and_left_alone_when_equal(engine: sa.Engine) -> None:
    both = projects(project(1, "2020-06"), project(1, "2021-11"))
    assert replace_table(engine, CORE_PROJECTS, both)
    assert not replace_table(open_database(str(engine.url)), CORE_PROJECTS, both)
    assert replace_table(engine, CORE_PROJECTS, projects(project(2, "2021-11")))
    assert [edition for edition, *_ in content(engine)["core_projects"]] == ["2021-11"]


def test_a_rerun_leaves_the_sqlite_file_byte_for_byte(tmp_path: Path) -> None:
    path = tmp_path / "panorama.db"
    replace_edition(open_database(f"sqlite:///{path}"), CORE_PROJECTS, "2021-11", HARD)
    before, written = path.read_bytes(), path.stat().st_mtime_ns
    again = open_database(f"sqlite:///{path}")
    upgrade_database(again)
    assert not replace_edition(again, CORE_PROJECTS, "2021-11", HARD)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, written)
    assert [entry.name for entry in tmp_path.iterdir()] == ["panorama.db"]


def test_values_come_back_equal(engine: sa.Engine) -> None:
    assert replace_edition(engine, CORE_PROJECTS, "2021-11", HARD)
    assert not replace_edition(engine, CORE_PROJECTS, "2021-11", HARD)
    with engine.connect() as connection:
        stored = connection.execute(sa.select(metadata.tables["core_projects"])).mappings().all()
    by_id = {line["project_id"]: line for line in stored}
    for expected in HARD.to_dict("records"):
        line = by_id[expected["project_id"]]
        for column in CORE_PROJECTS.columns:
            value = expected[column.name]
            if pd.isna(value):
                assert line[column.name] is None, column.name
            else:
                wanted = value.date() if column.kind == "date" else value
                assert (line[column.name], type(line[column.name])) == (wanted, type(wanted)), column.name


def test_both_databases_hold_the_same_rows(tmp_path: Path, postgres_url: str) -> None:
    engines = [open_database(f"sqlite:///{tmp_path}/panorama.db"), open_database(postgres_url)]
    for engine in engines:
        replace_edition(engine, CORE_PROJECTS, "2021-11", HARD)
    one, other = map(content, engines)
    assert one == other
    assert len(one["core_projects"]) == 3


def test_a_text_with_nul_is_refused_by_column_and_row(engine: sa.Engine) -> None:
    with pytest.raises(SchemaError, match=r"description.*PGP-0002.*NUL"):
        replace_edition(engine, CORE_PROJECTS, "2021-11", projects(project(1), project(2, description="a\x00b")))


def test_a_database_made_without_a_locale_returns_texts(postgres_server: sa.URL) -> None:
    server = open_database(str(postgres_server)).execution_options(isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql("create database bare template template0 locale 'C' encoding 'SQL_ASCII'")
    engine = open_database(str(postgres_server.set(database="bare")))
    assert replace_edition(engine, CORE_PROJECTS, "2021-11", HARD)
    assert not replace_edition(engine, CORE_PROJECTS, "2021-11", HARD)


def test_mapped_classes_are_those_of_the_declaration(engine: sa.Engine) -> None:
    replace_edition(engine, CORE_PROJECTS, "2021-11", projects(project(1), project(2, withheld=True)))
    assert set(models) == set(DATABASE_TABLES)
    core_projects = models["core_projects"]
    with orm.Session(engine) as session:
        found = session.scalars(sa.select(core_projects).where(core_projects.withheld)).all()
        assert [line.project_id for line in found] == ["PGP-0002"]
        assert session.get_one(core_projects, ("2021-11", "PGP-0001")).updated_cost_meur == 12.0


# --- revisions


def differences(engine: sa.Engine) -> list[Any]:
    """What the tables of a database lack of the declaration; comments are those of the last upgrade."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        found = compare_metadata(context, metadata)
    flat = [change for changes in found for change in (changes if isinstance(changes, list) else [changes])]
    # Alembic does not compare keys.
    stored = {name: sa.inspect(engine).get_pk_constraint(name)["constrained_columns"] for name in DATABASE_TABLES}
    keys = [("key", name, key) for name, key in stored.items() if key != list(DECLARED[name].primary_key)]
    return [change for change in flat if "comment" not in change[0]] + keys


SAMPLES: Mapping[type, object] = {str: "2021-11", int: 1, float: 0.5, bool: True, dt.date: dt.date(2021, 11, 1)}


def fill(engine: sa.Engine) -> dict[str, dict[str, object]]:
    """Write one row in every table there is, whatever the revision; return the rows."""
    tables = sa.MetaData()
    tables.reflect(engine)
    rows = {
        name: {column.name: SAMPLES[column.type.python_type] for column in table.columns}
        for name, table in tables.tables.items()
        if name != VERSION_TABLE
    }
    with engine.begin() as connection:
        for name, values in rows.items():
            connection.execute(sa.insert(tables.tables[name]), values)
    return rows


def test_an_empty_database_gets_the_declared_tables(engine: sa.Engine) -> None:
    upgrade_database(engine)
    assert differences(engine) == []
    assert set(sa.inspect(engine).get_table_names()) == {*DATABASE_TABLES, VERSION_TABLE}


@pytest.mark.parametrize("revision", revisions())
def test_a_database_of_every_revision_is_brought_to_the_head(engine: sa.Engine, revision: str) -> None:
    upgrade_database(engine, revision)
    rows = fill(engine)
    upgrade_database(engine)
    assert differences(engine) == []
    later = revisions()[revisions().index(revision) + 1 :]
    emptied = {name for each in later for name in EMPTIED.get(each, ())}
    with engine.connect() as connection:
        for name, table in metadata.tables.items():
            stored = [dict(line) for line in connection.execute(sa.select(table)).mappings()]
            kept = [] if name in emptied or name not in rows else [rows[name]]
            assert [{key: line[key] for key in line if key in rows[name]} for line in stored] == [
                {key: value for key, value in line.items() if key in table.c} for line in kept
            ], name
    assert replace_table(engine, CORE_PROJECTS, HARD)


@pytest.mark.parametrize("missing", [[], ["out_movements", "out_key_figures"]])
def test_a_database_made_before_revisions_is_taken_over_with_its_rows(engine: sa.Engine, missing: list[str]) -> None:
    upgrade_database(engine, "0001")
    with engine.begin() as connection:
        for name in (*missing, VERSION_TABLE):
            connection.exec_driver_sql(f"drop table {name}")
    fill(engine)
    upgrade_database(engine)
    assert differences(engine) == []
    assert len(content(engine)["core_projects"]) == (
        0 if any("core_projects" in each for each in EMPTIED.values()) else 1
    )


def test_postgresql_keeps_the_descriptions(postgres_url: str) -> None:
    engine = open_database(postgres_url)
    upgrade_database(engine)
    described = {column["name"]: column["comment"] for column in sa.inspect(engine).get_columns("core_projects")}
    assert described == {column.name: column.description for column in CORE_PROJECTS.columns}


UPGRADER = """
import sys
from warehouse.database import open_database, upgrade_database
engine = open_database(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
upgrade_database(engine)
"""


def test_processes_that_upgrade_at_once_do_it_once(url: str) -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", UPGRADER, url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(4)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(b"\n")
        process.stdin.flush()
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors.decode()
    assert differences(open_database(url)) == []


def test_a_database_of_a_later_version_is_refused_and_left_alone(engine: sa.Engine) -> None:
    replace_edition(engine, CORE_PROJECTS, "2021-11", projects(project(1)))
    with engine.begin() as connection:
        connection.exec_driver_sql(f"update {VERSION_TABLE} set version_num = '9999'")
    before = content(engine)
    with pytest.raises(ConfigurationError, match=r"9999.*plus récente"):
        replace_edition(open_database(str(engine.url)), CORE_PROJECTS, "2021-11", projects(project(2)))
    assert content(engine) == before


@pytest.mark.parametrize("revision", revisions())
def test_no_revision_is_undone(tmp_path: Path, revision: str) -> None:
    engine = open_database(f"sqlite:///{tmp_path}/panorama.db")
    upgrade_database(engine, revision)
    with engine.connect() as connection:
        with pytest.raises(ConfigurationError, match="relancer les éditions"):
            command.downgrade(configuration(connection), "-1")
        connection.rollback()
        assert current_revision(connection) == revision


def test_revisions_follow_each_other_by_number() -> None:
    assert revisions() == [f"{number:04d}" for number in range(1, len(revisions()) + 1)]


# --- addresses and failures


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("postgres://u@h/d", "postgresql+psycopg"),
        ("postgresql://u@h/d", "postgresql+psycopg"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg"),
        ("sqlite:///d", "sqlite"),
    ],
)
def test_an_address_gets_the_installed_driver(url: str, driver: str) -> None:
    assert open_database(url).url.drivername == driver


@pytest.mark.parametrize(
    "url",
    [
        "s3cret",
        "mysql://u:s3cret@h/d",
        "postgresql+psycopg2://u:s3cret@h/d",
        "postgresql://u:@s3cret@h/d",
        "postgresql://u:@s3cret/@h/d",
        "postgresql://u:p@h:s3cret@h/d",
    ],
)
def test_an_address_that_does_not_read_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ConfigurationError, match="postgresql://") as caught:
        open_database(url)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:s3cret@127.0.0.1:1/d",
        "postgresql://u@127.0.0.1:1/d?password=s3cret",
        "postgresql://u:s3cret@127.0.0.1:1/d?connect_timeout=s3cret",
        "sqlite:////no/such/folder/panorama.db",
    ],
)
def test_a_database_that_cannot_be_reached_is_a_service_error_without_its_password(url: str) -> None:
    with pytest.raises(ServiceError, match="Base de données") as caught:
        replace_edition(open_database(url), CORE_PROJECTS, "2021-11", projects(project()))
    assert "s3cret" not in str(caught.value).replace("connect_timeout=s3cret", "")
    assert caught.value.__cause__ is None


def test_a_row_the_database_refuses_changes_nothing(engine: sa.Engine) -> None:
    replace_edition(engine, CORE_PROJECTS, "2021-11", projects(project(1)))
    before = content(engine)
    # A row of another edition that is already there: the frame is wrong, and the database is what says so.
    replace_edition(engine, CORE_PROJECTS, "2020-06", projects(project(1, "2020-06")))
    with pytest.raises(ServiceError, match="table core_projects") as caught:
        replace_edition(engine, CORE_PROJECTS, "2021-11", projects(project(2), project(1, "2020-06")))
    assert "Projet 1" not in str(caught.value)
    assert [line for line in content(engine)["core_projects"] if line[0] == "2021-11"] == before["core_projects"]


# --- the command line


def test_an_edition_run_on_both_gives_the_same_files_and_rows(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    homes = {"sqlite": tmp_path / "sqlite", "postgresql": tmp_path / "postgresql"}
    for name, home in homes.items():
        if name == "postgresql":
            monkeypatch.setenv("PANORAMA_DATABASE_URL", postgres_url)
        lines = [
            *rows_of(3),
            row(name="PROJET ŒUVRE", updated_cost_meur=0.1 + 0.2, updated_end_date=dt.date(2022, 1, 1)),
        ]
        write_xlsx(home / "inbox" / "2021-11" / "culture.xlsx", table_of(lines))
        said = panorama(home, "run", "2021-11")
        assert said.status == 0, said.errors
    one, other = (digests(home) for home in homes.values())
    assert one.pop("warehouse/panorama.db")
    assert one == other
    assert any(path.endswith(".parquet") for path in one)
    assert any(path.endswith(".csv") for path in one)
    assert any(path.endswith(".html") for path in one)
    monkeypatch.delenv("PANORAMA_DATABASE_URL")
    rows = content(open_database(database_url(Home(homes["sqlite"]))))
    assert rows == content(open_database(postgres_url))
    assert len(rows["core_projects"]) == 4
    empty = {name for name in rows if not name.startswith("register_") and not rows[name]}
    # There is no edition before, no finished project and nothing withheld.
    assert empty == {
        "core_corrections", "out_bridge", "out_changes", "out_disclosure", "out_leavers", "out_movements",
        "out_retrospective",
    }  # fmt: skip
    assert len(rows["register_links"]) == len(rows["register_baselines"]) == 4


def test_a_run_without_its_database_says_so_and_succeeds_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_xlsx(tmp_path / "inbox" / "2021-11" / "culture.xlsx", table_of(rows_of(3)))
    monkeypatch.setenv("PANORAMA_DATABASE_URL", "postgresql://u:s3cret@127.0.0.1:1/d")
    said = panorama(tmp_path, "run", "2021-11")
    assert said.status == 3
    assert "Base de données postgresql+psycopg://u:***@127.0.0.1:1/d" in said.errors
    assert "s3cret" not in said.output + said.errors
    monkeypatch.delenv("PANORAMA_DATABASE_URL")
    assert panorama(tmp_path, "run", "2021-11").status == 0
