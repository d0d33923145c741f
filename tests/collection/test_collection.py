"""The collection of an edition: every version kept, the right one in force, harmful files put aside, who is late."""

import datetime as dt
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from homes import digests
from submissions import row, rows_of, table_of, write_csv, write_xlsx
from taking_in import taken_in
from test_attestation import SIGNED, form

from assets.collection.intake import Receipt, kept_copy, receive
from assets.collection.page import render_collection
from assets.collection.receiving import collection_findings
from assets.collection.state import CollectionState, Verdicts, collection_state
from assets.collection.versions import TakenFile
from assets.reading import submitted, typed_rows, workbooks
from assets.reading.attestation import SIGN_OFF_NAME, SIGN_OFF_NIL
from assets.reading.formats.file_limits import FileLimits
from assets.reading.formats.sheets import Sheet
from warehouse.home.calendar import Edition
from warehouse.home.files import sha256_of
from warehouse.home.home import Home
from warehouse.home.quarantine import read_quarantine
from warehouse.home.registers import register
from warehouse.home.state import read_state
from warehouse.model.findings import Finding

EDITION = Edition("2021-11", 14, cutoff_on=dt.date(2021, 11, 10))
DAY = dt.date(2021, 11, 8)
COLLECTED = ("inbox", "received", "quarantine", "registers")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.create()
    return made


def send(home: Home, name: str, *rows: Mapping[str, object]) -> Path:
    return write_xlsx(home.inbox(EDITION) / name, table_of(rows or rows_of(3)))


def justice(*names: str) -> list[dict[str, object]]:
    return [row(name=name, ministry="Justice") for name in names]


def take(home: Home, day: dt.date = DAY) -> dict[str, TakenFile]:
    return {known.file: known for known in taken_in(home, EDITION, day).taken}


def received(home: Home) -> Receipt:
    """What stands, as if the inbox were taken in."""
    return receive(read_state(home), EDITION, DAY)


def ledger(home: Home) -> pd.DataFrame:
    return register(home.registers, "submissions").read()


def read_names(home: Home) -> set[str]:
    """The projects of the files that stand."""
    return set(received(home).submitted.rows["name"])


def found(home: Home) -> list[Finding]:
    return collection_findings(read_state(home), received(home).received)


def state(home: Home, *expected: str, findings: list[Finding] | None = None) -> CollectionState:
    receipt = received(home)
    said = [*receipt.submitted.file_findings, *found(home)] if findings is None else findings
    return collection_state(receipt.received, expected, Verdicts(tuple(said)))


def line(state: CollectionState, ministry: str) -> dict[str, Any]:
    (only,) = state.table.loc[state.table["ministry_id"].eq(ministry)].to_dict("records")
    return {str(name): value for name, value in only.items()}


def test_a_first_file_is_version_1_and_is_kept(home: Home) -> None:
    sent = send(home, "culture.xlsx")
    taken = take(home)["culture.xlsx"]
    assert (taken.status, taken.versions, taken.replaces) == ("read", {"culture": 1}, ())
    copy = kept_copy(home, EDITION, "culture.xlsx", taken.sha256)
    assert copy.read_bytes() == sent.read_bytes()
    (known,) = ledger(home).to_dict("records")
    assert (known["received_on"].date(), known["sha256"]) == (DAY, sha256_of(sent))


def test_nothing_new_changes_no_byte(home: Home) -> None:
    send(home, "culture.xlsx")
    (home.inbox(EDITION) / "bad.xlsx").write_bytes(b"nothing")
    take(home)
    before = digests(home.root, *COLLECTED)
    assert take(home, DAY + dt.timedelta(days=3)) == {}
    assert digests(home.root, *COLLECTED) == before


def test_the_same_name_sent_again_is_a_new_version_and_both_are_kept(home: Home) -> None:
    send(home, "culture.xlsx", *rows_of(3))
    first = take(home)["culture.xlsx"]
    send(home, "culture.xlsx", row(name="TOUT AUTRE"))
    second = take(home)["culture.xlsx"]
    assert (second.versions, second.replaces) == ({"culture": 2}, ("culture.xlsx",))
    assert all(kept_copy(home, EDITION, "culture.xlsx", known.sha256).is_file() for known in (first, second))
    assert read_names(home) == {"TOUT AUTRE"}


