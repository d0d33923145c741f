"""The memory of a home, from the command line: who is who, who left, what was known when, what differs."""

import csv
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from editions import EDITIONS
from homes import After, clone, digests, done, panorama
from submissions import row, table_of, write_csv, write_xlsx

from warehouse.model.french import NBSP

OPEN_DATA = ["Nom du projet", "Ministère porteur", "Projet interministériel", "Description", "Début",
             "Durée prévisionnelle en années", "Phase", "Coût estimé", "Zone fonctionnelle"]  # fmt: skip
GENESIS = [
    "GENESIS",
    "MJ",
    "Non",
    "Gestion des personnes écrouées",
    "2007-01-01",
    "10",
    "Déploiement",
    "47,5",
    "Justice",
]
GENESIS_V2 = ["GENESIS V2", "MJ", "Non", "Gestion des personnes écrouées", "", "", "Cadrage", "En cadrage", "Justice"]
OTHER = ["CROCUS", "MEAE", "Non", "Gestion des crédits", "2016-01-01", "5", "Déploiement", "12,6", "Finances"]


def submit(home: Path, edition: str, *rows: dict[str, object]) -> None:
    write_xlsx(home / "inbox" / edition / "culture.xlsx", table_of(rows))


def ids(home: Path, edition: str) -> dict[str, str]:
    core = pd.read_parquet(home / "warehouse" / "core_projects" / f"edition={edition}")
    return dict(zip(core["name"], core["project_id"], strict=True))


def shown(home: Path, edition: str, *options: str) -> dict[str, Any]:
    said = panorama(home, "show", edition, "--json", *options)
    assert said.status == 0, said.errors
    found: dict[str, Any] = json.loads(said.output)
    return found


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two open-data editions; in the second, a name that may be that of the first."""
    home = tmp_path_factory.mktemp("published")
    for edition, first in (("2020-11", GENESIS), ("2021-07", GENESIS_V2)):
        write_csv(home / "inbox" / edition / "edition.csv", [OPEN_DATA, first, OTHER])
    done(home, "backfill", "2020-11..2021-07")
    return home


@pytest.fixture(scope="module")
def declared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An edition with one project."""
    home = tmp_path_factory.mktemp("declared")
    submit(home, "2021-07", row())
    done(home, "run", "2021-07")
    return home


def test_a_doubtful_link_is_listed_confirmed_and_applied_at_the_next_run(published: Path, tmp_path: Path) -> None:
    home = clone(published, tmp_path / "home")
    doubtful = ids(home, "2021-07")["GENESIS V2"]
    (waiting,) = json.loads(panorama(home, "projects", "review", "--json").output)
    assert (waiting["project_id"], waiting["candidate_id"]) == (doubtful, ids(home, "2020-11")["GENESIS"])
    assert doubtful in panorama(home, "projects", "review").output
    said = panorama(
        home, "projects", "confirm", doubtful, "--same-as", waiting["candidate_id"], "--by", "Ada", "--why", "Suite"
    )
    assert said.status == 0, said.errors
    assert "panorama run 2021-07" in said.output
    with (home / "registers" / "decisions.csv").open(encoding="utf-8") as stream:
        (decision,) = csv.DictReader(stream)
    assert (decision["decided_by"], decision["reason"]) == ("Ada", "Suite")
    assert json.loads(panorama(home, "projects", "review", "--json").output) == []
    assert panorama(home, "run", "2021-07").status == 0
    assert ids(home, "2021-07")["GENESIS V2"] == waiting["candidate_id"]
    assert {event["change"] for event in shown(home, "13")["events"]} == {"renamed"}


