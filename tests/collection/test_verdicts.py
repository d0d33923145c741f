"""Each ministry is judged alone: what its file gets does not depend on the others, there or not, right or wrong."""

import datetime as dt
import json
import shutil
from collections.abc import Callable, Hashable, Mapping
from pathlib import Path

import pandas as pd
import pytest
from homes import Said, clone, done, panorama
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from returns import quiet_row, summary
from submissions import table_of, write_xlsx
from test_attestation import SIGNED, form

from assets.collection.state import CollectionState, collection_state
from assets.reading.attestation import SIGN_OFF_NIL, SIGN_OFF_SHEET
from pipelines.work.validation import Validated, validate
from warehouse.home.home import Home
from warehouse.home.state import read_state
from warehouse.model.findings import Finding
from warehouse.model.rules import SEVERITIES
from warehouse.model.vocabulary import MINISTRIES

BEFORE, EDITION = "2021-07", "2021-11"
ONE = "culture"
OTHERS = (
    "agriculture", "armees", "ecologie", "economie_finances", "education", "interieur", "justice", "pm", "travail",
    "affaires_etrangeres", "affaires_sociales",
)  # fmt: skip
Rows = list[dict[str, object]]
DAY = dt.date(2021, 11, 20)


def project_ids(ministry: str) -> list[str]:
    first = 10 * sorted((ONE, *OTHERS)).index(ministry) + 1
    return [f"PGP-{first + rank:04d}" for rank in range(3)]


def rows_of_ministry(ministry: str, **changes: object) -> Rows:
    label = MINISTRIES.label(ministry)
    return [
        quiet_row(**{"project_id": identifier, "name": f"{identifier} DE {ministry}", "ministry": label, **changes})
        for identifier in project_ids(ministry)
    ]


def new_rows(ministry: str) -> Rows:
    """Projects that nobody declared before, and that bear no id."""
    plain: dict[str, object] = {
        "ministry": MINISTRIES.label(ministry),
        "start_date": dt.date(2021, 2, 1),
        "initial_end_date": dt.date(2024, 2, 1),
        "updated_end_date": dt.date(2024, 2, 1),
        "initial_cost_meur": 41.0,
        "updated_cost_meur": 41.0,
    }
    return [quiet_row(name=name, **plain) for name in ("AGENDA PARTAGÉ", "CARTE DES BARRAGES")]


