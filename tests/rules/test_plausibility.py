"""Figures out of their unit are told what they may have meant; figures of a large project are left alone."""

import datetime as dt
from collections.abc import Sequence
from itertools import chain
from pathlib import Path

from row_cases import REVISED, Received, found_together, one, opened, submitted
from submissions import row, rows_of

from warehouse.model.findings import Finding

# The right row of the other tests ends before the edition, and gives its opinion without a date.
CURRENT = {"updated_end_date": dt.date(2021, 12, 1), "opinion_date": dt.date(2019, 6, 1)}


FIGURES, WORDS = "figures_are_plausible", "words_are_coherent"


def found(folder: Path, received: Received, *checks: str) -> list[Finding]:
    """What some checks find in a file, or reading it and all of them."""
    return [*chain(*found_in_each(folder, [received], *checks))]


def found_in_each(folder: Path, files: Sequence[Received], *checks: str) -> list[list[Finding]]:
    """What some checks find in each of several files, or reading it and all of them."""
    told = found_together(folder, {f"fichier {place}": received for place, received in enumerate(files)})
    return [[finding for check in checks or of_file for finding in of_file[check]] for of_file in told.values()]


def found_with(folder: Path, changes: Sequence[dict[str, object]], *checks: str) -> list[tuple[object, Finding]]:
    """What some checks find in the current row with each of these changes, beside the changes."""
    each = found_in_each(folder, [one(**CURRENT | change) for change in changes], *checks)
    return [(change, finding) for change, of_one in zip(changes, each, strict=True) for finding in of_one]


def codes(folder: Path, received: Received, *checks: str) -> set[str]:
    return {finding.rule for finding in found(folder, received, *checks)}


def test_a_plausible_file_raises_nothing(tmp_path: Path) -> None:
    full = {
        **CURRENT,
        "description": "Dématérialise les demandes de subvention.",
        "information_url": "https://www.culture.gouv.fr/subventions",
        "functional_zone": "Ressources humaines",
        "funding": "P224 ; P361",
        "partner_ministry": "Ministère de la Justice",
        "interministerial": "Oui",
    }
    assert found(tmp_path, submitted(*rows_of(30, **full))) == []


IN_ANOTHER_UNIT: list[tuple[dict[str, object], str]] = [
    ({"updated_cost_meur": 12_500}, "Vouliez-vous dire 12,5 M€ ? Le coût semble donné en k€."),
    ({"updated_cost_meur": 12_500_000}, "Vouliez-vous dire 12,5 M€ ? Le coût semble donné en euros."),
    ({"initial_cost_meur": 0.035}, "Vouliez-vous dire 35 M€ ? Le coût semble donné en Md€."),
    ({"updated_cost_meur": 9_800}, "Vouliez-vous dire 9,8 M€ de coût actualisé ?"),
    ({"initial_cost_meur": 12_000}, "Vouliez-vous dire 12 M€ de coût initial ?"),
]


def test_a_cost_in_another_unit_is_told_what_it_may_have_meant(tmp_path: Path) -> None:
    each = found_in_each(tmp_path, [one(**CURRENT | changes) for changes, _ in IN_ANOTHER_UNIT])
    for (_, meant), findings in zip(IN_ANOTHER_UNIT, each, strict=True):
        assert meant in " ".join(finding.message for finding in findings)


def test_a_number_of_months_given_for_years_is_told_what_it_may_have_meant(tmp_path: Path) -> None:
    (finding,) = found(tmp_path, opened(**{"Durée du projet en années": "42"}), FIGURES)
    assert (finding.rule, finding.severity, finding.cell) == ("duration_is_in_years", "warning", "E2")
    assert "Vouliez-vous dire 3,5 ans ?" in finding.message


