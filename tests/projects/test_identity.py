"""The rows of an edition are linked to the projects known from others: precisely, or not at all.

The truth, `data/identity_truth.csv`, was labelled by hand on the descriptions. Its hard cases:

- 3PA-S, 3-PAS-S_DAE and APPACH are one project: the same bricks of the State's purchasing system, same start.
- REHUCIT is Montée de version du SIRH: one text, one start, and the name comes back in 2018-03.
- MOBILITE is NEOGEND/NEOPOL: one text, one start, 81.6 M€.
- INPT of 2021 is INPT of 2018: the same two operations, « faisceaux hertziens » and « version IP », cut down.
- ARCHIPEL is ARCHIPEL-NG: both give the Service historique de la Défense its application on Vitam, from 2015-04.
- CASSIOPEE, CASSIOPEE V2, CASSIOPEE again are one project: one text, from 2014-01, 9.9 M€.
- GENESIS V2 is not GENESIS: it enters without figures as the first one leaves, with its text copied.
- FRANCE CONNECT PHASE II is not FRANCE CONNECT: its text follows « un premier projet »; it is itself in 2021.
- PNIJ NG (ANTENJ) is not PNIJ: another architecture, begun twelve years later.
- HARMONIE is the Enrichissement du SI Harmonie, same start; IRHIS is another project, fed by Harmonie.
- MISTRAL is PIB/MISTRAL; SIRHEN is one project whose start moves from 2007-01 to 2008-12.
- DSN FPE (CONCENTRATEUR) is the Concentrateur DSN of 2017 and the one of 2021.
- RenoiRH of the social ministries rolls out the product that RenoiRH of the CISIRH builds: two projects.
- RESYTAL, SIRENA and SIRHIUS drop « cycle 1 » and « V1 » from their names and nothing else.
- SSLD-II adds to Source Solde and is not it; neither is any SIRH of education in 2021 SIRHEN, which they follow.
"""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.identity import link_editions, main, pairwise_quality, read_editions
from warehouse.projects.identity import DTYPES, match_projects
from warehouse.projects.names import Likeness, Versions, compare_versions, likeness, read_name

TRUTH = Path(__file__).parents[1] / "data" / "identity_truth.csv"
GENERAL = "Modernisation du système de gestion des dossiers au profit des agents et des usagers du ministère"
OTHER = "Interceptions judiciaires transmises par voie électronique aux enquêteurs et réponses des opérateurs"
FIELDS = {
    "edition": "2017-11",
    "name": None,
    "ministry_id": "justice",
    "partner_ministry_id": None,
    "description": None,
    "start_date": None,
    "updated_cost_meur": None,
    "functional_zone": None,
    "project_id": None,
}
EDITIONS = ["2016-11", "2017-02", "2017-06", "2017-11", "2018-03", "2021-07"]


def row(name: str | None, start: str | None = None, cost: float | None = None, **others: object) -> dict[str, object]:
    return {**FIELDS, "name": name, "start_date": start, "updated_cost_meur": cost, **others}


def known_row(
    name: str | None, start: str | None = None, cost: float | None = None, **others: object
) -> dict[str, object]:
    return row(name, start, cost, **{"edition": "2017-06", "project_id": "PGP-0001", **others})


def frame(*rows: dict[str, object]) -> pd.DataFrame:
    texts = dict.fromkeys(set(FIELDS) - {"start_date", "updated_cost_meur"}, "str")
    types = {**texts, "start_date": "datetime64[s]", "updated_cost_meur": "float64"}
    return pd.DataFrame(list(rows), columns=list(FIELDS)).astype(types)


