"""The warehouse database says the same on SQLite and on PostgreSQL, and one that is not as declared is made so."""

import datetime as dt
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
from homes import digests, panorama
from sqlalchemy import orm
from submissions import row, rows_of, table_of, write_xlsx
from test_measures import project, projects

from warehouse.archive import database
from warehouse.archive.database import (
    COPIED,
    DATABASE_TABLES,
    copy_tables,
    database_url,
    metadata,
    models,
    open_database,
)
from warehouse.archive.tables import CORE_PROJECTS
from warehouse.home.home import Home
from warehouse.home.register_tables import REGISTERS
from warehouse.home.registers import no_registers
from warehouse.model.errors import ConfigurationError, SchemaError, ServiceError
from warehouse.model.schema import empty_frame

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


def copy(engine: sa.Engine, rows: pd.DataFrame) -> list[str]:
    """Copy the rows of `core_projects`, all editions of it, beside tables without a row."""
    return copy_tables(engine, {table: empty_frame(table) for table in COPIED} | {CORE_PROJECTS: rows}, no_registers())


BOTH = projects(project(1, "2020-06", start_date="2019-01-01"), project(1), project(2))


def test_a_copy_names_the_tables_it_changed_and_leaves_equal_rows_alone(engine: sa.Engine) -> None:
    assert copy(engine, BOTH) == list(DATABASE_TABLES)
    assert copy(engine, BOTH.iloc[::-1]) == []
    assert copy(engine, BOTH[BOTH["edition"] == "2020-06"]) == ["core_projects"]
    with engine.connect() as connection:
        core = metadata.tables["core_projects"].c
        rows = connection.execute(sa.select(core.edition, core.project_id, core.start_date)).all()
    assert list(map(tuple, rows)) == [("2020-06", "PGP-0001", dt.date(2019, 1, 1))]
    assert copy(engine, projects()) == ["core_projects"]
    assert copy(engine, projects()) == []


def test_only_the_rows_that_differ_are_written(engine: sa.Engine) -> None:
    copy(engine, BOTH)
    written: list[object] = []
    sa.event.listen(
        engine,
        "before_cursor_execute",
        lambda *call: written.append(call[3]) if call[2].startswith(("INSERT", "DELETE")) else None,
    )
    copy(engine, projects(project(1, "2020-06", start_date="2019-01-01"), project(1), project(2, phase=None)))
    deleted, inserted = map(str, written)
    assert "PGP-0002" in deleted
    assert "PGP-0002" in inserted
    assert "PGP-0001" not in deleted + inserted


def test_registers_are_copied_too(engine: sa.Engine) -> None:
    frames = {table: empty_frame(table) for table in COPIED}
    line = {"line": 2, "project_id": "PGP-0001", "event": "opened", "event_date": "2021-01-01"}
    mission = pd.DataFrame([line]).reindex(columns=REGISTERS["missions"].names())
    registers = no_registers() | {"missions": mission}
    copy(engine, projects())
    assert copy_tables(engine, frames, registers) == ["register_missions"]
    assert copy_tables(engine, frames, registers) == []
    assert len(content(engine)["register_missions"]) == 1


def test_a_table_that_is_not_given_or_a_key_given_twice_is_refused(engine: sa.Engine) -> None:
    copy(engine, BOTH)
    before = content(engine)
    with pytest.raises(SchemaError, match="core_projects"):
        copy_tables(engine, {table: empty_frame(table) for table in COPIED if table != CORE_PROJECTS}, no_registers())
    with pytest.raises(SchemaError, match="se répète"):
        copy(engine, pd.concat([BOTH, BOTH]))
    assert content(engine) == before


def test_a_rerun_leaves_the_sqlite_file_byte_for_byte(tmp_path: Path) -> None:
    path = tmp_path / "panorama.db"
    copy(open_database(f"sqlite:///{path}"), HARD)
    before, written = path.read_bytes(), path.stat().st_mtime_ns
    assert copy(open_database(f"sqlite:///{path}"), HARD) == []
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, written)
    assert [entry.name for entry in tmp_path.iterdir()] == ["panorama.db"]


def test_values_come_back_equal(engine: sa.Engine) -> None:
    copy(engine, HARD)
    assert copy(engine, HARD) == []
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
        copy(engine, HARD)
    one, other = map(content, engines)
    assert one == other
    assert len(one["core_projects"]) == 3


def test_a_text_with_nul_is_refused_by_column_and_row(engine: sa.Engine) -> None:
    with pytest.raises(SchemaError, match=r"description.*PGP-0002.*NUL"):
        copy(engine, projects(project(1), project(2, description="a\x00b")))