LARGE_PROJECTS: list[dict[str, object]] = [
    # The smallest and the largest published costs, and bounds themselves.
    {"initial_cost_meur": 0.3, "updated_cost_meur": 0.3},
    {"initial_cost_meur": 496.5, "updated_cost_meur": 496.5},
    {"initial_cost_meur": 1000, "updated_cost_meur": 1000},
    {"initial_cost_meur": 10, "updated_cost_meur": 50},
    {"initial_cost_meur": 10, "updated_cost_meur": 2},
    {"updated_cost_meur": None},
    # 4,9 % of cost; a year less a month of delay.
    {"updated_cost_meur": 10.49, "initial_end_date": dt.date(2021, 12, 1), "deviation_reason": None},
    {"updated_cost_meur": 10, "updated_end_date": dt.date(2021, 12, 31)},
    {"deviation_reason": None, "deviation_comment": "Deux lots ajoutés en 2020."},
    {"deviation_reason": "Autre", "deviation_comment": "Deux lots ajoutés en 2020."},
    # Seventeen years; an end at the month of the edition.
    {"start_date": dt.date(2005, 1, 1), "updated_end_date": dt.date(2022, 1, 1)},
    {"updated_end_date": dt.date(2021, 11, 1)},
    {"phase": "Terminé", "updated_end_date": dt.date(2021, 11, 30)},
    {"phase": "Cadrage", "initial_cost_meur": None, "start_date": dt.date(2018, 11, 1)},
    {"start_date": None, "withheld": "Oui"},
]


def test_what_a_large_project_may_well_be_is_left_alone(tmp_path: Path) -> None:
    assert found_with(tmp_path, LARGE_PROJECTS, FIGURES) == []


def test_a_revision_that_explains_itself_is_left_alone(tmp_path: Path) -> None:
    revised = REVISED | {"rebaseline_date": dt.date(2022, 4, 1), "initial_start_date": dt.date(2018, 12, 1)}
    assert found(tmp_path, one(**CURRENT | revised), FIGURES, WORDS) == []


def test_figures_kept_back_are_not_looked_at(tmp_path: Path) -> None:
    # What a finding says is published.
    wrong = {"updated_cost_meur": 12_500, "updated_end_date": dt.date(2060, 1, 1), "deviation_reason": None}
    withheld = {"withheld": "Oui", "withheld_reason": "Appel d'offres en cours", "opinion": None}
    assert codes(tmp_path, one(**wrong)) >= {"updated_cost_is_in_millions", "updated_end_date_is_within_25_years"}
    assert found(tmp_path, one(**wrong | withheld)) == []


WELL_WRITTEN: list[dict[str, object]] = [
    {"name": "3-PAS-S_DAE"},
    {"name": "RIE"},
    {"name": "Projet Solde"},
    {"name": "Testament numérique"},
    {"name": "N" * 120},
    {"description": "Test de dépistage en ligne"},
    {"information_url": "https://www.pnr.gouv.fr/page?id=2#p3"},
    {"performance_plan_url": "https://www.budget.gouv.fr/129.pdf ; https://www.budget.gouv.fr/302.pdf#page=2"},
    {"funding": "P156 ; P302"},
    {"opinion": "Tacite", "opinion_date": None},
    {"opinion": "Défavorable", "phase": "Cadrage", "initial_cost_meur": None},
    {"opinion_date": dt.date(2017, 1, 1)},
    {"opinion_date": dt.date(2022, 5, 1)},
    {"opinion": None, "opinion_date": None, "updated_cost_meur": 8.9},
]


def test_what_a_ministry_may_well_write_is_left_alone(tmp_path: Path) -> None:
    assert found_with(tmp_path, WELL_WRITTEN, WORDS) == []


def test_a_column_that_a_file_leaves_empty_throughout_is_not_asked_for(tmp_path: Path) -> None:
    assert codes(tmp_path, submitted(row(name="A"), row(name="B")), WORDS) == {"opinion_is_dated"}
    filled = submitted(row(name="A", description="Une phrase."), row(name="B"))
    (finding,) = (f for f in found(tmp_path, filled, WORDS) if f.rule == "description_is_filled")
    assert (finding.row, finding.severity) == (3, "notice")
