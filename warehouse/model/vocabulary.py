"""The closed lists: codes used in code, French labels published, aliases met in submissions.

The terms are lines of `data/vocabulary.csv`, in the order they are shown. Ministries are facts with dates and live in
`data/ministries.csv`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from warehouse.model.csv_text import shipped_rows
from warehouse.model.terms import Term, Vocabulary


@dataclass(frozen=True)
class CostBand:
    """A published cost band; `lower_meur` is inclusive, `upper_meur` exclusive."""

    code: str
    label: str
    lower_meur: float
    upper_meur: float
    aliases: tuple[str, ...] = ()


def _aliases(line: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(line["aliases"].split(" ; ")) if line["aliases"] else ()


def _short_lists() -> dict[str, Vocabulary]:
    terms: dict[str, list[Term]] = {}
    for line in _LINES:
        terms.setdefault(line["list"], []).append(Term(line["code"], line["label"], _aliases(line)))
    return {name: Vocabulary(name, tuple(of_list)) for name, of_list in terms.items()}


def _ministries() -> Vocabulary:
    published: dict[str, str] = {}
    spellings: dict[str, dict[str, None]] = {}
    for row in shipped_rows("warehouse.model", "data/ministries.csv"):
        published.setdefault(row["ministry_id"], row["published_label"])
        # A label that comes back under a later government has several lines, and is one spelling.
        spellings.setdefault(row["ministry_id"], {}).update(dict.fromkeys(filter(None, (row["label"], row["code"]))))
    return Vocabulary("ministries", tuple(Term(code, published[code], tuple(spellings[code])) for code in published))


_LINES = shipped_rows("warehouse.model", "data/vocabulary.csv")
VOCABULARIES: dict[str, Vocabulary] = _short_lists()

PHASES = VOCABULARIES["phases"]
SLIPPAGE_STATUSES = VOCABULARIES["slippage_statuses"]
DEVIATION_REASONS = VOCABULARIES["deviation_reasons"]
# What a ministry answers when a project does not deviate, in the list of reasons.
NO_DEVIATION = "none"
# A deviation without a declared reason is shown as such, never spread over the others.
CAUSES = Vocabulary("causes", (*DEVIATION_REASONS.terms, Term("unexplained", "Non expliqué")))
OPINIONS = VOCABULARIES["opinions"]
# The five axes of the opinion (domain facts).
OPINION_AXES = VOCABULARIES["opinion_axes"]
# What is found of a cause that an opinion names.
CAUSE_REVIEWS = VOCABULARIES["cause_reviews"]
# Why a project is followed closely (domain facts: what the followers of the panorama do with it).
WATCH_RULES = VOCABULARIES["watch_rules"]
WITHHELD_REASONS = VOCABULARIES["withheld_reasons"]
# What a slippage is counted from, one row each in the open data.
PROVENANCE_PARTS = VOCABULARIES["provenance_parts"]
SLIPPAGE_REFERENCES = VOCABULARIES["slippage_references"]
EXIT_REASONS = VOCABULARIES["exit_reasons"]
# How a row came by its id: given by the ministry, certain enough to be taken, not certain enough, or new.
LINK_DECISIONS = VOCABULARIES["link_decisions"]
LINEAGE_EVENTS = VOCABULARIES["lineage_events"]
SUBMISSION_STATUSES = VOCABULARIES["submission_statuses"]
# Where a ministry stands in the collection of an edition.
COLLECTION_STATUSES = VOCABULARIES["collection_statuses"]
# Whether an edition may be published: closed by a person, not yet, or published before it was taken up here.
EDITION_STATES = VOCABULARIES["edition_states"]
# What a message to a ministry is for.
LETTER_KINDS = VOCABULARIES["letter_kinds"]
# How the quality of the data moved since the previous edition.
QUALITY_TRENDS = VOCABULARIES["quality_trends"]
# What an operator makes of a rule.
RULE_GRADES = VOCABULARIES["rule_grades"]
MISSION_EVENTS = VOCABULARIES["mission_events"]
CHANGES = VOCABULARIES["changes"]
# The changes that say who is followed, and under which name: codes of `CHANGES`, labels for open data.
MOVEMENT_KINDS = VOCABULARIES["movement_kinds"]
DIMENSIONS = VOCABULARIES["dimensions"]
PERIMETERS = VOCABULARIES["perimeters"]
# In the order a waterfall tells them.
BRIDGE_COMPONENTS = VOCABULARIES["bridge_components"]
# Whether an edition has a mean slippage, and why not.
# How far the source of a figure published before this system is to be trusted.
CONFIDENCES = VOCABULARIES["confidences"]
RATES = VOCABULARIES["rates"]
METHODS = VOCABULARIES["methods"]
FORECAST_HORIZONS = VOCABULARIES["forecast_horizons"]
MINISTRIES = _ministries()
# What stands for the ministry of a project whose published edition names none that is known; nobody submits as it.
UNSPECIFIED_MINISTRY = "unspecified"
VOCABULARIES |= {vocabulary.name: vocabulary for vocabulary in (CAUSES, MINISTRIES)}
COST_BAND_VOCABULARY = VOCABULARIES["cost_bands"]
# The bands of the published editions: lower bound inclusive, so 9 M€ is in 9-20 (the threshold of the opinion).
COST_BANDS = tuple(
    CostBand(line["code"], line["label"], float(line["lower_meur"]), float(line["upper_meur"] or "inf"), _aliases(line))
    for line in _LINES
    if line["list"] == "cost_bands"
)
