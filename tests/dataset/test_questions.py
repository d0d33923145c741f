"""What people ask of the panorama: each question is one line on a published CSV of the demonstration.

The right answer comes from the tables of the warehouse.
"""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from homes import Said

from warehouse.archive.tables import (
    CORE_PROJECTS,
    OUT_CHANGES,
    OUT_HEADLINES,
    OUT_KEY_FIGURES,
    OUT_MOVEMENTS,
    OUT_SLIPPAGE_GROUPS,
    OUT_SLIPPAGE_PROJECTS,
    OUT_TARGET_PROJECTS,
    OUT_TARGETS,
)
from warehouse.home.store import ParquetStore
from warehouse.model.schema import Table
from warehouse.projects.opinions import opinion_is_lacking
from warehouse.projects.withheld import without_withheld

EDITION = "2021-11"
# Half of the last decimal of a rate, and of an amount that is computed.
RATIO, MEUR = 5e-7, 5e-5

Published = Callable[[str], pd.DataFrame]
Kept = Callable[[Table], pd.DataFrame]


@pytest.fixture
def csv(demonstration: tuple[Path, Said]) -> Published:
    """A published CSV, by the stem of its name, read as anyone does."""
    folder = demonstration[0] / "out" / EDITION / "open_data"
    return lambda stem: pd.read_csv(folder / f"{stem}.csv")


@pytest.fixture
def kept(demonstration: tuple[Path, Said]) -> Kept:
    """A table of the warehouse, of all editions."""
    store = ParquetStore(demonstration[0] / "warehouse")
    return lambda table: store.history(table, EDITION)


def of_edition(frame: pd.DataFrame) -> pd.DataFrame:
    rows: pd.DataFrame = frame.loc[frame["edition"].eq(EDITION)]
    return rows


def test_which_ten_projects_slip_most(csv: Published, kept: Kept) -> None:
    answer = csv("panorama-2021-11").nlargest(10, "taux_ecart_budgetaire").set_index("identifiant_projet")

    right = of_edition(kept(OUT_SLIPPAGE_PROJECTS)).nlargest(10, "budget_slippage_ratio").set_index("project_id")
    assert list(answer.index) == list(right.index)
    assert answer["taux_ecart_budgetaire"].tolist() == pytest.approx(right["budget_slippage_ratio"].tolist(), abs=RATIO)


def test_what_became_of_one_project(csv: Published, kept: Kept) -> None:
    answer = csv("historique").query("identifiant_projet == 'PGP-0003'").set_index("edition")["cout_actualise_meur"]

    core = kept(CORE_PROJECTS)
    right = core.loc[core["project_id"].eq("PGP-0003")].set_index("edition")["updated_cost_meur"]
    assert len(right) > 1
    assert answer.to_dict() == right.to_dict()


def test_how_each_ministry_slipped_over_time(csv: Published, kept: Kept) -> None:
    answer = csv("evolution").query("code_perimetre == 'published' and code_dimension == 'ministry' and code_taux == 'budget' and code_methode == 'mean_of_ratios'").set_index(["code_groupe", "edition"])["valeur"].dropna()  # fmt: skip # noqa: E501

    of = {"perimeter": "published", "dimension": "ministry", "rate": "budget", "method": "mean_of_ratios"}
    groups = kept(OUT_SLIPPAGE_GROUPS)
    rows = groups.loc[groups[list(of)].eq(pd.Series(of)).all(axis=1)]
    right = rows.set_index(["group_id", "edition"])["value_ratio"].dropna()
    assert len(set(right.index.get_level_values("edition"))) > 1
    assert answer.to_dict() == pytest.approx(right.to_dict(), abs=RATIO)


def test_who_left_why_and_at_what_cost(csv: Published, kept: Kept) -> None:
    answer = csv("mouvements").query("code_mouvement == 'left'")[["edition", "identifiant_projet", "code_motif_sortie", "dernier_cout_meur"]]  # fmt: skip # noqa: E501

    movements = kept(OUT_MOVEMENTS)
    gone = movements.loc[movements["movement"].eq("exit")]
    last = without_withheld(kept(CORE_PROJECTS)).rename(columns={"edition": "previous_edition"})
    right = gone.merge(last[["previous_edition", "project_id", "updated_cost_meur"]], how="left")
    right = right[["edition", "project_id", "exit_reason", "updated_cost_meur"]].sort_values(["edition", "project_id"])
    assert len(right) > 1
    assert answer.astype(object).where(answer.notna(), None).to_numpy().tolist() == (
        right.astype(object).where(right.notna(), None).to_numpy().tolist()
    )


def test_what_changed_in_one_project(csv: Published, kept: Kept) -> None:
    answer = csv("changements").query("edition == '2021-11' and identifiant_projet == 'PGP-0004'")["code_changement"]

    changes = of_edition(kept(OUT_CHANGES)).query("project_id == 'PGP-0004'")["change"]
    assert "end" in set(changes)
    # The duration moved with the end: said once.
    assert sorted(answer) == sorted(set(changes) - {"duration"})


def test_how_many_euros_the_portfolio_drifts(csv: Published, kept: Kept) -> None:
    answer = csv("panorama-2021-11")["ecart_budgetaire_meur"].sum()

    headlines = of_edition(kept(OUT_HEADLINES)).set_index("rate")
    rows = len(csv("panorama-2021-11"))
    assert answer == pytest.approx(headlines.loc["budget", "drift_meur"], abs=rows * MEUR)