def test_another_name_with_the_same_projects_replaces_the_file_that_still_lies_there(home: Home) -> None:
    send(home, "culture.xlsx", *rows_of(3))
    take(home)
    send(home, "culture corrigé.xlsx", *rows_of(3, updated_cost_meur=15.0))
    assert take(home)["culture corrigé.xlsx"].replaces == ("culture.xlsx",)
    submitted = received(home).submitted
    assert set(submitted.cells["source_file"]) == {"culture corrigé.xlsx"}
    assert submitted.file_findings == ()


def test_a_project_sent_under_its_id_with_a_new_name_is_the_same_project(home: Home) -> None:
    send(home, "a.xlsx", row(name="ANCIEN NOM", project_id="PGP-0007"))
    take(home)
    send(home, "b.xlsx", row(name="NOUVEAU NOM", project_id="PGP-0007"))
    assert take(home)["b.xlsx"].replaces == ("a.xlsx",)


def test_files_of_one_ministry_with_other_projects_complete_each_other(home: Home) -> None:
    send(home, "un.xlsx", *justice("PORTALIS", "GREFFE"))
    take(home)
    send(home, "deux.xlsx", *justice("ASTREA"))
    taken = take(home)["deux.xlsx"]
    assert (taken.versions, taken.replaces) == ({"justice": 2}, ())
    assert read_names(home) == {"PORTALIS", "GREFFE", "ASTREA"}


def test_a_complement_that_repeats_a_few_projects_does_not_erase_the_others(home: Home) -> None:
    send(home, "un.xlsx", *justice("A", "B", "C", "D", "E"))
    take(home)
    send(home, "deux.xlsx", *justice("E", "F"))
    assert take(home)["deux.xlsx"].replaces == ()
    assert read_names(home) == {"A", "B", "C", "D", "E", "F"}


def test_two_files_found_together_never_replace_each_other(home: Home) -> None:
    for name in ("un.xlsx", "deux.xlsx"):
        send(home, name, *justice("PORTALIS"), row(name=name, ministry="Justice"))
    assert all(not known.replaces for known in take(home).values())


def test_one_name_used_by_two_ministries_is_two_files(home: Home) -> None:
    send(home, "panorama.xlsx", *justice("PORTALIS"))
    take(home)
    send(home, "panorama.xlsx")
    taken = take(home)["panorama.xlsx"]
    assert (taken.versions, taken.replaces) == ({"culture": 1}, ())
    (gone,) = found(home)
    assert (gone.rule, gone.severity) == ("received_file_stays_in_inbox", "warning")
    assert line(state(home), "justice")["status"] == "missing"


def test_a_ministry_may_go_back_to_an_earlier_version(home: Home) -> None:
    send(home, "culture.xlsx", *rows_of(3))
    first = take(home)["culture.xlsx"]
    send(home, "culture.xlsx", *rows_of(4))
    take(home)
    send(home, "culture.xlsx", *rows_of(3))
    back = take(home)["culture.xlsx"]
    assert (back.sha256, back.versions, back.replaces) == (first.sha256, {"culture": 3}, ("culture.xlsx",))
    assert len(read_names(home)) == 3
    assert take(home) == {}


def test_removing_the_new_file_gives_its_place_back_to_the_old_one(home: Home) -> None:
    send(home, "old.xlsx", *rows_of(3))
    take(home)
    new = send(home, "new.xlsx", *rows_of(4))
    take(home)
    new.unlink()
    assert take(home)["old.xlsx"].versions == {"culture": 3}
    assert len(read_names(home)) == 3


def test_a_file_of_several_ministries_has_a_line_and_a_version_for_each(home: Home) -> None:
    send(home, "justice.xlsx", *justice("PORTALIS"))
    take(home)
    write_csv(home.inbox(EDITION) / "tous.csv", table_of([row(), *justice("PORTALIS")]))
    taken = take(home)["tous.csv"]
    assert taken.versions == {"culture": 1, "justice": 2}
    assert taken.replaces == ("justice.xlsx",)


