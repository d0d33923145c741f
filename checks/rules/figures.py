"""The rules on the figures of a row: their unit, their magnitude, and each against the others.

A figure that is refused elsewhere (negative, unreadable) is not looked at here. A wrong unit is never corrected: what
the figure may have meant is said, and the ministry decides. The columns that the rules look at, and no table keeps,
are made in `checks.rules.plausibility`.
"""

from collections.abc import Callable
from typing import Any

import pandas as pd

from checks.rules.expectations import Rule, holds
from warehouse.archive.tables import CORE_PROJECTS
from warehouse.model.french import exact
from warehouse.projects.durations import MONTHS_PER_YEAR

# Published costs go from 0.3 to 500 M€ (editions 1 to 13), and a programme of a billion has been announced: beyond
# these bounds a figure is in another unit more often than it is true.
LEAST_COST_MEUR, MOST_COST_MEUR = 0.1, 1000.0
# A hundred billion: no cost in M€, whatever the project.
COST_IN_EUROS_MEUR = 100_000.0
# Between two costs of one project: a thousand is a unit, five is another project.
UNIT_RATIO, UNIT_TOLERANCE = 1000.0, 2.0
MOST_COST_RATIO = 5.0
# A deviation from which a reason is due; below, it is the noise of an estimate.
DEVIATION_RATIO = 0.05
# The longest published project lasts 17 years; the shortest, 14 months.
MOST_DURATION_YEARS, LEAST_DURATION_MONTHS = 25, 3
EARLIEST_START_YEAR, MOST_START_YEARS_AHEAD = 1990, 5
LONG_SCOPING_MONTHS = 36
# Ministries fill their files in the months that follow the reference month.
COLLECTION_MONTHS = 6
MOVED_END_MONTHS = 12

COSTS = {
    "initial_cost": ("initial_cost_meur", "Le coût initial"),
    "updated_cost": ("updated_cost_meur", "Le coût actualisé"),
    "rebaseline_cost": ("rebaseline_cost_meur", "Le coût révisé"),
}
Hint = Callable[[pd.Series], str | None]


def _meant(column: str) -> Hint:
    """What a cost out of bounds may have meant: euros, thousands of euros or billions for millions."""

    def hint(row: pd.Series) -> str | None:
        cost = float(row[column])
        divisor = 1e6 if cost >= COST_IN_EUROS_MEUR else 1e3 if cost > MOST_COST_MEUR else 1e-3
        unit = {1e6: "en euros", 1e3: "en k€", 1e-3: "en Md€"}[divisor]
        return f"Vouliez-vous dire {exact(round(cost / divisor, 6))} M€ ? Le coût semble donné {unit}."

    return hint


def _same_unit(row: pd.Series) -> str:
    """The updated cost in the unit of the initial one, where they are a thousand times apart."""
    initial, updated = float(row["initial_cost_meur"]), float(row["updated_cost_meur"])
    if updated > initial:
        return f"Vouliez-vous dire {exact(round(updated / UNIT_RATIO, 6))} M€ de coût actualisé ?"
    return f"Vouliez-vous dire {exact(round(initial / UNIT_RATIO, 6))} M€ de coût initial ?"


def _years(row: pd.Series) -> str:
    """A number of months given for years."""
    return f"Vouliez-vous dire {exact(round(float(row['duration_years']) / MONTHS_PER_YEAR, 2))} ans ?"


def _between(
    rule: str, looked_at: str, column: str, message: str, expected: str, hint: Hint | None, **bounds: Any
) -> Rule:
    arguments = {"column": looked_at, **bounds}
    return Rule(rule, "ExpectColumnValuesToBeBetween", column, message, expected, arguments, hint)


def _after(rule: str, later: str, earlier: str, message: str, expected: str) -> Rule:
    arguments = {"column_A": later, "column_B": earlier, "or_equal": True, "ignore_row_if": "either_value_is_missing"}
    return Rule(rule, "ExpectColumnPairValuesAToBeGreaterThanB", later, message, expected, arguments)


UNIT_ERRORS = [
    _between(
        f"{name}_is_not_in_euros",
        column,
        column,
        f"{label} ne peut pas être en M€.",
        "un coût complet en M€ TTC",
        _meant(column),
        max_value=COST_IN_EUROS_MEUR,
        strict_max=True,
    )
    for name, (column, label) in COSTS.items()
] + [
    _after(
        "rebaseline_end_date_is_after_start",
        "rebaseline_end_date",
        "start_date",
        "La fin révisée précède le début.",
        "une date postérieure au début du projet",
    )
]