def test_a_project_is_split_from_an_edition_on(published: Path, tmp_path: Path) -> None:
    home = clone(published, tmp_path / "home")
    crocus = ids(home, "2020-11")["CROCUS"]
    assert ids(home, "2021-07")["CROCUS"] == crocus
    said = panorama(home, "projects", "split", crocus, "--from", "13", "--why", "Autre marché")
    assert said.status == 0, said.errors
    decided = digests(home, "registers")
    again = panorama(home, "projects", "split", crocus, "--from", "13", "--why", "Autre marché")
    assert again.status == 0, again.errors
    assert f"{crocus} : déjà enregistré" in again.output
    assert digests(home, "registers") == decided
    assert panorama(home, "backfill", "12..13").status == 0
    assert ids(home, "2020-11")["CROCUS"] == crocus
    assert ids(home, "2021-07")["CROCUS"] != crocus


def test_a_project_alone_is_told_with_where_each_figure_comes_from(published: Path) -> None:
    crocus = ids(published, "2020-11")["CROCUS"]
    told = json.loads(panorama(published, "projects", "show", crocus, "--json").output)
    assert [edition["edition"] for edition in told["editions"]] == ["2020-11", "2021-07"]
    assert told["editions"][0]["source_file"] == "edition.csv"
    assert told["editions"][0]["source_row"] == 3
    assert [link["decision"] for link in told["links"]] == ["new", "certain"]
    assert "CROCUS" in panorama(published, "projects", "show", crocus).output


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("projects", "show", "PGP-9999"), "Projet inconnu"),
        (("projects", "confirm", "PGP-9999"), "Projet inconnu"),
        (("projects", "confirm", "PGP-0001", "--same-as", "PGP-0002"), "figurent à l'édition 2020-11"),
        (("projects", "confirm", "PGP-0001", "--same-as", "PGP-0001"), "ne peuvent pas être un seul projet"),
        (("projects", "split", "PGP-0001", "--from", "2021-11"), "n'a pas de ligne"),
        (("projects", "exit", "PGP-0001", "--edition", "12", "--reason", "terminé"), "figure encore"),
        (("projects", "exit", "PGP-0001", "--edition", "13", "--reason", "envolé"), "« Abandonné »"),
        (("diff", "12", "14"), "n'a pas été calculée"),
        (("diff", "12@2", "13"), "n'a pas de version 2"),
        (("diff", "12@x", "13"), "ÉDITION@VERSION"),
        (("show", "13", "--as-of", "2021-07-01"), "n'était pas connue"),
        (("show", "13", "--as-of", "hier"), "AAAA-MM-JJ"),
    ],
)
def test_what_makes_no_sense_is_refused_and_writes_nothing(
    published: Path, arguments: tuple[str, ...], part: str
) -> None:
    before = digests(published, "registers")
    said = panorama(published, *arguments)
    assert said.status == 2
    assert part in said.errors
    assert digests(published, "registers") == before


def test_an_exit_warns_until_a_reason_is_given(after: After, tmp_path: Path) -> None:
    home = clone(after(*EDITIONS[:2]), tmp_path / "home")
    leaver = ids(home, "2020-11")["DELTA"]

    found = home / "out" / "2021-07" / "quality" / "no_project_vanishes_unseen.json"
    assert leaver in found.read_text(encoding="utf-8")
    given = panorama(home, "projects", "exit", leaver, "--edition", "13", "--reason", "abandonné", "--by", "Ada")
    assert given.status == 0, given.errors
    errors = panorama(home, "run", "2021-07").errors
    left = "\n".join(line for line in errors.splitlines() if "[HIST-001]" in line)
    assert leaver not in left
    assert left  # of the other project that left
    assert "(abandonné)" in panorama(home, "show", "2021-07").output
    leavers = pd.read_parquet(home / "warehouse" / "out_leavers" / "edition=2021-07").set_index("project_id")
    assert leavers.loc[leaver, "exit_reason"] == "abandoned"
    assert leavers.loc[leaver, "budget_slippage_ratio"] == pytest.approx(0.1)