def write(folder: Path, ministry: str, rows: Rows) -> Path:
    return write_xlsx(folder / f"{ministry}.xlsx", table_of(rows))


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home where twelve ministries sent three projects each for the edition before."""
    home = tmp_path_factory.mktemp("begun")
    for ministry in (ONE, *OTHERS):
        write(home / "inbox" / BEFORE, ministry, rows_of_ministry(ministry))
    done(home, "run", BEFORE)
    done(home, "edition", "close", BEFORE)
    done(home, "edition", "open", EDITION, "--cutoff", "2021-11-10")
    return home


def faulty(folder: Path) -> None:
    """What the ministry that is looked at sent: a project less, a baseline contradicted, and two that look alike."""
    first, second, _ = rows_of_ministry(ONE, updated_cost_meur=13.0)
    write(folder, ONE, [{**first, "initial_cost_meur": 3.0}, second, *new_rows(ONE)])


def nothing(folder: Path, ministry: str) -> None:
    """Nothing is sent."""


def right(folder: Path, ministry: str) -> None:
    write(folder, ministry, rows_of_ministry(ministry, updated_cost_meur=14.0))


def unreadable(folder: Path, ministry: str) -> None:
    (folder / f"{ministry}.xlsx").write_bytes(b"not a workbook")


def bad_phase(folder: Path, ministry: str) -> None:
    write(folder, ministry, rows_of_ministry(ministry, phase="En panne"))


def one_project(folder: Path, ministry: str) -> None:
    write(folder, ministry, rows_of_ministry(ministry)[:1])


def taken_over(folder: Path, ministry: str) -> None:
    """The projects of the other are declared too, under their ids."""
    stolen = [{**line, "ministry": MINISTRIES.label(ministry)} for line in rows_of_ministry(ONE)]
    write(folder, ministry, [*rows_of_ministry(ministry), *stolen])


def alike(folder: Path, ministry: str) -> None:
    """New projects bear the names of the other's, and nobody's id."""
    write(folder, ministry, [*rows_of_ministry(ministry), *new_rows(ministry)])


def as_before(folder: Path, ministry: str) -> None:
    shutil.copy(folder.parent / BEFORE / f"{ministry}.xlsx", folder)


FAULTS = (nothing, right, unreadable, bad_phase, one_project, taken_over, alike, as_before)


def judged(home: Path, fill: Callable[[Path], object]) -> Validated:
    folder = home / "inbox" / EDITION
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    fill(folder)
    return validate(read_state(Home(home)), Home(home).calendar().find(EDITION), today=DAY)


def stands(found: Validated, *expected: str) -> CollectionState:
    return collection_state(found.receipt.received, expected, found.found)


def verdict(found: Validated) -> tuple[Mapping[Hashable, object], list[Finding]]:
    state = stands(found)
    row = state.table.set_index("ministry_id").loc[ONE].to_dict()
    return row, list(state.findings[ONE])


@pytest.fixture(scope="module")
def alone(begun: Path) -> tuple[Mapping[Hashable, object], list[Finding]]:
    """The verdict of a ministry that alone has sent something."""
    return verdict(judged(begun, faulty))


def test_alone_a_ministry_is_told_all_that_is_wrong(alone: tuple[Mapping[Hashable, object], list[Finding]]) -> None:
    row, findings = alone
    codes = [one.code for one in findings]
    assert (row["status"], row["errors"]) == ("to_correct", 1)
    assert codes[0] == "BASE-003"
    (gone,) = [one for one in findings if one.code == "HIST-001"]
    assert project_ids(ONE)[2] in gone.message
    # An id that only a run gives is not told.
    assert not [one for one in findings if "@" in str(one)]
    severities = [one.severity for one in findings]
    assert severities == sorted(severities, key=SEVERITIES.index)


@settings(max_examples=5)
@given(faults=st.lists(st.sampled_from(FAULTS), min_size=len(OTHERS), max_size=len(OTHERS)))
def test_the_verdict_of_a_ministry_does_not_depend_on_the_others(
    begun: Path,
    alone: tuple[Mapping[Hashable, object], list[Finding]],
    faults: list[Callable[[Path, str], None]],
) -> None:
    def fill(folder: Path) -> None:
        faulty(folder)
        for ministry, fault in zip(OTHERS, faults, strict=True):
            fault(folder, ministry)

    row, findings = verdict(judged(begun, fill))
    assert findings == alone[1]
    assert {name: str(value) for name, value in row.items()} == {name: str(value) for name, value in alone[0].items()}


def test_what_two_ministries_declare_is_told_of_both_and_refuses_the_edition(begun: Path) -> None:
    def fill(folder: Path) -> None:
        right(folder, ONE)
        taken_over(folder, "justice")

    found = judged(begun, fill)
    assert found.refusal is not None
    state = stands(found)
    assert state.has_errors()
    assert {one.code for one in state.findings[""]} == {"ID-002"}
    assert all(name in str(state.findings[""]) for name in ("culture.xlsx", "justice.xlsx"))
    assert state.table.set_index("ministry_id").loc[ONE, "status"] == "received"


def test_a_ministry_that_cannot_be_read_or_sent_nothing_is_told_nothing_of_each_project(begun: Path) -> None:
    def fill(folder: Path) -> None:
        unreadable(folder, ONE)
        right(folder, "justice")

    found = judged(begun, fill)
    state = stands(found, ONE, "armees")
    assert [one.code for one in state.findings[ONE]] == ["FILE-010"]
    assert "armees" not in state.findings
    assert {one.code for one in found.found.shared} >= {"COMP-001"}


def codes(found: Validated, ministry: str = ONE) -> list[str]:
    return [one.code for one in stands(found).findings.get(ministry, ())]


def test_the_file_of_another_edition_is_named(begun: Path) -> None:
    found = judged(begun, lambda folder: as_before(folder, ONE))
    (said,) = [one for one in found.findings if one.code == "FILE-013"]
    assert "octet pour octet" in said.message
    assert f"pour l'édition {BEFORE}" in said.message


def test_the_lines_of_another_edition_in_another_file_are_named(begun: Path) -> None:
    found = judged(begun, lambda folder: write(folder, "saved again", list(reversed(rows_of_ministry(ONE)))))
    (said,) = [one for one in found.findings if one.code == "FILE-013"]
    assert "telles quelles" in said.message
    assert f"« {ONE}.xlsx »" in said.message
    changed = judged(begun, lambda folder: right(folder, ONE))
    assert "FILE-013" not in codes(changed)


def test_a_form_that_lost_its_attestation_is_named_and_any_other_file_is_not(begun: Path) -> None:
    def without_attestation(folder: Path) -> None:
        path = form(folder / "culture.xlsx", *rows_of_ministry(ONE, updated_cost_meur=14.0), answers=SIGNED)
        book = load_workbook(path)
        del book[SIGN_OFF_SHEET]
        book.save(path)

    assert codes(judged(begun, without_attestation)).count("FILE-009") == 1
    assert "FILE-009" not in codes(judged(begun, lambda folder: right(folder, ONE)))


def test_a_nil_return_names_each_project_that_the_ministry_had(begun: Path) -> None:
    nil = {**SIGNED, SIGN_OFF_NIL: "Oui"}
    found = judged(begun, lambda folder: form(folder / "culture.xlsx", answers=nil))
    gone = [one.value or "" for one in stands(found).findings[ONE] if one.code == "HIST-001"]
    assert [value.partition(" ")[0] for value in gone] == project_ids(ONE)


def test_a_project_that_a_new_version_lost_is_told_once(begun: Path, tmp_path: Path) -> None:
    home = clone(begun, tmp_path / "home")
    folder = home / "inbox" / EDITION
    folder.mkdir(exist_ok=True)
    write(folder, ONE, rows_of_ministry(ONE, updated_cost_meur=14.0))
    panorama(home, "collect", EDITION)
    write(folder, ONE, rows_of_ministry(ONE, updated_cost_meur=14.0)[:2])
    panorama(home, "collect", EDITION)
    found = validate(read_state(Home(home)), Home(home).calendar().find(EDITION), today=DAY)
    assert [one.code for one in found.findings if project_ids(ONE)[2] in str(one)] == ["FILE-012"]


def test_the_returned_workbook_and_the_page_name_what_is_gone_whatever_the_others_sent(
    begun: Path, tmp_path: Path
) -> None:
    home = clone(begun, tmp_path / "home")
    folder = home / "inbox" / EDITION
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    one_project(folder, ONE)
    bad_phase(folder, "justice")
    assert panorama(home, "collect", EDITION, "--on", "2021-11-12").status == 1
    page = (home / "out" / EDITION / "collection" / "index.html").read_text(encoding="utf-8")
    for part in ("HIST-001", project_ids(ONE)[2], "À corriger", "En retard"):
        assert part in page
    table = pd.read_parquet(home / "warehouse" / "out_collection" / f"edition={EDITION}").set_index("ministry_id")
    assert table.loc[["culture", "justice", "pm"], "status"].tolist() == ["received", "to_correct", "missing"]
    done(home, "return", EDITION)
    listed = summary(home / "out" / EDITION / "returned" / "culture.xlsx")
    assert {line["Règle"] for line in listed} >= {"HIST-001"}


def test_a_refused_run_says_where_the_collection_stands(begun: Path, tmp_path: Path) -> None:
    home = clone(begun, tmp_path / "home")
    folder = home / "inbox" / EDITION
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    bad_phase(folder, "justice")
    assert panorama(home, "run", EDITION).status == 1
    table = pd.read_parquet(home / "warehouse" / "out_collection" / f"edition={EDITION}").set_index("ministry_id")
    assert table.loc[["justice", "pm"], "status"].tolist() == ["to_correct", "missing"]
    page = (home / "out" / EDITION / "collection" / "index.html").read_text(encoding="utf-8")
    assert "READ-005" in page
    (folder / "justice.xlsx").write_bytes(b"not a workbook")
    assert panorama(home, "run", EDITION).status == 1
    table = pd.read_parquet(home / "warehouse" / "out_collection" / f"edition={EDITION}").set_index("ministry_id")
    assert table.loc["justice", "status"] == "quarantined"


def test_the_faults_of_a_real_semester_are_told(
    demonstration: tuple[Path, Said], semester_cases: Path, tmp_path: Path
) -> None:
    home = clone(demonstration[0], tmp_path / "home")
    done(home, "edition", "open", "2022-06", "--cutoff", "2022-06-30")
    for name in ("agriculture-of-2021-11", "interieur-project-deleted", "justice-bad-phase"):
        shutil.copy(semester_cases / f"{name}.xlsx", home / "inbox" / "2022-06")
    said = panorama(home, "collect", "2022-06", "--on", "2022-07-10", "--json")
    assert said.status == 1
    ministries = {line["ministry_id"]: line for line in json.loads(said.output)["ministries"]}
    found = {name: [one["code"] for one in line["findings"]] for name, line in ministries.items()}
    assert "FILE-013" in found["agriculture"]
    assert "HIST-001" in found["interieur"]
    assert found["justice"][0] == "READ-005"
    states = {name: ministries[name]["status"] for name in ("interieur", "justice", "culture")}
    assert states == {"interieur": "received", "justice": "to_correct", "culture": "late"}