def decide(current: dict[str, object], *known: dict[str, object]) -> str:
    return str(match_projects(frame(current), frame(*known))["decision"].iloc[0])


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("OPER@", "Opera", Likeness.IDENTICAL),
        ("France Connect", "FRANCECONNECT", Likeness.IDENTICAL),
        ("MCIC²", "MCIC-2", Likeness.IDENTICAL),
        ("PROJET SOLDE GENDARMERIE", "SOLDE GENDARMERIE", Likeness.SAME_CORE),
        ("SIRH DIALOGUE 2", "DIALOGUE 2", Likeness.SAME_CORE),
        ("Déploiement RenoiRH", "RENOIRH", Likeness.SAME_CORE),
        ("PPNG Plan Préfectures Nouvelle Génération", "PPNG", Likeness.SAME_CORE),
        ("Réseau Interministériel de l'Etat", "RIE", Likeness.ALIAS),
        ("Compte Personnel d’Activité", "CPA", Likeness.ALIAS),
        ("Plan préfectures nouvelle génération", "PPNG", Likeness.ALIAS),
        ("SI Paie des EPLE (OPERA)", "OPER@", Likeness.ALIAS),
        ("PIB/MISTRAL", "MISTR@L", Likeness.ALIAS),
        ("Paysage : Modernisation iso fonctionnelle de PAY", "PAYSAGE", Likeness.ALIAS),
        ("Regroupement des centres informatiques", "Regroup. centres info.", Likeness.ALIAS),
        ("SÉGUR-FONTENOY", "SEGUR", Likeness.CONTAINED),
        ("Concentrateur DSN", "DSN FPE (CONCENTRATEUR)", Likeness.CONTAINED),
        ("Guichet entreprise", "Guichets entreprises", Likeness.ALIAS),
        ("3PA-S", "3-PAS-S_DAE", Likeness.CONTAINED),
        ("DEMATIF_SG", "Dématif", Likeness.CONTAINED),
        ("SIG", "SIGMA", Likeness.DIFFERENT),
        ("GENESIS", "GENESYS", Likeness.SIMILAR),
        ("MIGRATION SIRH", "REURBANISATION SIRH", Likeness.DIFFERENT),
        ("REHUCIT", "Montée de version du SIRH", Likeness.DIFFERENT),
        ("", "", Likeness.DIFFERENT),
        ("???", "!!!", Likeness.DIFFERENT),
    ],
)
def test_names_are_compared_as_a_reader_would(one: str, other: str, expected: Likeness) -> None:
    assert likeness(read_name(one), read_name(other)) == likeness(read_name(other), read_name(one)) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("GENESIS", "GENESIS v2", Versions.ONE_SIDED),
        ("FRANCE CONNECT", "FRANCE CONNECT PHASE II", Versions.ONE_SIDED),
        ("ARCHIPEL-NG", "ARCHIPEL", Versions.ONE_SIDED),
        ("EXPADON 2", "Expadon2", Versions.SAME),
        ("REVTC V2", "REVTC v2.1", Versions.SAME),
        ("Phase II", "Phase 2", Versions.SAME),
        ("RESYTAL CYCLE 1", "RESYTAL", Versions.FIRST_LEFT_OUT),
        ("CIEL lot 1", "CIEL lot 2", Versions.CONFLICTING),
        ("CPP 2017", "CPP", Versions.SAME),
        ("B015", "3D", Versions.SAME),
    ],
)
def test_versions_are_read_however_they_are_written(one: str, other: str, expected: Versions) -> None:
    assert compare_versions(read_name(one), read_name(other)) == expected


@pytest.mark.parametrize(
    ("current", "known"),
    [
        (("RIE", "2011-05", 60.1), ("Réseau Interministériel de l'Etat", "2011-05", 59.5)),
        (("CPA", "2015-12", 24.8), ("Compte Personnel d'Activité", "2015-12", 24.0)),
        (("PPNG", "2015-06", 17.1), ("PPNG", "2016-03", 17.1)),
        (("OPER@", "2015-02", 17.4), ("SI Paie des EPLE (OPERA)", "2015-02", None)),
        (("MISTR@L", "2014-06", 26.6), ("PIB/MISTRAL", "2014-06", 26.2)),
        (("CASSIOPEE V2", "2014-01", 9.9), ("CASSIOPEE", "2014-01", 9.9)),
        (("RESYTAL", "2012-12", 25.7), ("RESYTAL CYCLE 1", "2012-12", 21.6)),
        (("HARMONIE", "2014-04", 38.6), ("Enrichissement du SI Harmonie et fusion des métiers RH", "2014-04", 34.2)),
        (("MOBILITE", "2014-09", 81.6), ("Equipement numérique mobile NEOGEND/NEOPOL", "2014-09", 81.6)),
        (("LSUN", "2014-06", 2.0), ("LSU du CP à la 3EME", "2014-06", 2.0)),
    ],
)
def test_a_project_is_followed_under_another_name(
    current: tuple[str, str, float], known: tuple[str, str, float]
) -> None:
    assert decide(row(*current, description=GENERAL), known_row(*known, description=GENERAL)) == "certain"