def test_a_nil_return_takes_the_place_of_the_rows_and_rows_take_its_place(home: Home) -> None:
    send(home, "justice.xlsx", *justice("PORTALIS"))
    take(home)
    form(home.inbox(EDITION) / "néant.xlsx", answers=SIGNED | {SIGN_OFF_NIL: "Oui"}, ministry="Ministère de la Justice")
    nil = take(home)["néant.xlsx"]
    assert (nil.status, nil.versions, nil.replaces) == ("nil", {"justice": 2}, ("justice.xlsx",))
    known = line(state(home), "justice")
    assert (known["status"], known["projects"], known["signed_by"]) == ("nil", 0, SIGNED[SIGN_OFF_NAME])
    send(home, "finalement.xlsx", *justice("GREFFE"))
    assert take(home)["finalement.xlsx"].replaces == ("néant.xlsx",)
    assert line(state(home), "justice")["status"] == "received"


def test_a_project_that_the_new_version_forgets_is_named(home: Home) -> None:
    send(home, "culture.xlsx", *rows_of(3))
    take(home)
    assert found(home) == []
    send(home, "culture.xlsx", *rows_of(2))
    take(home)
    (lost,) = found(home)
    assert (lost.rule, lost.severity, lost.file) == ("new_version_keeps_projects", "warning", "culture.xlsx")
    assert "PROJET 003" in lost.message


def test_a_project_moved_to_another_file_is_not_lost(home: Home) -> None:
    send(home, "culture.xlsx", *rows_of(3))
    take(home)
    send(home, "culture.xlsx", *rows_of(2))
    send(home, "suite.xlsx", row(name="PROJET 003"))
    take(home)
    assert found(home) == []


def test_a_harmful_file_is_put_aside_with_the_reason_and_the_others_are_taken_in(home: Home) -> None:
    send(home, "culture.xlsx")
    bad = home.inbox(EDITION) / "justice.xlsx"
    bad.write_bytes(b"not a workbook")
    digest = sha256_of(bad)
    taken = take(home)
    assert (taken["culture.xlsx"].status, taken["justice.xlsx"].status) == ("read", "quarantined")
    assert [path.name for path in home.received(EDITION)] == ["culture.xlsx"]
    aside = home.quarantine(EDITION) / f"{digest[:12]}-justice.xlsx"
    assert aside.read_bytes() == b"not a workbook"
    reason = json.loads(aside.with_name(f"{aside.name}.json").read_text(encoding="utf-8"))
    assert (reason["file"], reason["sha256"], reason["size_bytes"]) == ("justice.xlsx", digest, 14)
    assert reason["put_aside_on"] == DAY.isoformat()
    assert "illisible" in reason["reason"]
    (finding,) = found(home)
    assert (finding.rule, finding.severity, finding.file) == ("no_file_is_in_quarantine", "error", "justice.xlsx")
    assert reason["reason"] in finding.message
    known = line(state(home), "justice")
    assert (known["status"], known["version"], known["errors"]) == ("quarantined", 1, 1)


def test_once_sent_again_readable_a_file_put_aside_is_settled(home: Home) -> None:
    bad = home.inbox(EDITION) / "justice.xlsx"
    bad.parent.mkdir(parents=True)
    bad.write_bytes(b"not a workbook")
    take(home)
    send(home, "justice.xlsx", *justice("PORTALIS"))
    assert take(home)["justice.xlsx"].versions == {"justice": 2}
    assert found(home) == []
    bad.write_bytes(b"not a workbook")
    assert take(home)["justice.xlsx"].versions == {"justice": 3}
    assert {finding.rule for finding in found(home)} == {"no_file_is_in_quarantine", "received_file_stays_in_inbox"}


