"""What a plan of publication says first, and how it names what it leaves alone."""

import io
from pathlib import Path

import pytest
from exports import EDITION, NEXT, files_of, write_files
from homes import panorama
from rich.console import Console

from assets.export.client import ApiKey, DataGouv
from assets.export.content import read_content
from assets.export.execution import Exporter, Identity
from assets.export.model import KEY_MARK, Dataset, Resource
from assets.export.plan import created, make_plan
from assets.export.platform import PlatformPlan
from pipelines.told.export_views import Standing, plan_as_dict, print_plan
from warehouse.home.calendar import load_calendar

CALENDAR = load_calendar(Path("no register"))
STANDING = Standing({"HIST-001": 3, "COMP-001": 1}, ["2021-07"], ["Ministère de la Culture : aucune remontée."])


def resource(name: str, key: str | None, title: str = "") -> Resource:
    extras = {} if key is None else {KEY_MARK: key}
    return Resource(name, title or name, "", "main", "f" * 40, 9, name, f"https://exemple.fr/{name}", extras=extras)


@pytest.fixture
def planned(tmp_path: Path) -> PlatformPlan:
    """An edition to publish where those after it already are, and a file that a person added."""
    folder = write_files(tmp_path, EDITION, files_of(EDITION))
    edition, latest = CALENDAR.find(EDITION), CALENDAR.find(NEXT)
    content = read_content(
        folder, edition, latest=latest, first=edition, organization="id", extensions=("csv", "json", "txt")
    )
    there = created(content.wanted)
    others = (
        resource("panorama-courant.csv", "courant/panorama.csv"),
        resource(f"panorama-{NEXT}.csv", f"{NEXT}/panorama.csv"),
        resource("rapport.pdf", None, "Rapport"),
    )
    observed = Dataset("1", there.fields, there.extras, others)
    exporter = Exporter(
        DataGouv("https://demo.data.gouv.fr", ApiKey("no key at all".replace(" ", "-"))), Identity("id")
    )
    return PlatformPlan(exporter, content, observed, make_plan(content.wanted, observed, {}))


def lines_of(planned: PlatformPlan) -> list[str]:
    stream = io.StringIO()
    print_plan(planned, STANDING, Console(file=stream, width=160))
    return stream.getvalue().splitlines()


def test_a_plan_opens_with_what_changes_what_is_open_out_of_date_and_absent(planned: PlatformPlan) -> None:
    assert [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines_of(planned)[:4]] == [
        "fichiers : 2 créés, 0 mis à jour, 0 supprimé, 0 inchangé",
        "alertes ouvertes : 4, COMP-001 (1), HIST-001 (3)",
        "éditions périmées : 2021-07",
        "absences reconnues : Ministère de la Culture : aucune remontée.",
    ]
    summary = plan_as_dict(planned, STANDING)["summary"]
    assert (summary["created"], summary["warnings"], summary["stale"]) == (
        2,
        {"COMP-001": 1, "HIST-001": 3},
        ["2021-07"],
    )


def test_files_of_ours_of_other_editions_are_called_by_their_names(planned: PlatformPlan) -> None:
    kept = [" ".join(line.replace("│", " ").split()) for line in lines_of(planned) if "gardé" in line]
    assert kept == [
        "gardé panorama.csv 9 o dernière édition",
        f"gardé panorama.csv 9 o édition {NEXT}",
        "gardé Rapport 9 o ajouté sur la plateforme, n'est pas à nous",
    ]
    told = plan_as_dict(planned, STANDING)["kept"]
    assert [each["resource"] for each in told] == ["courant/panorama.csv", f"{NEXT}/panorama.csv", None]


def test_the_plan_of_a_folder_opens_with_the_same_summary(tmp_path: Path) -> None:
    write_files(tmp_path / "home", EDITION, files_of(EDITION) | {"datapackage.json": b"{}"})
    said = panorama(tmp_path / "home", "publish", EDITION, "--to", str(tmp_path / "web"))
    first, *others = said.output.replace("\N{NO-BREAK SPACE}", " ").splitlines()
    assert first.startswith("fichiers : ")
    assert "0 supprimé, 0 inchangé" in first
    assert others[:3] == ["alertes ouvertes : aucune", "éditions périmées : aucune", "absences reconnues : aucune"]