@pytest.mark.parametrize(
    ("current", "known"),
    [
        (("FRANCE CONNECT PHASE II", "2017-01", None), ("FRANCE CONNECT", "2013-07", 7.0)),
        (("GENESIS V2", None, None), ("GENESIS", "2007-01", 47.5)),
        (("PNIJ NG (ANTENJ)", "2017-12", None), ("PNIJ", "2005-03", 151.4)),
        (("CIEL lot 2", None, None), ("CIEL lot 1", None, None)),
        (("SSLD-II", "2020-11", 33.2), ("SOURCE SOLDE", "2014-04", 126.0)),
    ],
)
def test_a_successor_is_another_project_even_with_the_text_of_its_elder(
    current: tuple[str, str, float], known: tuple[str, str, float]
) -> None:
    assert decide(row(*current, description=GENERAL), known_row(*known, description=GENERAL)) != "certain"


def test_one_product_in_several_ministries_is_as_many_projects() -> None:
    known = known_row("RenoiRH", "2014-04", 38.2, ministry_id="economie_finances", description=GENERAL)
    for ministry in ("culture", "pm", "affaires_sociales"):
        assert decide(row("RenoiRH", "2012-01", 27.1, ministry_id=ministry, description=GENERAL), known) != "certain"
        assert decide(row("RenoiRH", ministry_id=ministry, description=GENERAL), known) != "certain"


def test_a_project_follows_a_ministry_that_is_split() -> None:
    known = known_row("SIRANO", "2014-09", 10.1, ministry_id="economie_finances")
    current = row("Sirano", "2014-09", 10.1, ministry_id="comptes_publics")
    assert decide(current, known) == "certain"


ALL_THE_SAME: dict[str, Any] = {"description": GENERAL, "functional_zone": "Ressources humaines"}


@pytest.mark.parametrize("edition", ["2017-11", "2018-03"])
@pytest.mark.parametrize("cost", [23.3, 24.9])
def test_a_project_follows_a_transfer_to_an_unrelated_ministry(edition: str, cost: float) -> None:
    known = known_row("DSN FPE", "2016-11", 23.3, ministry_id="comptes_publics", **ALL_THE_SAME)
    moved = row("DSN FPE (concentrateur)", "2016-11", cost, ministry_id="culture", edition=edition, **ALL_THE_SAME)
    assert decide({**moved, "name": "DSN FPE"}, known) == "certain"
    assert decide(moved, known) == "certain"


def test_a_ministry_that_an_edition_does_not_name_is_not_another() -> None:
    known = known_row("DSN FPE", "2016-11", 23.3, ministry_id="unspecified", edition="2017-11")
    assert decide(row("DSN FPE", "2016-11", 23.3, ministry_id="culture", edition="2018-03"), known) == "certain"


def test_a_transfer_is_doubtful_when_nothing_but_the_name_the_start_and_the_text_tells_it() -> None:
    known = known_row("DSN FPE", "2016-11", ministry_id="comptes_publics", **ALL_THE_SAME)
    assert decide(row("DSN FPE", "2016-11", ministry_id="culture", **ALL_THE_SAME), known) == "doubtful"


def test_a_project_that_is_still_in_its_ministry_was_not_transferred() -> None:
    known = known_row("DSN FPE", "2016-11", 23.3, ministry_id="comptes_publics", **ALL_THE_SAME)
    stays = row("DSN FPE", "2016-11", 23.3, ministry_id="comptes_publics", **ALL_THE_SAME)
    copy = row("DSN FPE", "2016-11", 23.3, ministry_id="culture", **ALL_THE_SAME)
    result = match_projects(frame(copy, stays), frame(known))
    assert result["decision"].tolist() == ["new", "certain"]


def test_a_project_split_between_two_ministries_waits_for_a_person() -> None:
    known = known_row("DSN FPE", "2016-11", 23.3, ministry_id="comptes_publics", **ALL_THE_SAME)
    parts = [row("DSN FPE", "2016-11", 23.3, ministry_id=each, **ALL_THE_SAME) for each in ("culture", "justice")]
    assert match_projects(frame(*parts), frame(known))["decision"].tolist() == ["doubtful", "doubtful"]


def test_a_project_that_left_long_ago_is_not_transferred_on_a_start_and_a_cost() -> None:
    known = known_row("DSN FPE", "2016-11", 23.3, ministry_id="comptes_publics", edition="2016-11")
    assert decide(row("DSN FPE", "2016-11", 23.3, ministry_id="culture", edition="2018-03"), known) == "doubtful"