def test_what_a_person_removes_from_quarantine_is_no_longer_awaited(home: Home) -> None:
    (home.inbox(EDITION)).mkdir(parents=True)
    (home.inbox(EDITION) / "notes.pdf").write_bytes(b"%PDF")
    take(home)
    assert len(found(home)) == 1
    shutil.rmtree(home.quarantine(EDITION))
    assert found(home) == []


@pytest.mark.parametrize("name", ["a\nb.xlsx", "x\\..\\..\\y.xlsx", "\x1b[31mrouge.xlsx", "é" * 120 + ".xlsx"])
def test_a_name_that_means_harm_is_a_plain_name_in_quarantine(home: Home, name: str) -> None:
    home.inbox(EDITION).mkdir(parents=True)
    (home.inbox(EDITION) / name).write_bytes(b"x")
    take(home)
    assert home.received(EDITION) == []
    for path in home.quarantine(EDITION).iterdir():
        assert path.resolve().parent == home.quarantine(EDITION).resolve()
        assert path.name.isprintable()
        assert "\\" not in path.name
    assert len(read_quarantine(home, EDITION)) == 1
    assert len(ledger(home)) == 1


def test_a_file_beyond_the_limit_is_put_aside_without_being_read_whole(home: Home) -> None:
    home.settings.write_text("[reading]\nfile_bytes = 1000\n", encoding="utf-8")
    home.inbox(EDITION).mkdir(parents=True)
    with (home.inbox(EDITION) / "huge.xlsx").open("wb") as stream:
        stream.truncate(2**40)
    take(home)
    (known,) = read_quarantine(home, EDITION).values()
    assert (known.size_bytes, known.hashed_bytes) == (2**40, 1000)
    assert "limite" in known.reason


def test_a_file_still_being_written_waits(home: Home) -> None:
    send(home, "culture.xlsx")
    assert taken_in(home, EDITION, DAY, quiet_seconds=3600).taken == []
    assert len(taken_in(home, EDITION, DAY).taken) == 1


@pytest.mark.parametrize("step", ["copy", "reason", "line"])
def test_what_a_killed_process_left_is_completed(home: Home, tmp_path: Path, step: str) -> None:
    send(home, "culture.xlsx")
    (home.inbox(EDITION) / "bad.xlsx").write_bytes(b"nothing")
    other = Home(tmp_path / "other")
    shutil.copytree(home.root, other.root)
    take(home)
    done = digests(home.root, *COLLECTED)
    # What a process has written when it is killed after each step, in their order.
    shutil.copytree(home.root / "received", other.root / "received")
    if step in ("reason", "line"):
        shutil.copytree(home.root / "quarantine", other.root / "quarantine", ignore=shutil.ignore_patterns("*.xlsx"))
    if step == "line":
        shutil.copy(home.registers / "submissions.csv", other.registers / "submissions.csv")
    take(other)
    assert digests(other.root, *COLLECTED) == done


def everything(receipt: Receipt) -> dict[str, object]:
    """All that a receipt says, to be compared."""
    submitted, known = receipt.submitted, receipt.received
    return {
        "taken": receipt.taken,
        "tables": [each.to_csv() for each in (submitted.cells, submitted.rows, known.lines, known.stands.current)],
        "findings": (submitted.file_findings, submitted.value_findings),
        "files": submitted.files,
        "collection": (known.present, known.waiting, known.stands.superseded),
    }


@pytest.mark.parametrize("day", [DAY, DAY + dt.timedelta(days=1)])
def test_without_a_register_to_add_to_nothing_is_written_and_the_receipt_is_the_same(home: Home, day: dt.date) -> None:
    send(home, "culture.xlsx", *rows_of(3))
    if day != DAY:
        take(home)
        send(home, "culture v2.xlsx", *rows_of(2))
    send(home, "justice.xlsx", row(name="PORTALIS", ministry="Justice", updated_cost_meur="douze"))
    form(home.inbox(EDITION) / "néant.xlsx", answers=SIGNED | {SIGN_OFF_NIL: "Oui"}, ministry="Ministère des Armées")
    (home.inbox(EDITION) / "bad.xlsx").write_bytes(b"nothing")
    (home.inbox(EDITION) / "justice (1).xlsx").write_bytes((home.inbox(EDITION) / "justice.xlsx").read_bytes())
    before = digests(home.root, *COLLECTED)
    tried = receive(read_state(home), EDITION, day)
    assert digests(home.root, *COLLECTED) == before
    assert everything(tried) == everything(taken_in(home, EDITION, day))
    # And once taken in, only the news is no longer new.
    assert everything(receive(read_state(home), EDITION, day)) == everything(tried) | {"taken": []}


