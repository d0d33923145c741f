"""The value of each field of a submission, by line, and what is to be said of its cells."""

import calendar
import datetime as dt
import re
from collections.abc import Callable, Mapping
from functools import partial

from assets.reading.lines import Lines, Problem, Text, Value, Values
from assets.reading.ministries import LineMinistries, leading_ministry, ministries_of_line
from assets.reading.values.absences import says_nothing
from assets.reading.values.dates import parse_date
from assets.reading.values.parsing import (
    Cost,
    UnreadableValueError,
    parse_boolean,
    parse_code,
    parse_cost,
    parse_programmes,
    parse_text,
    parse_years,
    says_formula_error,
    split_link,
)
from assets.reading.values.sentences import code_in_sentence, cost_in_sentence, withheld_reason, years_in_sentence
from warehouse.archive.tables import SUBMITTED_ROWS
from warehouse.facts.ministries import nearest_ministries
from warehouse.model.french import exact
from warehouse.model.vocabulary import MINISTRIES, VOCABULARIES
from warehouse.projects.durations import COST_IN_EUROS_MEUR, MONTHS_PER_YEAR
from warehouse.projects.tables import HISTORY_LAYOUT

# Open data up to edition 7 gave years as days / 365 (domain facts); the convention is named in the layouts.
DAYS_PER_PUBLISHED_YEAR = 365
# No project of any panorama lasts as long, and no calendar holds it.
_MOST_YEARS = 100
COST_FIELDS = ("initial_cost_meur", "updated_cost_meur", "rebaseline_cost_meur")
# Read first and last: the forecast end may follow from a number of years.
OTHER_DATE_FIELDS = (
    "initial_start_date",
    "initial_end_date",
    "opinion_date",
    "rebaseline_date",
    "rebaseline_end_date",
)
DATE_FIELDS = ("start_date", "updated_end_date", *OTHER_DATE_FIELDS)
# Texts of which a part may be a link, and the field that the link is then of.
LINK_FIELDS = {"description": "information_url", "funding": "performance_plan_url"}
MINISTRY_FIELDS = ("ministry_name", "ministry", "partner_ministry")
CODE_FIELDS = ("phase", "opinion", "deviation_reason", "withheld_reason")
# Fields of which any text is a value.
TEXT_FIELDS = (
    "project_id",
    "name",
    "description",
    "information_url",
    "functional_zone",
    "funding",
    "performance_plan_url",
    "deviation_comment",
    "rebaseline_act",
    "rebaseline_reason",
)
# Texts that are said in one breath: the end of a line in their cell is that of a narrow column.
ONE_LINE_FIELDS = ("project_id", "name", "functional_zone")
# What stands for a character that was lost, and letters of UTF-8 taken for those of Windows-1252 (« Ã© »).
_DAMAGED = re.compile("\ufffd|Ã[\u0080-\u00bf]|â€[\u0090-\u00bf™œ“”˜]")


def read_values(lines: Lines) -> dict[str, Values[object]]:
    """The values of each column that is read from cells, by line; findings come in the order of these readings."""
    lead, partner = _ministries(lines)
    start = lines.read("start_date", _date_parser(lines, "start_date"))
    end, months = _forecast_end(lines, start)
    costs = {name: _costs(lines, name) for name in COST_FIELDS}
    dates = {name: lines.read(name, _date_parser(lines, name)) for name in OTHER_DATE_FIELDS}
    codes = {name: lines.read(name, *_code_parsers(name)) for name in CODE_FIELDS}
    band = lines.read("submitted_cost_band", _band)
    # Read last: a sentence met in any other column above says the same as this one.
    answers = _answers(lines, codes["withheld_reason"])
    texts = _text_values(lines)
    notes = _given(lines.withheld_notes)
    return {
        **texts,
        **answers,
        **costs,
        **dates,
        **codes,
        "ministry_id": lead,
        "partner_ministry_id": partner,
        "start_date": start,
        "updated_end_date": end,
        "updated_duration_months": months,
        "submitted_cost_band": band,
        "withheld_note": notes,
        "withheld_reason": {
            **codes["withheld_reason"],
            **{line: withheld_reason(note) for line, note in notes.items()},
        },
    }


def _given(values: Values[Value]) -> dict[int, Value]:
    return {line: value for line, value in values.items() if value is not None}