def test_which_projects_from_nine_million_have_no_opinion(csv: Published, kept: Kept) -> None:
    answer = csv("suivi").query("edition == '2021-11' and code_regle == 'no_opinion'")["identifiant_projet"]
    tacit = csv("panorama-2021-11").query("cout_actualise_meur >= 9 and code_avis_dinum == 'tacit'")["identifiant_projet"]  # fmt: skip # noqa: E501

    shown = without_withheld(kept(CORE_PROJECTS))
    lacking = of_edition(shown.loc[opinion_is_lacking(shown)])["project_id"]
    silent = of_edition(shown.loc[shown["opinion"].eq("tacit") & shown["updated_cost_meur"].ge(9)])["project_id"]
    assert len(lacking)
    assert len(silent)
    assert set(answer) == set(lacking)
    assert set(tacit) == set(silent)
    assert set(answer).isdisjoint(tacit)


@pytest.mark.parametrize(("rate", "published"), [("budget", "budgetaire"), ("schedule", "calendaire")])
def test_the_headline_is_the_mean_of_the_rows(csv: Published, kept: Kept, rate: str, published: str) -> None:
    answer = csv("panorama-2021-11")[f"taux_ecart_{published}"].mean()

    headlines = of_edition(kept(OUT_HEADLINES)).set_index("rate")
    assert answer == pytest.approx(headlines.loc[rate, "mean_ratio"], abs=RATIO)
    counted = csv("panorama-2021-11")[f"code_statut_ecart_{published}"].eq("known").sum()
    assert counted == headlines.loc[rate, "n"]


def test_what_the_portfolio_costs(csv: Published, kept: Kept) -> None:
    answer = csv("panorama-2021-11")["cout_actualise_meur"].sum()

    (right,) = of_edition(kept(OUT_KEY_FIGURES))["total_cost_meur"]
    assert answer == pytest.approx(right)


def test_who_weighs_most_in_the_distance_to_the_target(csv: Published, kept: Kept) -> None:
    answer = csv("cibles_projets").query("edition == '2021-11' and code_taux == 'schedule' and rang <= 3")["identifiant_projet"]  # fmt: skip # noqa: E501
    distance = csv("cibles_projets").query("edition == '2021-11'").groupby("code_taux")["part_distance_points"].sum()

    shares = of_edition(kept(OUT_TARGET_PROJECTS)).query("rate == 'schedule'")
    assert set(answer) == set(shares.nlargest(3, "held_pts")["project_id"])
    right = of_edition(kept(OUT_TARGETS)).set_index("rate")["distance_pts"]
    assert distance.to_dict() == pytest.approx(right.to_dict(), abs=1e-4)


@pytest.mark.parametrize("rate", ["budget", "schedule"])
def test_what_each_project_adds_to_the_mean_of_every_edition(csv: Published, kept: Kept, rate: str) -> None:
    answer = csv("ecarts").query(f"code_taux == '{rate}'").groupby("edition")["contribution_points"].sum() / 100

    headlines = kept(OUT_HEADLINES)
    right = headlines.loc[headlines["rate"].eq(rate)].set_index("edition")["mean_ratio"]
    assert answer.to_dict() == pytest.approx(right.to_dict(), abs=len(csv("panorama-2021-11")) * RATIO)


def test_what_was_promised_for_a_project_and_when(csv: Published, kept: Kept) -> None:
    answer = csv("references_projets").query("identifiant_projet == 'PGP-0012'")[["edition", "numero_reference", "cout_meur"]]  # fmt: skip # noqa: E501

    slippages = kept(OUT_SLIPPAGE_PROJECTS).query("project_id == 'PGP-0012'").set_index("edition")
    assert answer["cout_meur"].iloc[0] == slippages["initial_cost_meur"].iloc[0]
    assert answer.to_numpy().tolist()[1:] == [["2021-07", 2, 95.42]]
    assert slippages["baseline_number"].to_dict() == {"2020-06": 1, "2020-11": 1, "2021-07": 2, "2021-11": 2}


def test_which_missions_are_open_and_which_gave_what(csv: Published) -> None:
    now = csv("missions").query("edition == '2021-11'").set_index("identifiant_projet")

    assert now["code_etat"].to_dict() == {"PGP-0012": "opened", "PGP-0014": "closed"}
    assert now["issue"].dropna().to_dict() == {"PGP-0014": "Déploiement par étapes retenu"}


def test_which_causes_that_an_opinion_named_were_followed(csv: Published) -> None:
    now = csv("avis_causes").query("edition == '2021-11'")

    assert now.query("code_suite_donnee == 'followed'")["identifiant_projet"].tolist() == ["PGP-0024"]
    assert now.query("code_suite_donnee == 'not_followed'")["code_axe"].tolist() == ["planning"]
    assert now["suite_donnee"].isna().sum() == 1


def test_no_column_that_people_open_is_empty_in_every_edition(csv: Published) -> None:
    history = csv("historique")
    assert len(history.columns) <= 30
    assert list(history.columns) == list(csv("panorama-2021-11").columns)
    assert history.columns[history.isna().all()].tolist() == []
