"""Whether what a row says in words holds together: names and texts, ministries, opinion, withheld figures, revision."""

from collections.abc import Mapping

import dagster as dg
import pandas as pd

from assets.reading.typed_rows import type_projects
from assets.submissions import raw_submissions
from checks.recording import edition_check, record
from checks.rules.conformance import NO_OPINION, labels_of, rows_in, submission_locator
from checks.rules.expectations import Rule, findings_of, holds
from checks.rules.figures import COLLECTION_MONTHS
from checks.rules.plausibility import is_true, months_between
from warehouse.archive.tables import CORE_PROJECTS
from warehouse.facts.ministries import NO_LABELS
from warehouse.home.home import Home
from warehouse.model.findings import Finding
from warehouse.model.terms import match_key

# The longest published name has 80 characters.
MOST_NAME_CHARACTERS = 120
# What people leave in a form, once case, accents, spaces and punctuation are ignored.
PLACEHOLDER = (
    r"^(?:x+|tests?\d*|todo|tbd|azerty|qwerty|lorem.*|acompleter|acomplter|arenseigner|adefinir|apreciser|aremplir|avenir"
    r"|encours|nomduprojet|nouveauprojet|projet|exemple|description|descriptionduprojet|commentaire|motif)$"
)
_ADDRESS = r"https?://[^\s'\"<>;]+\.[^\s'\"<>;]+"
# A project that several programmes pay has as many performance plans.
ADDRESSES = {
    "information_url": (rf"^{_ADDRESS}$", "une seule adresse, qui commence par https://"),
    "performance_plan_url": (rf"^{_ADDRESS}(?:[\s;]+{_ADDRESS})*[\s;]*$", "des adresses qui commencent par https://"),
}
# An opinion is asked for before the first contract, which may come before what is called the start.
OPINION_AHEAD_MONTHS = 24
TEXTS = {
    "name": "Le nom du projet",
    "description": "La description",
    "deviation_comment": "Le commentaire sur l'écart",
    "rebaseline_reason": "Le motif de la révision",
}
# Columns asked for in a file as soon as one of its rows fills them.
ASKED = {
    "description": ("La description manque.", "une ou deux phrases"),
    "functional_zone": ("La zone fonctionnelle manque.", "une zone du plan d'occupation des sols"),
    "funding": ("Les programmes budgétaires manquent.", "les codes des programmes qui paient, P156 ; P302"),
}

TEXT_RULES = [
    Rule(
        "name_has_letters",
        "ExpectColumnValuesToMatchRegex",
        "name",
        "Le nom du projet n'a pas de lettre.",
        "le nom du projet",
        {"column": "name", "regex": r"[^\W\d_]"},
    ),
    Rule(
        "name_is_not_a_sentence",
        "ExpectColumnValueLengthsToBeBetween",
        "name",
        f"Le nom du projet a plus de {MOST_NAME_CHARACTERS} caractères.",
        "un nom ; ce que fait le projet se dit dans la description",
        {"column": "name", "max_value": MOST_NAME_CHARACTERS},
    ),
    *(
        Rule(
            f"{column}_is_not_a_placeholder",
            "ExpectColumnValuesToNotMatchRegex",
            column,
            f"{label} n'a pas été rempli : c'est un texte d'attente.",
            "un texte définitif, ou rien",
            {"column": f"{column}_letters", "regex": PLACEHOLDER},
        )
        for column, label in TEXTS.items()
    ),
    *(
        Rule(
            f"{column}_is_an_address",
            "ExpectColumnValuesToMatchRegex",
            column,
            "Ce lien ne s'ouvre pas tel qu'il est écrit.",
            expected,
            {"column": column, "regex": pattern},
        )
        for column, (pattern, expected) in ADDRESSES.items()
    ),
    *(holds(f"{column}_is_filled", column, message, expected) for column, (message, expected) in ASKED.items()),
    holds(
        "programmes_are_read",
        "programmes",
        "Aucun code de programme n'est reconnu dans le financement.",
        "des codes de programme, P156 ; P302",
    ),
]

PARTY_RULES = [
    holds(
        "partner_is_another_ministry",
        "partner_ministry_id",
        "Le second ministère est le ministère porteur.",
        "un autre ministère, ou rien",
    ),
    holds(
        "partner_means_interministerial",
        "interministerial",
        "Le projet a un second ministère, et n'est pas dit interministériel.",
        "« Oui », ou pas de second ministère",
    ),
    holds(
        "opinion_is_not_in_the_future",
        "opinion_date",
        "L'avis est daté d'après la collecte de l'édition.",
        "la date de l'avis rendu",
    ),
    holds(
        "opinion_is_not_before_the_project",
        "opinion_date",
        "L'avis est rendu plus de deux ans avant le début du projet.",
        "la date de l'avis rendu sur ce projet",
    ),
    holds("opinion_is_dated", "opinion_date", "L'avis est donné sans sa date.", "la date de l'avis"),
    holds(
        "dated_opinion_has_a_direction",
        "opinion",
        "Une date d'avis est donnée sans le sens de l'avis.",
        CORE_PROJECTS.column("opinion").expected(),
    ),
    holds(
        "unfavourable_opinion_stops_the_project",
        "opinion",
        "Le projet se poursuit après un avis défavorable.",
        "un nouvel avis, ou l'arrêt du projet",
    ),
    holds(
        "completed_project_withholds_nothing",
        "withheld",
        "Un projet terminé a des chiffres non publiés.",
        "les chiffres constatés",
    ),
    holds(
        "withheld_reason_means_withheld",
        "withheld",
        "Un motif de non-publication est donné, et les chiffres ne sont pas dits non publiés.",
        "« Oui », ou pas de motif",
    ),
    holds(
        "rebaseline_changes_a_figure",
        "rebaseline_date",
        "La révision de trajectoire reprend le coût et la fin de la première référence.",
        "un coût ou une fin révisés, ou pas de révision",
    ),
    holds(
        "rebaseline_has_an_act",
        "rebaseline_act",
        "La révision de trajectoire ne dit pas par quel acte elle a été approuvée.",
        "l'acte et l'instance qui l'a pris",
    ),
]