def _answers(lines: Lines, reasons: Values[str]) -> dict[str, Values[bool]]:
    """The answers to yes-or-no questions.

    An answer that cannot be understood never means no where a no publishes figures, or passes them for real: it is
    refused and, should the rule be regraded, counts as a yes. So does a reason to withhold without an answer.
    """
    withheld = dict(lines.read("withheld", _strict_answer, unreadable=True))
    for line in _given(reasons):
        if withheld.get(line) is None:
            withheld[line] = True
    return {
        "interministerial": lines.read("interministerial", _answer),
        "fictitious": lines.read("fictitious", _strict_answer, unreadable=True),
        "withheld": withheld,
    }


def _answer(text: Text) -> bool | None:
    return None if says_nothing(text.value) else parse_boolean(text.value)


def _strict_answer(text: Text) -> bool | None:
    return parse_boolean(text.value)


def _text_values(lines: Lines) -> dict[str, Values[str]]:
    """The fields of which any text is a value, their links set apart, and the programmes named in the funding."""
    programmes = lines.read("funding", lambda text: parse_programmes(split_link(text.value)[0]))
    texts = {name: _texts(lines, name) for name in TEXT_FIELDS}
    links: dict[str, Values[str]] = {}
    for name, target in LINK_FIELDS.items():
        split = {line: split_link(text) for line, text in texts[name].items()}
        texts[name] = {line: seen for line, (seen, _) in split.items()}
        links[target] = {line: address for line, (_, address) in split.items()}
    values = {name: {line: parse_text(text) for line, text in found.items()} for name, found in texts.items()}
    return {
        **values,
        **{name: {**found, **_given(values[name])} for name, found in links.items()},
        "programmes": programmes,
    }


def _texts(lines: Lines, name: str) -> dict[int, str]:
    """The texts of a field that say something; what is wrong with one is told, once."""
    found = {line: text for line, text in lines.texts(name).items() if not says_nothing(text)}
    problems = {line: problem for line, text in found.items() if (problem := _text_problem(text)) is not None}
    lines.report(name, {line: [problem] for line, problem in problems.items()})
    kept = {line: text for line, text in found.items() if not says_formula_error(text)}
    return {line: " ".join(text.split()) for line, text in kept.items()} if name in ONE_LINE_FIELDS else kept


def _text_problem(text: str) -> Problem | None:
    if says_formula_error(text):
        return Problem("value_is_readable", "La formule de la cellule est en erreur.", "une valeur, ou rien")
    if damage := _DAMAGED.search(text):
        message = f"Le texte est endommagé : « {damage[0]} » est là pour une autre lettre."
        return Problem("text_is_undamaged", message, "le texte d'origine, enregistré en UTF-8 ou dans un classeur")
    return None


def _costs(lines: Lines, name: str) -> Values[float]:
    """The costs of a field in M€, by line; one in another unit is told."""
    costs = _given(lines.read(name, _cost, cost_in_sentence))
    told = {
        line: [
            Problem(
                "cost_unit_is_meur",
                f"Le coût est donné en {cost.unit} : il est lu {exact(cost.meur)} M€.",
                "un coût en M€ TTC",
            )
        ]
        for line, cost in costs.items()
        if cost.unit is not None
    }
    lines.report(name, told)
    return {line: cost.meur for line, cost in costs.items()}


def _cost(text: Text) -> Cost | None:
    cost = parse_cost(text.value)
    # Of a submission, the rules of magnitude ask for another figure; nobody can be asked for that of an edition.
    if cost is not None and text.layout == HISTORY_LAYOUT and not 0 <= cost.meur < COST_IN_EUROS_MEUR:
        raise UnreadableValueError("un coût en M€, ni négatif ni en euros", "number_is_readable")
    return cost


def _years(text: Text) -> float | None:
    years = parse_years(text.value)
    if years is not None and not 0 <= years <= _MOST_YEARS:
        raise UnreadableValueError(f"un nombre d'années, de 0 à {_MOST_YEARS}", "number_is_readable")
    return years


def _band(text: Text) -> str | None:
    if says_nothing(text.value, is_figure=True):
        return None
    return _code_parsers("submitted_cost_band")[0](text)


def _date_parser(lines: Lines, name: str) -> Callable[[Text], dt.date | None]:
    day_first = {layout: "day_first" in known.conventions(name) for layout, known in lines.layouts.items()}
    return lambda text: parse_date(text.value, is_number=text.value_type == "number", day_first=day_first[text.layout])