def test_each_file_is_opened_and_typed_once(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    typed: list[int] = []
    read, types = workbooks.open_sheets, typed_rows.type_projects

    def open_sheets(path: Path, limits: FileLimits) -> list[Sheet]:
        opened.append(path.name)
        return read(path, limits)

    def type_projects(cells: pd.DataFrame, labels: Mapping[str, str]) -> tuple[pd.DataFrame, list[Finding]]:
        typed.append(len(cells.drop_duplicates(["source_file", "source_row"])))
        return types(cells, labels)

    send(home, "culture.xlsx", *rows_of(3))
    take(home)
    send(home, "justice.xlsx", *justice("PORTALIS"))
    monkeypatch.setattr(workbooks, "open_sheets", open_sheets)
    monkeypatch.setattr(submitted, "type_projects", type_projects)
    taken_in(home, EDITION, DAY)
    assert (opened, typed) == (["culture.xlsx", "justice.xlsx"], [4])


def test_late_is_counted_from_the_first_readable_file(home: Home) -> None:
    send(home, "culture.xlsx")
    send(home, "justice.xlsx", *justice("PORTALIS"))
    taken_in(home, EDITION, DAY, days={"justice.xlsx": dt.date(2021, 11, 13)})
    send(home, "culture.xlsx", *rows_of(3, updated_cost_meur=15.0))
    take(home, dt.date(2021, 11, 20))
    found = state(home, "interieur")
    assert [line(found, ministry)["late_days"] for ministry in ("culture", "justice")] == [0, 3]
    culture = line(found, "culture")
    assert (culture["first_received_on"], culture["received_on"]) == (pd.Timestamp(DAY), pd.Timestamp("2021-11-20"))
    missing = line(found, "interieur")
    assert missing["status"] == "missing"
    assert pd.isna(missing["late_days"])
    assert pd.isna(missing["version"])


def test_each_ministry_answers_for_its_own_rows(home: Home) -> None:
    write_csv(home.inbox(EDITION) / "tous.csv", table_of([row(), *justice("PORTALIS")]))
    take(home)
    findings = [
        Finding("cost_is_given", "warning", "Le coût manque.", file="tous.csv", sheet="tous", row=3),
        Finding("last_line_is_ended", "warning", "Pas de fin.", file="tous.csv"),
        Finding("cost_is_given", "error", "Ailleurs.", file="inconnu.csv"),
        Finding("figures_equal_published_ones", "warning", "De l'édition."),
    ]
    found = state(home, findings=findings)
    assert [line(found, ministry)["warnings"] for ministry in ("culture", "justice")] == [1, 2]
    assert [finding.message for finding in found.findings[""]] == ["Ailleurs."]
    assert found.has_errors()


def test_the_page_says_all_and_runs_nothing_that_a_file_brings(home: Home) -> None:
    send(home, "culture.xlsx")
    (home.inbox(EDITION) / "<script>alert(1)<script>.xlsx").write_bytes(b"nothing")
    take(home)
    send(home, "culture.xlsx", *rows_of(2))
    take(home)
    files = render_collection(state(home, "justice"), DAY)
    page = files["index.html"]
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    for part in ("Ministère de la Culture", "Attendu", "FILE-010", "FILE-012", "PROJET 003", "10 novembre 2021"):
        assert part in page.replace("\N{NO-BREAK SPACE}", " ")
    assert "url(" not in page
    data = json.loads(files["collection.json"])
    assert [known["version"] for known in data["versions"] if known["file"] == "culture.xlsx"] == [1, 2]
    assert render_collection(state(home, "justice"), DAY) == files
