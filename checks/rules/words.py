"""The rules on what a row says in words: names and texts, ministries, opinion, withheld figures, revision."""

import pandas as pd

from checks.rules.conformance import Broken, matches
from checks.rules.figures import COLLECTION_MONTHS, months_between
from warehouse.model.terms import match_key
from warehouse.projects.opinions import WITHOUT_OPINION
from warehouse.projects.withheld import is_withheld

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
    "information_url": rf"^{_ADDRESS}$",
    "performance_plan_url": rf"^{_ADDRESS}(?:[\s;]+{_ADDRESS})*[\s;]*$",
}
# An opinion is asked for before the first contract, which may come before what is called the start.
OPINION_AHEAD_MONTHS = 24
TEXTS = ("name", "description", "deviation_comment", "rebaseline_reason")
# Columns asked for in a file as soon as one of its rows fills them.
ASKED = ("description", "functional_zone", "funding")


def incoherent_words(rows: pd.DataFrame) -> Broken:
    """Which rows break each rule on words; a missing text breaks none but those that ask for it.

    Args:
        rows: typed rows of one edition, texts that are kept back masked.
    """
    return {**_texts(rows), **_parties(rows), **_opinions(rows), **_withheld(rows), **_revisions(rows)}


def _texts(rows: pd.DataFrame) -> Broken:
    name, told = rows["name"], ~is_withheld(rows)
    return {
        "name_has_letters": name.notna() & ~matches(name, r"[^\W\d_]"),
        "name_is_not_a_sentence": name.str.len().gt(MOST_NAME_CHARACTERS),
        **{
            f"{column}_is_not_a_placeholder": matches(rows[column].map(match_key, na_action="ignore"), PLACEHOLDER)
            for column in TEXTS
        },
        **{
            f"{column}_is_an_address": rows[column].notna() & ~matches(rows[column], pattern)
            for column, pattern in ADDRESSES.items()
        },
        **{f"{column}_is_filled": rows[column].isna() & _is_asked(rows, column) & told for column in ASKED},
        "programmes_are_read": rows["funding"].notna() & rows["programmes"].isna(),
    }


def _is_asked(rows: pd.DataFrame, column: str) -> pd.Series:
    """Whether the file of each row fills a column somewhere."""
    return rows["source_file"].isin(rows.loc[rows[column].notna(), "source_file"])


def _parties(rows: pd.DataFrame) -> Broken:
    partner, shared = rows["partner_ministry_id"], rows["interministerial"]
    return {
        "partner_is_another_ministry": partner.notna() & partner.eq(rows["ministry_id"]),
        "partner_means_interministerial": partner.notna() & shared.eq(other=False).fillna(value=False).astype(bool),
    }


def _opinions(rows: pd.DataFrame) -> Broken:
    reference = pd.Timestamp(f"{rows['edition'].iloc[0]}-01")
    opinion, day = rows["opinion"], rows["opinion_date"]
    given = opinion.notna() & ~opinion.isin(WITHOUT_OPINION)
    return {
        "opinion_is_not_in_the_future": months_between(reference, day).gt(COLLECTION_MONTHS),
        "opinion_is_not_before_the_project": months_between(day, rows["start_date"]).gt(OPINION_AHEAD_MONTHS),
        # An opinion that is tacit has no day of its own.
        "opinion_is_dated": given & opinion.ne("tacit") & day.isna(),
        "dated_opinion_has_a_direction": day.notna() & ~given,
        "unfavourable_opinion_stops_the_project": opinion.eq("unfavourable")
        & rows["phase"].isin(["build", "pilot", "rollout"]),
    }


def _withheld(rows: pd.DataFrame) -> Broken:
    withheld = rows["withheld"].astype(bool)
    return {
        "completed_project_withholds_nothing": withheld & rows["phase"].eq("completed"),
        "withheld_reason_means_withheld": ~withheld & rows["withheld_reason"].notna(),
    }


def _revisions(rows: pd.DataFrame) -> Broken:
    revised = rows["rebaseline_date"].notna()
    cost, end = rows["rebaseline_cost_meur"], rows["rebaseline_end_date"]
    same_cost = cost.isna() | cost.eq(rows["initial_cost_meur"])
    same_end = end.isna() | months_between(end, rows["initial_end_date"]).eq(0)
    # A revision may give no figure of its own: those of the row are then the revised ones.
    given = cost.notna() | end.notna()
    return {
        "rebaseline_changes_a_figure": revised & given & same_cost & same_end,
        "rebaseline_has_an_act": revised & rows["rebaseline_act"].isna(),
    }
