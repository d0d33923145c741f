"""A whole semester, as an operator runs it: from the calendar to the publication, then a correction of the past.

`docs/semester.md` tells it day by day; `docs/semester-run.md` is what the terminal showed, written by this test where
the environment variable PANORAMA_TRANSCRIPT names the file.
"""

import datetime as dt
import os
import re
import shlex
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import openpyxl
import pytest
from homes import Said, clone, panorama
from udata_server import Udata, running_udata

PROJECT = Path(__file__).parents[2]
TRANSCRIPT = PROJECT / "docs" / "semester-run.md"
EDITION, BEFORE = "2022-06", "2021-11"
FIRST_ROW = 2
# Lines of an answer that the transcript keeps.
HEAD, TAIL = 32, 6


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Udata]:
    with running_udata(tmp_path_factory.mktemp("udata")) as running:
        yield running


def shortened(shown: str) -> str:
    """What a person reads of a long answer: its beginning and its end."""
    lines = shown.rstrip().splitlines()
    if len(lines) > HEAD + TAIL:
        lines = [*lines[:HEAD], f"[… {len(lines) - HEAD - TAIL} lines …]", *lines[-TAIL:]]
    return "\n".join(lines)


class Semester:
    """A home, its inbox as ministries fill it, and what the operator typed and read."""

    def __init__(self, home: Path, platform: Udata) -> None:
        self.home, self.platform = home, platform
        self.organization = platform.new_organization()
        self.inbox = home / "inbox" / EDITION
        self.shown: list[str] = []

    def tell(self, title: str) -> None:
        """Begin a day."""
        self.shown.append(f"\n## {title}\n")

    def type(self, command: str, status: int = 0) -> str:
        """Run a command as it is typed; what the terminal showed, on lines without their folds."""
        words = [word.replace("_", " ") for word in command.split()]
        said: Said = panorama(self.home, *words)
        shown = f"$ panorama {shlex.join(words)}\n{said.output}{said.errors}"
        for real, told in (
            (str(self.home), "panorama-home"),
            (" --home panorama-home", ""),
            (self.platform.base_url, "https://demo.data.gouv.fr"),
            (self.organization, "dinum"),
        ):
            shown = shown.replace(real, told)
        self.shown.append(f"```console\n{shortened(shown)}\n```\n")
        assert said.status == status, shown
        return re.sub(r"\s+", " ", shown)

    def form(self, ministry: str) -> Path:
        """The form that was sent to a ministry."""
        (found,) = (self.home / "out" / EDITION / "templates").glob(f"*{ministry}*.xlsx")
        return found

    def send(
        self,
        ministry: str,
        changes: Mapping[str, tuple[str, str]] = MappingProxyType({}),
        *,
        name: str | None = None,
        signed: bool = True,
    ) -> None:
        """A ministry signs its form, changes a cell of projects, or leaves their row out, and sends it."""
        book = openpyxl.load_workbook(self.form(ministry))
        sheet, attestation = book["Projets"], book["Attestation"]
        if signed:
            attestation["B5"], attestation["B6"], attestation["B7"] = "Non", "Une directrice", dt.date(2022, 7, 1)
        headers = {cell.value: position for position, cell in enumerate(sheet[1], start=1)}
        for project, (header, value) in changes.items():
            (row,) = (
                line for line in range(FIRST_ROW, sheet.max_row + 1)
                if sheet.cell(line, headers["Identifiant du projet"]).value == project
            )  # fmt: skip
            if header:
                sheet.cell(row, headers[header]).value = value
            else:
                sheet.delete_rows(row)
        target = self.inbox / (name or f"{ministry}.xlsx")
        target.parent.mkdir(parents=True, exist_ok=True)
        book.save(target)

    def projects(self, ministry: str) -> list[str]:
        """The identifiers on the form of a ministry."""
        sheet = openpyxl.load_workbook(self.form(ministry), read_only=True)["Projets"]
        return [str(line[0]) for line in sheet.iter_rows(min_row=FIRST_ROW, max_col=1, values_only=True) if line[0]]

    def publish(self, edition: str) -> str:
        """Approve, look at the plan, publish."""
        self.type(f"approve {edition} --by Ada")
        where = f"--base-url {self.platform.base_url} --organization {self.organization}"
        plan = self.type(f"publish {edition} {where}")
        self.type(f"publish {edition} {where} --apply --by Ada")
        return plan