def test_a_name_that_begins_another_waits_for_a_person_though_the_ministry_was_split() -> None:
    known = known_row("3PA-S", "2016-01", ministry_id="economie_finances", functional_zone="Achats")
    current = row("3-PAS-S_DAE", "2016-01", ministry_id="comptes_publics", functional_zone="Achats")
    assert decide(current, known) == "doubtful"


def test_a_name_and_a_start_are_not_enough_in_an_unrelated_ministry() -> None:
    known = known_row("ELIRE", "2016-03", ministry_id="justice")
    assert decide(row("ELIRE", "2016-03", ministry_id="culture"), known) == "doubtful"


def test_a_start_that_moves_does_not_lose_a_project() -> None:
    known = known_row("SIRHEN", "2007-01", 496.4, description=GENERAL)
    assert decide(row("SIRHEN", "2008-12", 496.5, description=GENERAL), known) == "certain"


def test_a_project_that_comes_back_withheld_is_still_itself() -> None:
    known = known_row("SIRHEN", "2008-12", 496.5, description=GENERAL)
    assert decide(row("SIRHEN", edition="2019-07"), known) == "certain"


def test_two_rows_that_could_be_one_project_are_both_doubtful() -> None:
    twins = frame(row("PNR", "2011-07", 52.0), row("PNR", "2011-07", 52.0))
    result = match_projects(twins, frame(known_row("PNR", "2011-07", 52.0)))
    assert result["decision"].tolist() == ["doubtful", "doubtful"]
    assert result["project_id"].isna().all()
    assert result["candidate_id"].tolist() == ["PGP-0001", "PGP-0001"]


def test_a_row_that_could_be_two_projects_is_doubtful() -> None:
    known = [known_row("PNR", "2011-07", 52.0, project_id=identifier) for identifier in ("PGP-0001", "PGP-0002")]
    assert decide(row("PNR", "2011-07", 52.0), *known) == "doubtful"


def test_costs_and_texts_have_had_time_to_change_between_editions_years_apart() -> None:
    known = known_row("ARCHIPEL-NG", "2015-04", 17.5, description=GENERAL)
    assert decide(row("ARCHIPEL", "2015-04", 14.3, description=GENERAL), known) == "doubtful"
    assert decide(row("ARCHIPEL", "2015-04", 14.3, description=OTHER, edition="2021-07"), known) == "certain"


def test_all_the_names_a_project_was_met_under_are_known() -> None:
    known = [
        known_row("Montée de version du SIRH", "2016-10", edition="2017-06"),
        known_row("REHUCIT", "2016-10", edition="2017-11"),
    ]
    assert decide(row("MONTEE DE VERSION SIRH", "2016-10", 35.06, edition="2018-03"), *known) == "certain"


def test_the_evidence_is_one_line_in_french() -> None:
    current = row("Mistral", "2014-06", 26.6, description=GENERAL, functional_zone="Gestion publique")
    known = known_row("MISTR@L", "2014-06", 26.55, description=GENERAL, functional_zone="Gestion publique")
    result = match_projects(frame(current), frame(known)).iloc[0]
    assert result["evidence"] == (
        "nom identique ; même ministère ; même début 2014-06 ; coût 26,6 ≈ 26,6 ; même zone ; description 1,00 ; "
        "poids 29,9 bits"
    )
    assert result["score"] == pytest.approx(1)


def test_what_is_unlike_everything_is_new_and_without_candidate() -> None:
    result = match_projects(
        frame(row("PNIJ", "2005-03", 121.2, description=OTHER)),
        frame(known_row("VITAM", "2013-07", 26.3, ministry_id="pm", description=GENERAL)),
    )
    assert result["decision"].tolist() == ["new"]
    assert result[["project_id", "candidate_id", "score"]].isna().all(axis=None)


@pytest.mark.parametrize("known", [frame(), frame(known_row("PNR"))])
@pytest.mark.parametrize("current", [frame(), frame(row("VITAM", ministry_id="pm"))])
def test_nothing_to_compare_is_no_link(current: pd.DataFrame, known: pd.DataFrame) -> None:
    result = match_projects(current, known)
    assert result.dtypes.astype("str").to_dict() == DTYPES
    assert result.index.equals(current.index)
    assert set(result["decision"]) <= {"new"}


def test_rows_that_say_nothing_are_linked_to_nothing() -> None:
    blank = dict.fromkeys(FIELDS) | {"edition": "2017-11"}
    current = frame(blank, row("???"), row(""), row("2"))
    known = frame(blank | {"edition": "2017-06", "project_id": "PGP-0001"}, known_row("!!!", project_id="PGP-0002"))
    result = match_projects(current, known)
    assert not result["decision"].eq("certain").any()