def test_initial_figures_that_contradict_the_ledger_are_refused_unless_rebaselined(
    declared: Path, tmp_path: Path
) -> None:
    home = clone(declared, tmp_path / "home")
    before = _decided(home)
    submit(home, "2021-11", row(initial_cost_meur=11.5))
    for command in ("check", "run"):
        refused = panorama(home, command, "2021-11")
        assert refused.status == 1
        for part in ("culture.xlsx", "ligne 2", "11,5", "10,", "révision de trajectoire"):
            assert part in refused.errors
    assert _decided(home) == before
    revised = {
        "rebaseline_date": dt.date(2021, 9, 1),
        "rebaseline_reason": "Périmètre étendu",
        "rebaseline_cost_meur": 11.5,
        "rebaseline_end_date": dt.date(2021, 7, 1),
    }
    submit(home, "2021-11", row(**revised))
    accepted = panorama(home, "run", "2021-11")
    assert accepted.status == 0, accepted.errors
    assert "n° 2 : Périmètre étendu" in accepted.output
    slippage = pd.read_parquet(home / "warehouse" / "out_slippage_projects" / "edition=2021-11").iloc[0]
    assert slippage["budget_slippage_ratio"] == pytest.approx(0.2)  # 12 against the first 10
    assert slippage["budget_current_slippage_ratio"] == pytest.approx(12 / 11.5 - 1)
    assert slippage["budget_previous_slippage_ratio"] == 0
    assert slippage["schedule_current_slippage_ratio"] == 0
    assert panorama(home, "run", "2021-11").status == 0
    assert len((home / "registers" / "baselines.csv").read_text(encoding="utf-8").splitlines()) == 3


def _decided(home: Path) -> dict[str, str]:
    """The registers but that of what was received: a refused file was received all the same."""
    return {name: digest for name, digest in digests(home, "registers").items() if "submissions" not in name}


def test_the_real_case_of_edition_13_corrected_three_days_later(tmp_path: Path) -> None:
    submit(tmp_path, "2021-07", row(updated_cost_meur=1880.0, initial_cost_meur=1500.0))
    said = panorama(tmp_path, "run", "13", "--known-on", "2021-07-17")
    assert said.status == 0, said.errors
    first = digests(tmp_path, "warehouse/versions")
    submit(tmp_path, "2021-07", row(updated_cost_meur=2350.0, initial_cost_meur=1500.0))
    corrected = ("run", "13", "--known-on", "2021-07-20", "--by", "DINUM", "--why", "Projets oubliés")
    said = panorama(tmp_path, *corrected)
    assert said.status == 0, said.errors
    assert panorama(tmp_path, *corrected).status == 0
    totals = {
        day: shown(tmp_path, "13", "--as-of", day)["total_cost_meur"]
        for day in ("2021-07-17", "2021-07-19", "2021-07-20")
    }
    assert totals == {"2021-07-17": 1880.0, "2021-07-19": 1880.0, "2021-07-20": 2350.0}
    now = shown(tmp_path, "13")
    assert (now["version"], now["known_on"], now["total_cost_meur"]) == (2, "2021-07-20", 2350.0)
    (cost, *_others) = [line for line in now["corrections"] if line["field"] == "updated_cost_meur"]
    assert (cost["before"], cost["after"]) == ("1880.0", "2350.0")
    assert (cost["changed_by"], cost["reason"]) == ("DINUM", "Projets oubliés")
    kept = digests(tmp_path, "warehouse/versions")
    assert first.items() <= kept.items()
    told = panorama(tmp_path, "diff", "13@1", "13@2").output
    assert "« 1880.0 » → « 2350.0 »" in told
    # What was known then does not change by later runs of other editions.
    submit(tmp_path, "2021-11", row(updated_cost_meur=2400.0, initial_cost_meur=1500.0))
    assert panorama(tmp_path, "run", "14").status == 0
    assert shown(tmp_path, "13", "--as-of", "2021-07-17")["total_cost_meur"] == 1880.0
    assert kept.items() <= digests(tmp_path, "warehouse/versions").items()