COST_RULES = [
    *(
        _between(
            f"{name}_is_in_millions",
            f"{name}_of_a_project",
            column,
            f"{label} n'est pas de l'ordre de grandeur d'un grand projet.",
            f"un coût complet en M€ TTC, entre {exact(LEAST_COST_MEUR)} et {exact(MOST_COST_MEUR)}",
            _meant(column),
            min_value=LEAST_COST_MEUR,
            max_value=MOST_COST_MEUR,
        )
        for name, (column, label) in COSTS.items()
    ),
    holds(
        "updated_cost_is_not_zero",
        "updated_cost_meur",
        "Le coût actualisé est nul, alors que le projet n'est pas en cadrage.",
        "un coût complet, ou rien s'il n'est pas connu",
    ),
    holds(
        "initial_cost_is_not_zero",
        "initial_cost_meur",
        "Le coût initial est nul : l'écart budgétaire ne peut pas se calculer.",
        "le coût complet de la première référence, ou rien s'il n'est pas connu",
    ),
    holds(
        "costs_have_the_same_unit",
        "updated_cost_meur",
        "Le coût initial et le coût actualisé sont mille fois l'un l'autre.",
        "deux coûts dans la même unité, M€ TTC",
        _same_unit,
    ),
    holds(
        "updated_cost_is_near_initial",
        "updated_cost_meur",
        "Le coût actualisé est plus de cinq fois le coût initial, ou moins du cinquième.",
        "deux coûts du même périmètre",
    ),
    holds(
        "rebaseline_cost_is_near_initial",
        "rebaseline_cost_meur",
        "Le coût révisé est plus de cinq fois le coût initial, ou moins du cinquième.",
        "deux coûts du même périmètre",
    ),
    holds(
        "deviation_has_a_reason",
        "deviation_reason",
        "Un écart d'au moins 5 % sur le coût ou la durée n'a ni motif ni commentaire.",
        CORE_PROJECTS.column("deviation_reason").expected(),
    ),
    holds(
        "deviation_is_not_denied",
        "deviation_reason",
        "Le motif dit qu'il n'y a aucun écart, et le coût ou la durée s'écarte d'au moins 5 %.",
        "le motif de l'écart",
    ),
    holds(
        "other_deviation_is_explained",
        "deviation_comment",
        "Le motif de l'écart est « Autre », sans commentaire.",
        "une phrase qui dit pourquoi",
    ),
    holds(
        "cost_moves_with_the_end",
        "updated_cost_meur",
        "La fin est reportée d'un an au moins et le coût actualisé est resté exactement le coût initial.",
        "un coût réestimé avec le calendrier",
    ),
]

DATE_RULES = [
    holds(
        "forecast_end_is_not_past",
        "updated_end_date",
        "La fin actualisée est déjà passée au mois de référence, et le projet n'est pas terminé.",
        "une nouvelle fin, ou la phase « Terminé »",
    ),
    *(
        _between(
            f"{column}_is_plausible",
            f"{column}_years_ahead",
            column,
            "Ce début n'est pas d'un projet suivi à cette édition.",
            f"une date depuis {EARLIEST_START_YEAR}, au plus {MOST_START_YEARS_AHEAD} ans après l'édition",
            None,
            max_value=MOST_START_YEARS_AHEAD,
        )
        for column in ("start_date", "initial_start_date")
    ),
    *(
        _between(
            f"{column}_is_within_25_years",
            f"{column}_years_after_start",
            column,
            f"La fin est à plus de {MOST_DURATION_YEARS} ans du début.",
            f"une fin à {MOST_DURATION_YEARS} ans du début au plus",
            None,
            max_value=MOST_DURATION_YEARS,
        )
        for column in ("initial_end_date", "updated_end_date")
    ),
    _between(
        "duration_is_in_years",
        "duration_years",
        "updated_duration_months",
        "Cette durée n'est pas celle d'un projet, en années.",
        f"une durée en années, {MOST_DURATION_YEARS} au plus",
        _years,
        max_value=MOST_DURATION_YEARS,
    ),
    _between(
        "duration_is_at_least_three_months",
        "updated_duration_if_positive",
        "updated_duration_months",
        "La durée actualisée est de moins de trois mois.",
        "la durée du début du cadrage à la fin du déploiement",
        None,
        min_value=LEAST_DURATION_MONTHS,
    ),
    holds(
        "start_is_given",
        "start_date",
        "Le début manque, alors que le projet n'est pas en cadrage et que ses chiffres ne sont pas dits non publiés.",
        "le début du cadrage",
    ),
    holds(
        "initial_start_date_is_the_start",
        "initial_start_date",
        "Le début initial n'est pas le début, et aucune révision de trajectoire ne l'explique.",
        "le début du projet, ou une révision de trajectoire datée et motivée",
    ),
    holds(
        "rebaseline_date_is_not_in_the_future",
        "rebaseline_date",
        "La révision de trajectoire est datée d'après la collecte de l'édition.",
        "la date de l'acte qui l'a approuvée",
    ),
    _after(
        "rebaseline_date_is_after_start",
        "rebaseline_date",
        "start_date",
        "La révision de trajectoire est datée d'avant le début du projet.",
        "la date de l'acte qui l'a approuvée",
    ),
    _after(
        "rebaseline_end_date_is_after_rebaseline",
        "rebaseline_end_date",
        "rebaseline_date",
        "La fin révisée précède la révision qui l'approuve.",
        "une fin à venir au jour de la révision",
    ),
]

PHASE_RULES = [
    holds(
        "completed_project_has_ended",
        "updated_end_date",
        "Le projet est dit terminé, et sa fin est postérieure au mois de référence.",
        "une fin passée, ou une autre phase",
    ),
    holds(
        "started_phase_has_a_past_start",
        "start_date",
        "Le projet a dépassé le cadrage, et son début est postérieur au mois de référence.",
        "un début passé, ou la phase « Cadrage »",
    ),
    holds(
        "scoping_has_not_ended",
        "phase",
        "Le projet est dit en cadrage, et la fin de son déploiement est déjà passée.",
        "la phase où il en est, ou une nouvelle fin",
    ),
    holds(
        "scoping_promises_no_cost",
        "initial_cost_meur",
        "Un projet en cadrage porte un coût initial : la première référence s'approuve à la fin du cadrage.",
        "rien, ou la phase « Conception / Réalisation »",
    ),
    holds(
        "scoping_lasts_at_most_three_years",
        "phase",
        "Le projet est en cadrage depuis plus de trois ans.",
        "la phase où il en est",
    ),
]

PLAUSIBILITY = [*UNIT_ERRORS, *COST_RULES, *DATE_RULES, *PHASE_RULES]