def test_a_database_made_without_a_locale_returns_texts(postgres_server: sa.URL) -> None:
    server = open_database(str(postgres_server)).execution_options(isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql("create database bare template template0 locale 'C' encoding 'SQL_ASCII'")
    engine = open_database(str(postgres_server.set(database="bare")))
    copy(engine, HARD)
    assert copy(engine, HARD) == []


def test_mapped_classes_are_those_of_the_declaration(engine: sa.Engine) -> None:
    copy(engine, projects(project(1), project(2, withheld=True)))
    assert set(models) == set(DATABASE_TABLES)
    core_projects = models["core_projects"]
    with orm.Session(engine) as session:
        found = session.scalars(sa.select(core_projects).where(core_projects.withheld)).all()
        assert [line.project_id for line in found] == ["PGP-0002"]
        assert session.get_one(core_projects, ("2021-11", "PGP-0001")).updated_cost_meur == 12.0


# --- a database that is not as declared

SAMPLES: Mapping[type, object] = {str: "2021-11", int: 1, float: 0.5, bool: True, dt.date: dt.date(2021, 11, 1)}
# What each former table of projects has instead of what is declared, in its DDL.
FORMER = {
    "a column that is not there": ("\tphase TEXT, \n", ""),
    "a required column that is not there": ("\twithheld BOOLEAN NOT NULL, \n", ""),
    "a column that is not declared": ("phase TEXT, ", 'phase TEXT, "an old, colour" TEXT, '),
    "another type": ("phase TEXT", "phase BIGINT"),
    "a shorter type": ("phase TEXT", "phase VARCHAR(10)"),
    "a required column that was optional": ("\twithheld BOOLEAN NOT NULL", "\twithheld BOOLEAN"),
    "an optional column that was required": ("phase TEXT", "phase TEXT NOT NULL"),
    "another key": ("PRIMARY KEY (edition, project_id)", "PRIMARY KEY (project_id)"),
    "a key in another order": ("PRIMARY KEY (edition, project_id)", "PRIMARY KEY (project_id, edition)"),
    "no key": (", \n\tPRIMARY KEY (edition, project_id)", ""),
    "a column of the key that is not there": ("edition TEXT NOT NULL, ", 'phase2 TEXT, "edition" BIGINT, '),
}


def shape(engine: sa.Engine) -> dict[str, object]:
    """The columns and the key of every table there is."""
    inspector = sa.inspect(engine)
    keys = inspector.get_multi_pk_constraint()
    return {
        name: (
            {(each["name"], str(each["type"]), each["nullable"]) for each in columns},
            keys[place, name]["constrained_columns"],
        )
        for (place, name), columns in inspector.get_multi_columns().items()
    }


def make_former(engine: sa.Engine, declared: str, instead: str) -> None:
    """Make `core_projects` anew, not as declared, with a row in it."""
    with engine.begin() as connection:
        connection.exec_driver_sql("drop table if exists core_projects")
        ddl = str(sa.schema.CreateTable(metadata.tables["core_projects"]).compile(engine))
        assert declared in ddl
        connection.exec_driver_sql(ddl.replace(declared, instead))
        made = sa.Table("core_projects", sa.MetaData(), autoload_with=connection)
        row = {column.name: SAMPLES[column.type.python_type] for column in made.columns}
        connection.execute(sa.insert(made), row)


@pytest.mark.parametrize("change", FORMER)
def test_a_table_that_is_not_as_declared_is_made_so_and_filled(engine: sa.Engine, change: str) -> None:
    copy(engine, BOTH)
    wanted, rows = shape(engine), content(engine)
    make_former(engine, *FORMER[change])
    assert shape(engine) != wanted
    assert copy(engine, BOTH) == ["core_projects"]
    assert (shape(engine), content(engine)) == (wanted, rows)
    assert copy(engine, BOTH) == []


def test_a_database_of_numbered_revisions_is_taken_over(engine: sa.Engine) -> None:
    make_former(engine, *FORMER["a required column that is not there"])
    with engine.begin() as connection:
        for name in ("panorama_revision", "alembic_version"):  # ours, and Dagster's
            connection.exec_driver_sql(f"create table {name} (version_num varchar(32) primary key)")
            connection.exec_driver_sql(f"insert into {name} values ('0004')")
    assert copy(engine, BOTH) == list(DATABASE_TABLES)
    assert set(sa.inspect(engine).get_table_names()) == {*DATABASE_TABLES, "alembic_version"}
    assert len(content(engine)["core_projects"]) == 3
    with engine.connect() as connection:
        assert connection.exec_driver_sql("select version_num from alembic_version").scalar() == "0004"


def test_tables_of_others_and_of_a_later_version_are_left_alone(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.exec_driver_sql("create table out_later (edition text)")
        connection.exec_driver_sql("insert into out_later values ('2030-06')")
    copy(engine, BOTH)
    assert copy(engine, BOTH) == []
    with engine.connect() as connection:
        assert connection.exec_driver_sql("select edition from out_later").scalar() == "2030-06"


def test_views_of_a_sqlite_file_read_the_table_made_again(tmp_path: Path) -> None:
    engine = open_database(f"sqlite:///{tmp_path / 'panorama.db'}")
    make_former(engine, *FORMER["a column that is not there"])
    with engine.begin() as connection:
        connection.exec_driver_sql("create view named as select name from core_projects")
    copy(engine, BOTH)
    with engine.connect() as connection:
        assert len(connection.exec_driver_sql("select * from named").all()) == 3


@pytest.mark.parametrize("change", ["a required column that is not there", "another type", "another key", "no key"])
def test_grants_and_views_of_an_operator_outlive_a_change_that_does_not_touch_them(
    postgres_url: str, change: str
) -> None:
    engine = open_database(postgres_url)
    make_former(engine, *FORMER[change])
    with engine.begin() as connection:
        connection.exec_driver_sql("create view named as select name from core_projects where fictitious")
        connection.exec_driver_sql("create index by_name on core_projects (name)")
        connection.exec_driver_sql("grant select on core_projects to pg_monitor")
        connection.exec_driver_sql("grant select (name) on core_projects to public")
    copy(engine, projects(project(1, fictitious=True), project(2)))
    with engine.connect() as connection:
        assert connection.exec_driver_sql("select * from named").scalars().all() == ["Projet 1"]
        grant = "select has_table_privilege('pg_monitor', 'core_projects', 'select')"
        assert connection.exec_driver_sql(grant).scalar()
    assert "by_name" in {index["name"] for index in sa.inspect(engine).get_indexes("core_projects")}


def test_a_view_on_a_column_that_goes_is_named_and_nothing_changes(postgres_url: str) -> None:
    engine = open_database(postgres_url)
    make_former(engine, *FORMER["another type"])
    with engine.begin() as connection:
        connection.exec_driver_sql("create view by_phase as select phase, count(*) from core_projects group by phase")
    before = shape(engine)
    with pytest.raises(ConfigurationError, match=r"core_projects.*\(colonnes phase\).*view by_phase.*créer de nouveau"):
        copy(engine, BOTH)
    assert shape(engine) == before
    with engine.begin() as connection:
        assert connection.exec_driver_sql("select count(*) from by_phase").scalar() == 1
        connection.exec_driver_sql("drop view by_phase")
    assert "core_projects" in copy(engine, BOTH)


def test_postgresql_keeps_the_descriptions_of_the_day(postgres_url: str) -> None:
    engine = open_database(postgres_url)
    copy(engine, BOTH)
    with engine.begin() as connection:
        connection.exec_driver_sql("comment on column core_projects.phase is 'Ancienne description'")
        connection.exec_driver_sql("comment on table core_projects is null")
    assert copy(engine, BOTH) == []
    inspector = sa.inspect(engine)
    described = {column["name"]: column["comment"] for column in inspector.get_columns("core_projects")}
    assert described == {column.name: column.description for column in CORE_PROJECTS.columns}
    assert inspector.get_table_comment("core_projects")["text"] == CORE_PROJECTS.description


# --- several processes, and one that is stopped

COPIER = """
import sys
import pandas as pd
import sqlalchemy as sa
from warehouse.archive.database import COPIED, copy_tables, open_database
from warehouse.home.registers import no_registers
from warehouse.model.schema import empty_frame
engine, rows, event, stop = open_database(sys.argv[1]), pd.read_pickle(sys.argv[2]), *sys.argv[3:]
frames = {table: rows if table.name == "core_projects" else empty_frame(table) for table in COPIED}

def stopped(*call):
    if stop and (event == "commit" or call[2].startswith(stop)):
        print("stopped", flush=True)
        sys.stdin.readline()

sa.event.listen(engine, event, stopped)
print("ready", flush=True)
sys.stdin.readline()
copy_tables(engine, frames, no_registers())
"""


def start_copying(
    url: str, rows: pd.DataFrame, folder: Path, event: str = "commit", stop: str = ""
) -> "subprocess.Popen[bytes]":
    """Start a copy, in a process of its own that waits to be told, and again where it must stop."""
    rows.to_pickle(folder / "rows.pickle")
    process = subprocess.Popen(
        [sys.executable, "-c", COPIER, url, str(folder / "rows.pickle"), event, stop],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process


def go_on(process: "subprocess.Popen[bytes]") -> None:
    assert process.stdin is not None
    process.stdin.write(b"\n")
    process.stdin.flush()


def test_processes_that_copy_at_once_take_turns(url: str, tmp_path: Path) -> None:
    make_former(open_database(url), *FORMER["another key"])
    processes = [start_copying(url, BOTH, tmp_path) for _ in range(4)]
    for process in processes:
        go_on(process)
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors.decode()
    assert copy(open_database(url), BOTH) == []


@pytest.mark.parametrize(("event", "stop"), [("before_cursor_execute", "INSERT"), ("commit", "always")])
def test_a_process_killed_on_the_way_has_changed_nothing(url: str, tmp_path: Path, event: str, stop: str) -> None:
    engine = open_database(url)
    copy(engine, projects())
    make_former(engine, *FORMER["another type"])
    before = shape(engine)
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("select * from core_projects").all()
    process = start_copying(url, BOTH, tmp_path, event, stop)
    go_on(process)
    assert process.stdout is not None
    assert process.stdout.readline() == b"stopped\n"
    process.kill()
    process.communicate()
    assert shape(engine) == before
    with engine.connect() as connection:
        assert connection.exec_driver_sql("select * from core_projects").all() == rows
    assert "core_projects" in copy(engine, BOTH)


def test_a_database_held_by_another_writer_is_a_service_error(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_LOCK_SECONDS", 1)
    engine = open_database(url)
    copy(engine, BOTH)
    before = content(engine)
    with database._writing(engine, "autre"), pytest.raises(ServiceError, match=r"copie des tables.*lock"):
        copy(open_database(url), projects())
    assert content(engine) == before


def test_a_full_disk_is_a_service_error_and_changes_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'panorama.db'}"
    copy(open_database(url), projects())
    engine = open_database(url)
    sa.event.listen(engine, "connect", lambda connection, _: connection.execute("pragma max_page_count = 1"))
    long = projects(*(project(number, description="x" * 4000) for number in range(1, 50)))
    with pytest.raises(ServiceError, match="full"):
        copy(engine, long)
    assert content(open_database(url))["core_projects"] == []
    assert copy(open_database(url), long) == ["core_projects"]


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
        copy(open_database(url), projects(project()))
    assert "s3cret" not in str(caught.value).replace("connect_timeout=s3cret", "")
    assert caught.value.__cause__ is None


def test_a_row_the_database_refuses_changes_nothing(engine: sa.Engine) -> None:
    copy(engine, projects(project(1)))
    before = content(engine)
    with engine.begin() as connection:
        connection.exec_driver_sql("create unique index one_name on core_projects (name)")
    with pytest.raises(ServiceError, match="copie des tables") as caught:
        copy(engine, projects(project(2), project(3, name="Projet 2")))
    assert "Projet 2" not in str(caught.value) or engine.dialect.name == "postgresql"
    assert content(engine) == before


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
    # There is no edition before, no finished project, and nothing registered but by the run.
    assert empty == {
        "core_corrections", "out_bridge", "out_changes", "out_headline_changes", "out_leavers", "out_missions",
        "out_movements", "out_named_causes", "out_retrospective",
    }  # fmt: skip
    assert len(rows["register_links"]) == len(rows["register_baselines"]) == 4


def test_a_run_without_its_database_says_so_before_anything_and_succeeds_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_xlsx(tmp_path / "inbox" / "2021-11" / "culture.xlsx", table_of(rows_of(3)))
    monkeypatch.setenv("PANORAMA_DATABASE_URL", "postgresql://u:s3cret@127.0.0.1:1/d")
    for command in (("run", "2021-11"), ("backfill", "2021-07..2021-11")):
        said = panorama(tmp_path, *command)
        assert said.status == 3
        assert "Base de données postgresql+psycopg://u:***@127.0.0.1:1/d" in said.errors
        assert "s3cret" not in said.output + said.errors
        assert "lecture" not in said.errors
    assert not any((tmp_path / "warehouse").iterdir())
    assert not (tmp_path / "received").exists()
    monkeypatch.delenv("PANORAMA_DATABASE_URL")
    assert panorama(tmp_path, "run", "2021-11").status == 0