COHERENCE = [*TEXT_RULES, *PARTY_RULES]


def with_word_columns(projects: pd.DataFrame) -> pd.DataFrame:
    """Add the columns that the rules of this module look at; a missing value is not tested.

    Args:
        projects: typed rows of one edition, before identification.
    """
    return projects.assign(
        **{f"{column}_letters": projects[column].map(match_key, na_action="ignore") for column in TEXTS},
        **{f"{column}_is_filled": ~(projects[column].isna() & _is_asked(projects, column)) for column in ASKED},
        **_parties(projects),
        **_opinions(projects),
        **_revisions(projects),
    )


def _is_asked(projects: pd.DataFrame, column: str) -> pd.Series:
    """Whether the file of each row fills a column somewhere."""
    files = projects.loc[projects[column].notna(), "source_file"]
    return projects["source_file"].isin(files)


def _parties(projects: pd.DataFrame) -> Mapping[str, pd.Series]:
    partner = projects["partner_ministry_id"]
    shared = is_true(projects["interministerial"])
    withheld = is_true(projects["withheld"])
    return {
        "programmes_are_read": ~(projects["funding"].notna() & projects["programmes"].isna()),
        "partner_is_another_ministry": ~is_true(partner.eq(projects["ministry_id"])),
        "partner_means_interministerial": ~(partner.notna() & projects["interministerial"].notna() & ~shared),
        "completed_project_withholds_nothing": ~(is_true(projects["phase"].eq("completed")) & withheld),
        "withheld_reason_means_withheld": ~(projects["withheld_reason"].notna() & ~withheld),
    }


def _opinions(projects: pd.DataFrame) -> Mapping[str, pd.Series]:
    reference = pd.Timestamp(f"{projects['edition'].iloc[0]}-01")
    opinion, day = projects["opinion"], projects["opinion_date"]
    given = opinion.notna() & ~is_true(opinion.isin(NO_OPINION))
    goes_on = is_true(projects["phase"].isin(["build", "pilot", "rollout"]))
    return {
        "opinion_is_not_in_the_future": ~months_between(reference, day).gt(COLLECTION_MONTHS),
        "opinion_is_not_before_the_project": ~months_between(day, projects["start_date"]).gt(OPINION_AHEAD_MONTHS),
        # An opinion that is tacit has no day of its own.
        "opinion_is_dated": ~(given & ~is_true(opinion.eq("tacit")) & day.isna()),
        "dated_opinion_has_a_direction": ~(day.notna() & ~given),
        "unfavourable_opinion_stops_the_project": ~(is_true(opinion.eq("unfavourable")) & goes_on),
    }


def _revisions(projects: pd.DataFrame) -> Mapping[str, pd.Series]:
    revised = projects["rebaseline_date"].notna()
    cost, end = projects["rebaseline_cost_meur"], projects["rebaseline_end_date"]
    same_cost = cost.isna() | cost.eq(projects["initial_cost_meur"])
    same_end = end.isna() | months_between(end, projects["initial_end_date"]).eq(0)
    # A revision may give no figure of its own: those of the row are then the revised ones.
    given = cost.notna() | end.notna()
    return {
        "rebaseline_changes_a_figure": ~(revised & given & same_cost & same_end),
        "rebaseline_has_an_act": ~(revised & projects["rebaseline_act"].isna()),
    }


def coherence_findings(cells: pd.DataFrame, ministry_labels: Mapping[str, str] = NO_LABELS) -> list[Finding]:
    """What does not hold together in the rows of an edition; labels as `type_projects` takes them."""
    projects, _ = type_projects(cells, ministry_labels)
    return findings_of(with_word_columns(projects), COHERENCE, submission_locator(cells))


@edition_check(raw_submissions)
def words_are_coherent(
    context: dg.AssetCheckExecutionContext, home: dg.ResourceParam[Home], raw_submissions: pd.DataFrame
) -> dg.AssetCheckResult:
    """Texts are filled in earnest; ministries, opinion, withheld figures and revision agree (Great Expectations)."""
    findings = coherence_findings(raw_submissions, labels_of(home))
    return record(context, home, findings, checked=rows_in(raw_submissions))