def _code_parsers(name: str) -> tuple[Callable[[Text], str | None], Callable[[str], str | None]]:
    """How the cells of a closed list are read: a term and nothing else, then a term before a remark."""
    vocabulary = VOCABULARIES[SUBMITTED_ROWS.column(name).vocabulary or ""]
    return lambda text: parse_code(text.value, vocabulary), partial(code_in_sentence, vocabulary=vocabulary)


def _forecast_end(lines: Lines, start: Values[dt.date]) -> tuple[Values[dt.date], Values[int]]:
    """The forecast end, and the duration where it does not follow from the two dates.

    Open data gives a number of years instead of an end; how it was counted is a convention of the layout.
    """
    ends = _given(lines.read("updated_end_date", _date_parser(lines, "updated_end_date")))
    durations = _given(lines.read("duration_years", _years, years_in_sentence))
    name = "duration_years"
    in_days = {known for known, layout in lines.layouts.items() if "days/365" in layout.conventions(name)}
    layout_of = lines.texts(name, "layout")
    months: dict[int, int] = {}
    for line in durations.keys() - ends.keys():
        first, years = start.get(line), durations[line]
        if first is not None and layout_of[line] in in_days:
            ends[line] = first + dt.timedelta(days=round(years * DAYS_PER_PUBLISHED_YEAR))
            continue
        months[line] = int(years * MONTHS_PER_YEAR + 0.5)
        if first is not None:
            ends[line] = _add_months(first, months[line])
    return ends, months


def _add_months(start: dt.date, months: int) -> dt.date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return dt.date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def _ministries(lines: Lines) -> tuple[Values[str], Values[str]]:
    """The lead ministry and the second one, from a label, a code, or a label that names two ministries."""
    names, labels, partners = (_said(lines, name) for name in MINISTRY_FIELDS)
    known: dict[tuple[str, str], LineMinistries] = {}
    problems: dict[str, dict[int, list[Problem]]] = {name: {} for name in MINISTRY_FIELDS}
    found: dict[int, LineMinistries] = {}
    layout_of = {**lines.texts("ministry", "layout"), **lines.texts("ministry_name", "layout")}

    def read(text: str, partner: str) -> LineMinistries:
        if (text, partner) not in known:
            known[text, partner] = ministries_of_line(text, partner, lines.ministry_labels)
        return known[text, partner]

    for line in names.keys() | labels.keys() | partners.keys():
        name = "ministry_name" if line in names else "ministry"
        text, partner = (names if name == "ministry_name" else labels).get(line, ""), partners.get(line, "")
        found[line] = read(text, partner)
        for label in found[line].unknown:
            # Of two labels in one cell that name nobody, the first is told with the cell.
            problems[name if label != partner else "partner_ministry"].setdefault(line, [_unknown_ministry(label)])
        # The code beside a full name that cannot be read says whose the project is all the same.
        if found[line].lead is None and name == "ministry_name" and line in labels:
            found[line] = read(labels[line], partner)
        if (
            found[line].lead is None
            and layout_of.get(line) == HISTORY_LAYOUT
            and (lead := leading_ministry(text, lines.ministry_labels))
        ):
            found[line] = found[line]._replace(lead=lead)
            problems[name][line] = [_known_in_part(lead)]
    for name in MINISTRY_FIELDS:
        lines.report(name, problems[name])
    return {line: each.lead for line, each in found.items()}, {line: each.partner for line, each in found.items()}


def _said(lines: Lines, name: str) -> Mapping[int, str]:
    return {line: text for line, text in lines.texts(name).items() if not says_nothing(text)}


def _known_in_part(ministry_id: str) -> Problem:
    label = MINISTRIES.label(ministry_id)
    message = f"Seul le début de ce libellé est un ministère connu : le projet est compté sous « {label} »."
    return Problem("ministry_is_known", message, "un ministère connu, ou deux")


def _unknown_ministry(label: str) -> Problem:
    nearest = " ou ".join(f"« {known} »" for known in nearest_ministries(label))
    return Problem(
        "ministry_is_known",
        "Ministère inconnu.",
        f"un ministère connu, le plus proche : {nearest} ; un libellé nouveau s'ajoute à registers/ministries.csv",
    )
