"""The cells of an edition by field and by line, each distinct text parsed once, and what is found in reading them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

import pandas as pd

from assets.reading.formats.sheets import place_of
from assets.reading.headers import Layout
from assets.reading.values.parsing import Cost, UnreadableValueError, has_note, parse_text
from assets.reading.values.sentences import says_withheld
from warehouse.model.findings import Finding, declared_finding
from warehouse.model.french import exact

Value = TypeVar("Value")
# The values of a field, by line; a line without a value may be absent.
Values = Mapping[int, Value | None]


class Text(NamedTuple):
    """What a cell says, and what decides how it is read."""

    value: str
    value_type: str
    layout: str


class Problem(NamedTuple):
    """What is to be said of a cell."""

    rule: str
    message: str
    expected: str


@dataclass
class Lines:
    """The cells of an edition, and what is found in reading them.

    A line is the rank of a row among those of all files and sheets. `columns` holds the cells of each field, those of
    `RAW_SUBMISSIONS` with their `line`.
    """

    columns: Mapping[str, pd.DataFrame]
    layouts: Mapping[str, Layout]
    ministry_labels: Mapping[str, str]
    findings: list[tuple[int, Finding]] = field(default_factory=list)
    withheld_notes: dict[int, str | None] = field(default_factory=dict)

    def texts(self, name: str, attribute: str = "value") -> Mapping[int, str]:
        """What the cells of a field say, or another attribute of them, by line."""
        column = self.columns.get(name)
        return {} if column is None else dict(zip(column["line"], column[attribute], strict=True))

    def read(
        self,
        name: str,
        parser: Callable[[Text], Value | None],
        salvage: Callable[[str], Value | None] | None = None,
        *,
        unreadable: Value | None = None,
    ) -> Values[Value]:
        """Parse the cells of a field; what cannot be read is a finding, or the withheld note of its line.

        Args:
            name: the field.
            parser: of one text.
            salvage: what a sentence still says, in a published edition; told with the sentence.
            unreadable: the value of a cell that cannot be read.
        """
        column = self.columns.get(name)
        if column is None:
            return {}
        texts = list(map(Text, column["value"], column["value_type"], column["layout"]))
        outcomes = {text: _outcome(parser, text) for text in dict.fromkeys(texts)}
        values: dict[int, Value | None] = {}
        problems: dict[int, list[Problem]] = {}
        # One for all the cells that say the same.
        told: dict[Text, list[Problem]] = {}
        for line, text in zip(column["line"], texts, strict=True):
            outcome = outcomes[text]
            if not isinstance(outcome, UnreadableValueError):
                values[line] = outcome
                continue
            if self._is_withheld(name, text):
                self.withheld_notes[line] = parse_text(text.value)
                continue
            is_history = self.layouts[text.layout].is_history
            found = salvage(text.value) if salvage is not None and is_history else None
            values[line] = unreadable if found is None else found
            if text not in told:
                told[text] = [_problem(text.value, outcome, found, is_history=is_history)]
            problems[line] = told[text]
        self.report(name, problems)
        return values

    def _is_withheld(self, name: str, text: Text) -> bool:
        conventions = self.layouts[text.layout].conventions(name)
        return "sentence_means_withheld" in conventions and says_withheld(text.value)

    def report(self, name: str, problems: Mapping[int, list[Problem]]) -> None:
        """Say what is wrong with cells of a field, by line; nothing of a published edition refuses it."""
        if not problems:
            return
        column = self.columns[name]
        for cell in column.loc[column["line"].isin(list(problems))].to_dict("records"):
            for rule, message, expected in problems[cell["line"]]:
                found = declared_finding(rule, message, **place_of(cell), expected=expected)
                self.findings.append((cell["line"], self.layouts[cell["layout"]].graded(found)))


def _problem(text: str, error: UnreadableValueError, found: object, *, is_history: bool) -> Problem:
    message = "Valeur illisible."
    if isinstance(found, Cost):
        message = f"Seul le chiffre qui commence cette phrase est lu : {exact(found.meur)} M€."
    elif isinstance(found, float):
        message = f"Seul le chiffre qui commence cette phrase est lu : {exact(found)}."
    elif found is not None:
        message = "Seul le terme qui commence cette phrase est lu."
    elif is_history:
        message = "Valeur illisible : elle est tenue pour manquante."
    elif has_note(text):
        message = "Valeur illisible : un appel de note en exposant suit le texte."
    return Problem(error.rule, message, str(error))


def _outcome(parser: Callable[[Text], Value | None], text: Text) -> Value | UnreadableValueError | None:
    try:
        return parser(text)
    except UnreadableValueError as error:
        # Its traceback would hold the frames of this reading, and all that they look at.
        return error.with_traceback(None)
