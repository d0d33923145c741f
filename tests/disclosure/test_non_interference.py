"""Nothing that is published depends on what is kept back: homes that differ only in it publish the same bytes."""

import random
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest
from homes import clone, digests, done, made_once
from withheld_homes import EARLIER, KNOWN, LATER, NEW, REGISTERED, Secret, publish, read_csv, secret_of, write_home

from pipelines.work.instance import open_instance
from warehouse.home.home import Home

SEEDS = (1, 2, 3)


def secrets_of(seed: int) -> list[Secret]:
    draw = random.Random(seed)  # noqa: S311  # not a secret, in spite of its name
    return [secret_of(draw) for _ in range(3)]


def published_home(folder: Path, seed: int) -> Path:
    home, said = made_once(folder / f"withheld-{seed}", lambda home: publish(write_home(home, secrets_of(seed))))
    assert said.status == 0, said.errors
    return home


@pytest.fixture(scope="module")
def home(session_folder: Path) -> Path:
    return published_home(session_folder, SEEDS[0])


def test_homes_that_differ_only_in_what_is_kept_back_publish_the_same_bytes(home: Path, session_folder: Path) -> None:
    assert secrets_of(SEEDS[0]) != secrets_of(SEEDS[1])
    for seed in SEEDS[1:]:
        other = published_home(session_folder, seed)
        assert digests(other, "out") == digests(home, "out")


def test_the_order_of_the_rows_of_a_file_sorted_by_cost_tells_nothing(home: Path, tmp_path: Path) -> None:
    write_home(tmp_path, secrets_of(SEEDS[0]), by_cost=True)
    assert publish(tmp_path).status == 0
    for folder in ("open_data", "publication"):
        assert digests(tmp_path, f"out/{LATER}/{folder}") == digests(home, f"out/{LATER}/{folder}")


def test_what_is_kept_back_is_empty_and_what_is_not_is_there(home: Path) -> None:
    rows = {
        line["nom_projet"]: line
        for line in read_csv(home / "out" / LATER / "open_data" / f"panorama-{LATER}-complet.csv")
    }
    told = {"edition", "identifiant_projet", "nom_projet", "ministere", "phase", "fichier_source", "date_debut"}
    for name in (KNOWN, REGISTERED, NEW):
        line = rows[name]
        assert all(line[column] for column in told)
        kept_back = ("cout_actualise_meur", "date_fin_actualisee", "description", "commentaire_ecart", "motif_ecart")
        assert not any(
            line[column] for column in (*kept_back, "financement", "programmes", "avis_dinum", "acte_revision")
        )
        assert line["chiffres_non_publies"] == "true"
    assert rows["ALPHA"]["commentaire_ecart"] == "Deux lots de plus"
    # A fingerprint is there for a file without any such project, with the rows.
    assert not rows["ALPHA"]["sha256_source"]
    assert not rows["ALPHA"]["ligne_source"]
    assert len(rows["EPSILON"]["sha256_source"]) == 64
    assert rows["EPSILON"]["ligne_source"] == "2"


def test_a_change_of_what_is_kept_back_is_no_version_and_changes_no_byte(home: Path, tmp_path: Path) -> None:
    again = clone(home, tmp_path / "again")
    moved = [
        replace(secret, updated_cost_meur=secret.updated_cost_meur + 7, texts=secret.texts | {"funding": "P156, 7 M€"})
        for secret in secrets_of(SEEDS[0])
    ]
    write_home(again, moved)
    done(again, "run", LATER, "--by", "Culture", "--why", "coût porté à 31 M€")
    versions = [line for line in read_csv(again / "registers" / "versions.csv") if line["edition"] == LATER]
    assert [line["version"] for line in versions] == ["1"]
    for folder in ("open_data", "publication"):
        assert digests(again, f"out/{LATER}/{folder}") == digests(home, f"out/{LATER}/{folder}")
    kept = pd.read_parquet(
        again / "warehouse" / "versions" / f"edition={LATER}" / "version=1" / "core_projects.parquet"
    )
    assert kept.set_index("name")["updated_cost_meur"][NEW] == moved[2].updated_cost_meur


def test_withholding_a_past_edition_succeeds_and_says_what_stays_public(home: Path, tmp_path: Path) -> None:
    past = clone(home, tmp_path / "past")
    done(past, "approve", EARLIER, "--by", "Ada Lovelace")
    with (past / "registers" / "withheld.csv").open("a", encoding="utf-8") as stream:
        stream.write(f"PGP-0004,{EARLIER},{EARLIER},true,true,trajectory_review,2021-12-01,DINUM\n")
    for edition in (EARLIER, LATER):
        done(past, "run", edition)
    (line,) = (
        line
        for line in read_csv(past / "out" / LATER / "open_data" / "historique.csv")
        if (line["edition"], line["nom_projet"]) == (EARLIER, "DELTA")
    )
    assert not line["cout_actualise_meur"]
    for edition in (EARLIER, LATER):
        read_me = (past / "out" / edition / "open_data" / "LISEZMOI.md").read_text(encoding="utf-8")
        assert f"avaient été publiés : PGP-0004 ({EARLIER})" in read_me
    corrected = (past / "out" / EARLIER / "open_data" / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "cout_non_publie" in corrected
    assert "61.0" not in corrected
    passages = read_csv(past / "out" / LATER / "open_data" / "passage.csv")
    assert not any(line["taux_depart"] for line in passages if line["identifiant_projet"] == "PGP-0004")


def test_dagster_and_the_collection_tell_nothing_of_it_either(home: Path, session_folder: Path) -> None:
    other = published_home(session_folder, SEEDS[1])
    assert told_by_dagster(other) == told_by_dagster(home)
    said = (home / "out" / LATER / "collection" / "collection.json").read_text(encoding="utf-8")
    assert "sha256" not in said


def told_by_dagster(home: Path) -> list[str]:
    """The metadata of every asset and check, but for the cells received: how many a row fills is not published."""
    kinds = {dg.DagsterEventType.ASSET_MATERIALIZATION, dg.DagsterEventType.ASSET_CHECK_EVALUATION}
    with open_instance(Home(home)) as instance:
        runs = [record.dagster_run.run_id for record in instance.get_run_records()]
        records = [record for run in runs for record in instance.get_records_for_run(run, of_type=kinds).records]
    found = []
    for record in records:
        event = record.event_log_entry.get_dagster_event()
        data = (
            event.step_materialization_data.materialization
            if event.is_step_materialization
            else (event.asset_check_evaluation_data)
        )
        asset = data.asset_key.to_user_string()
        if asset not in ("raw_submissions", "accepted_cells"):
            found.append(f"{asset} {sorted((key, str(value)) for key, value in data.metadata.items())}")
    assert found
    return sorted(text.replace(str(home.resolve()), "").replace(str(home), "") for text in found)