names = st.sampled_from(
    ["PNR", "P.N.R", "PNR 2", "Déploiement PNR", "SI Paie (OPERA)", "OPER@", "RenoiRH", "", None, "?"]
)
starts = st.sampled_from(["2014-01-01", "2014-03-01", "2016-01-01", None])
costs = st.sampled_from([10.0, 10.1, 50.0, 0.0, None])
ministries = st.sampled_from(["pm", "justice", "economie_finances", "comptes_publics", None])
texts = st.sampled_from([GENERAL, OTHER, "NC", None])
drawn_rows = st.builds(
    lambda name, start, cost, ministry, text: row(name, start, cost, ministry_id=ministry, description=text),
    names, starts, costs, ministries, texts,
)  # fmt: skip
drawn_known = st.builds(
    lambda base, edition, number: {**base, "edition": edition, "project_id": f"PGP-{number:04d}"},
    drawn_rows, st.sampled_from(["2016-11", "2017-06", "2018-03"]), st.integers(1, 4),
)  # fmt: skip


@given(current=st.lists(drawn_rows, max_size=6), known=st.lists(drawn_known, max_size=8), seed=st.integers(0, 999))
def test_the_order_of_rows_changes_nothing_and_links_are_one_to_one(
    current: list[dict[str, object]], known: list[dict[str, object]], seed: int
) -> None:
    rows, others = frame(*current), frame(*known)
    before = rows.copy(), others.copy()
    result = match_projects(rows, others)
    again = match_projects(rows.sample(frac=1, random_state=seed), others.sample(frac=1, random_state=seed))
    pd.testing.assert_frame_equal(again.loc[rows.index], result)
    assert result["project_id"].dropna().is_unique
    assert result["project_id"].notna().equals(result["decision"].eq("certain"))
    assert result["candidate_id"].isna().equals(result["decision"].eq("new"))
    assert result["score"].dropna().between(0, 1).all()
    pd.testing.assert_frame_equal(rows, before[0])
    pd.testing.assert_frame_equal(others, before[1])


@pytest.fixture(scope="module")
def labelled(real_data: Path) -> pd.DataFrame:
    return read_editions(real_data / "editions", TRUTH)


def test_every_row_of_the_editions_is_labelled(labelled: pd.DataFrame) -> None:
    assert len(labelled) == 350
    assert labelled["project"].notna().all()
    assert not labelled.duplicated(["edition", "project"]).any()


def test_backfilled_in_order_the_editions_are_linked_precisely(labelled: pd.DataFrame) -> None:
    quality = pairwise_quality(link_editions(labelled, EDITIONS))
    assert quality.precision >= 0.99, quality
    assert quality.recall >= 0.95, quality


@pytest.mark.parametrize(
    ("order", "recall"),
    [
        (EDITIONS[::-1], 0.95),
        (["2016-11", "2017-11", "2021-07"], 0.95),
        (["2021-07", "2016-11", "2017-11"], 0.9),
        (["2017-02", "2021-07"], 0.9),
        (["2018-03", "2016-11", "2021-07", "2017-06"], 0.9),
    ],
)  # fmt: skip
def test_with_editions_missing_or_out_of_order_links_stay_precise(
    labelled: pd.DataFrame, order: list[str], recall: float
) -> None:
    quality = pairwise_quality(link_editions(labelled, order))
    assert quality.precision >= 0.99, quality
    assert quality.recall >= recall, quality


def test_pairs_are_counted_between_editions_only() -> None:
    links = pd.DataFrame(
        [("a", "1", "x"), ("a", "2", "y"), ("b", "1", "x"), ("c", "1", "y"), ("c", "3", "x")],
        columns=["edition", "project_id", "project"],
    )
    quality = pairwise_quality(links)
    # Found: a1-b1, a1-c1, b1-c1; true: the three pairs of x and the one of y.
    assert (quality.found, quality.true, quality.right) == (3, 4, 1)


@pytest.mark.parametrize(("order", "status"), [(["2016-11", "2017-02"], 0), (["2021-07", "2016-11"], 1)])
def test_the_benchmark_fails_when_links_are_missing(real_data: Path, order: list[str], status: int) -> None:
    assert main(["--editions", str(real_data / "editions"), "--order", *order]) == status