def test_a_version_cannot_be_known_before_the_last_one(declared: Path, tmp_path: Path) -> None:
    home = clone(declared, tmp_path / "home")
    submit(home, "2021-07", row(updated_cost_meur=13.0))
    said = panorama(home, "run", "13", "--known-on", "2021-07-01")
    assert said.status == 2
    assert "20/07/2021" in said.errors


def test_a_diff_is_for_machines_too(published: Path) -> None:
    found = json.loads(panorama(published, "diff", "2020-11", "2021-07", "--json").output)
    assert (found["before"], found["after"]) == ("2020-11", "2021-07")
    assert [(line["change"], line["name"]) for line in found["changes"]] == [
        ("added", "GENESIS V2"),
        ("left", "GENESIS"),
    ]
    assert "aucune différence" in panorama(published, "diff", "12", "12").output


def test_registers_are_checked_as_a_whole(published: Path, tmp_path: Path) -> None:
    said = panorama(published, "registers", "check")
    assert said.status == 0
    assert f"links.csv : 4{NBSP}lignes" in said.output
    home = clone(published, tmp_path / "home")
    with (home / "registers" / "missions.csv").open("a", encoding="utf-8") as stream:
        stream.write("PGP-0001,opened,demain,,\n")
    broken = panorama(home, "registers", "check")
    assert broken.status == 2
    for part in ("missions.csv", "ligne 2", "« event_date »", "« demain »"):
        assert part in broken.errors


def test_a_label_the_project_does_not_know_is_added_without_a_commit(tmp_path: Path) -> None:
    submit(tmp_path, "2021-11", row(ministry="Ministère des Affaires numériques"))
    refused = panorama(tmp_path, "run", "14")
    assert refused.status == 1
    assert "registers/ministries.csv" in refused.errors
    with (tmp_path / "registers" / "ministries.csv").open("a", encoding="utf-8") as stream:
        stream.write("Ministère des affaires numériques,pm,2026-11-01,Ada,\n")
    assert panorama(tmp_path, "run", "14").status == 0
    core = pd.read_parquet(tmp_path / "warehouse" / "core_projects" / "edition=2021-11")
    assert core["ministry_id"].tolist() == ["pm"]


def test_what_a_person_adds_to_the_registers_reaches_the_tables(tmp_path: Path) -> None:
    answers = {"PROJET ALPHA": None, "DISCRET": "Favorable", "CONTRAIRE": "Favorable"}
    submit(tmp_path, "2021-11", *(row(name=name, opinion=opinion) for name, opinion in answers.items()))
    assert panorama(tmp_path, "run", "14").status == 0
    known = ids(tmp_path, "2021-11")
    registers = tmp_path / "registers"
    with (registers / "opinions.csv").open("a", encoding="utf-8") as stream:
        stream.write(f"{known['PROJET ALPHA']},2021-01-04,2021-01-20,Défavorable,Avis 1\n")
        stream.write(f"{known['CONTRAIRE']},2021-01-04,,,Avis 2\n")
    with (registers / "withheld.csv").open("a", encoding="utf-8") as stream:
        stream.write(f"{known['DISCRET']},2021-11,,true,false,open_tender,2021-11-02,Ada\n")
    said = panorama(tmp_path, "run", "14")
    assert said.status == 0, said.errors
    assert "[OPIN-003]" in said.errors
    core = pd.read_parquet(tmp_path / "warehouse" / "core_projects" / "edition=2021-11").set_index("name")
    assert core["opinion"].to_dict() == {
        "PROJET ALPHA": "unfavourable", "DISCRET": "favourable", "CONTRAIRE": "favourable",
    }  # fmt: skip
    assert core.loc[["DISCRET"], ["withheld", "cost_withheld", "schedule_withheld"]].to_numpy().tolist() == [
        [True, True, False]
    ]
    rows = pd.read_csv(tmp_path / "out" / "2021-11" / "open_data" / "panorama-2021-11.csv").set_index("nom_projet")
    assert rows["cout_actualise_meur"].isna().to_dict() == {name: name == "DISCRET" for name in answers}
    assert shown(tmp_path, "14")["total_cost_meur"] == 24.0