def test_a_whole_semester(
    demonstration: tuple[Path, Said],
    semester_cases: Path,
    platform: Udata,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATA_GOUV_API_KEY", platform.keys["editor"])
    semester = Semester(clone(demonstration[0], tmp_path / "home"), platform)
    the_calendar_opens(semester)
    the_files_arrive(semester, semester_cases)
    they_are_corrected(semester)
    the_edition_is_closed_and_published(semester)
    the_past_is_corrected(semester)
    record = "# A semester, as the terminal showed it\n" + "\n".join(semester.shown)
    if wanted := os.environ.get("PANORAMA_TRANSCRIPT"):
        Path(wanted).write_text(record, encoding="utf-8")
    assert typed(TRANSCRIPT.read_text(encoding="utf-8")) == typed(record)


def typed(text: str) -> list[str]:
    """The commands of a transcript."""
    return [line for line in text.splitlines() if line.startswith("$ panorama")]


def the_calendar_opens(semester: Semester) -> None:
    semester.tell("1 June: the edition is opened, the forms are written")
    semester.type(f"edition open {EDITION} --cutoff 2022-07-15")
    semester.type(f"template {EDITION}")
    told = semester.type(f"status {EDITION} --on 2022-06-01")
    assert "15 juillet 2022" in told
    assert f"panorama collect {EDITION}" in told or "letters" in told


def the_files_arrive(semester: Semester, cases: Path) -> None:
    semester.tell("10 July: files arrive, some of them odd")
    for ministry in ("affaires_etrangeres", "armees", "ecologie", "education", "pm", "travail"):
        semester.send(ministry)
    semester.send("affaires_sociales", signed=False)
    semester.send("economie_finances", name="Finances/economie_finances.xlsx")
    justice, interieur = semester.projects("justice")[0], semester.projects("interieur")[0]
    semester.send("justice", {justice: ("Phase", "Cadrge")})
    semester.send("interieur", {interieur: ("", "")})
    shutil.copy(cases / "agriculture-of-2021-11.xlsx", semester.inbox / "agriculture.xlsx")
    (semester.inbox / "courrier.docx").write_bytes(b"PK\x03\x04")
    (semester.inbox / "Thumbs.db").write_bytes(b"\xd0\xcf\x11\xe0")
    (semester.inbox / "passwd.csv").symlink_to("/etc/passwd")
    told = semester.type(f"collect {EDITION} --on 2022-07-10", status=1)
    assert told.count("À corriger") == 1
    assert "passwd.csv" in told
    assert "root:" not in told
    told = semester.type(f"status {EDITION} --on 2022-07-10")
    for awaited in ("Justice", "Intérieur", "Culture", f"panorama letters {EDITION}"):
        assert awaited in told
    semester.type(f"return {EDITION}")
    told = semester.type(f"letters {EDITION} --on 2022-07-10")
    written = semester.home / "out" / EDITION / "letters"
    assert len(list(written.glob("*.eml"))) == len(list(written.glob("*.txt"))) == 12
    assert "Cadrge" in (written / "justice.txt").read_text(encoding="utf-8")
    assert interieur in (written / "interieur.txt").read_text(encoding="utf-8")


def they_are_corrected(semester: Semester) -> None:
    semester.tell("16 July: corrected files, one ministry still silent")
    (semester.inbox / "passwd.csv").unlink()
    assert "courrier.docx" in semester.type("quarantine list")
    semester.type(f"quarantine dismiss courrier.docx --edition {EDITION} --why Une_lettre --by Ada")
    shutil.rmtree(semester.inbox / "Finances")
    for ministry in ("justice", "agriculture", "affaires_sociales", "economie_finances"):
        semester.send(ministry)
    semester.type(f"collect {EDITION} --on 2022-07-16")
    told = semester.type(f"letters {EDITION} --on 2022-07-16")
    late = (semester.home / "out" / EDITION / "letters" / "culture.txt").read_text(encoding="utf-8")
    assert "retard" in late
    assert told


def the_edition_is_closed_and_published(semester: Semester) -> None:
    semester.tell("20 July: the edition is computed, closed, approved and published")
    interieur = semester.projects("interieur")[0]
    assert "provisoire" in semester.type(f"run {EDITION}").lower()
    refused = semester.type(f"approve {EDITION} --by Ada", status=1)
    assert "Culture" in refused
    assert interieur in refused
    told = semester.type(f"status {EDITION} --on 2022-07-20")
    assert f"panorama projects exit {interieur} --edition {EDITION}" in told
    semester.type(f"projects exit {interieur} --edition {EDITION} --reason abandonné --by Ada")
    semester.type(f"edition close {EDITION} --without culture --why Fichier_égaré --by Ada")
    shown = semester.type(f"run {EDITION}")
    assert "provisoire" not in shown.lower()
    assert "absence reconnue par Ada" in shown
    plan = semester.publish(EDITION)
    assert "absence reconnue" in plan
    published = semester.platform.dataset(semester.organization)
    assert any(EDITION in resource["title"] or EDITION in resource["url"] for resource in published["resources"])
    told = semester.type(f"status {EDITION} --on 2022-07-20")
    assert "publiée" in told.lower()


def the_past_is_corrected(semester: Semester) -> None:
    semester.tell("5 September: a ministry corrects a figure of the edition before")
    path = semester.home / "inbox" / BEFORE / "justice.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["Projets"]
    (column,) = (cell.column for cell in sheet[1] if str(cell.value).startswith("Coût complet actualisé"))
    cell = sheet.cell(FIRST_ROW, int(column or 0))
    cell.value = float(str(cell.value)) + 10
    book.save(path)
    told = semester.type(f"run {BEFORE} --by Justice --why Coût_corrigé")
    assert f"éditions refaites avec celle-ci : {EDITION}" in told
    told = semester.type("status --on 2022-09-05")
    assert f"panorama approve {EDITION}" in told
    for edition in (BEFORE, EDITION):
        semester.publish(edition)
    told = semester.type(f"status {EDITION} --on 2022-09-05")
    assert "périmée" not in told
