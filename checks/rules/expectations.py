"""Great Expectations suites derived from the declaration of the columns, and the findings they give.

The only module that imports Great Expectations, inside the one function that needs it: the import costs
seconds.
"""

import datetime as dt
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

import pandas as pd

from warehouse.model.findings import Finding, shorten
from warehouse.model.rules import Severity, severity_of
from warehouse.model.schema import Column, Table
from warehouse.model.vocabulary import VOCABULARIES

ResultFormat = Literal["BOOLEAN_ONLY", "COMPLETE"]

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")


@dataclass(frozen=True)
class Rule:
    """One expectation, and what to say where it fails.

    `name` is a sentence that is true when it passes; `column` is where the finding points; `arguments`
    are those of the expectation `kind`, by its Great Expectations name. `hint` says, from a row that breaks it, what
    its author may have meant.
    """

    name: str
    kind: str
    column: str
    message: str
    expected: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    hint: Callable[[pd.Series], str | None] | None = None

    @property
    def severity(self) -> Severity:
        """The severity that the catalogue gives to the rule."""
        return severity_of(self.name)


def holds(
    rule: str, column: str, message: str, expected: str, hint: Callable[[pd.Series], str | None] | None = None
) -> Rule:
    """A rule on several columns: the frame has a column named as the rule, false where it is broken."""
    arguments = {"column": rule, "value_set": [True]}
    return Rule(rule, "ExpectColumnValuesToBeInSet", column, message, expected, arguments, hint)


def declared_rules(table: Table, *, without: frozenset[str] = frozenset()) -> list[Rule]:
    """The rules that the declaration of a table implies, column by column.

    Args:
        table: the declaration.
        without: columns that are not there yet at this step.
    """
    return [rule for column in table.columns if column.name not in without for rule in _column_rules(column)]


def _column_rules(column: Column) -> list[Rule]:
    rules = []

    def add(suffix: str, kind: str, message: str, expected: str, **arguments: object) -> None:
        rules.append(
            Rule(
                f"{column.name}_{suffix}",
                kind,
                column.name,
                message,
                expected,
                {"column": column.name, **arguments},
            )
        )

    if column.required:
        add("is_given", "ExpectColumnValuesToNotBeNull", "Valeur obligatoire absente.", column.expected())
    if column.unique:
        add("is_unique", "ExpectColumnValuesToBeUnique", "Valeur répétée.", "une valeur par ligne")
    if column.minimum is not None or column.maximum is not None:
        add(
            "is_in_range",
            "ExpectColumnValuesToBeBetween",
            "Valeur hors des bornes.",
            column.expected(),
            min_value=column.minimum,
            max_value=column.maximum,
        )
    if column.vocabulary:
        add(
            "is_in_vocabulary",
            "ExpectColumnValuesToBeInSet",
            "Valeur hors de la liste.",
            column.expected(),
            value_set=VOCABULARIES[column.vocabulary].codes(),
        )
    if column.pattern:
        add(
            "is_well_formed",
            "ExpectColumnValuesToMatchRegex",
            "Valeur mal formée.",
            f"la forme {column.pattern}",
            regex=column.pattern,
        )
    return rules


def unexpected_rows(frame: pd.DataFrame, rules: list[Rule]) -> dict[str, list[int]]:
    """Run rules on a frame; the positions of the rows that break each broken rule.

    A first pass asks only which rules fail, a second one asks the rows of those: most runs need one pass.

    Args:
        frame: the rows; missing values are not tested but by `is_given` rules.
        rules: with different names.

    Raises:
        RuntimeError: an expectation could not be evaluated.
    """
    validate = _validator()
    plain = frame.reset_index(drop=True).astype(object)
    plain = plain.where(plain.notna(), None)
    broken = [
        rule for rule, outcome in zip(rules, validate(plain, rules, "BOOLEAN_ONLY"), strict=True) if not outcome.success
    ]
    if not broken:
        return {}
    outcomes = validate(plain, broken, "COMPLETE")
    return {
        rule.name: sorted(outcome.result.get("unexpected_index_list") or [])
        for rule, outcome in zip(broken, outcomes, strict=True)
    }


@cache
def _validator() -> Callable[[pd.DataFrame, list[Rule], ResultFormat], list[Any]]:
    """Import Great Expectations and set up one ephemeral context, once per process."""
    import warnings  # noqa: PLC0415  # beside the import it silences

    with warnings.catch_warnings():
        # Great Expectations imports the deprecated sre_constants of the standard library.
        warnings.simplefilter("ignore", DeprecationWarning)
        import great_expectations as gx  # noqa: PLC0415  # seconds
        import great_expectations.expectations as gxe  # noqa: PLC0415
        from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: PLC0415

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    frames = context.data_sources.add_pandas("frames").add_dataframe_asset("frame")
    batch_definition = frames.add_batch_definition_whole_dataframe("whole")

    def validate(frame: pd.DataFrame, rules: list[Rule], result_format: ResultFormat) -> list[Any]:
        expectations = [
            getattr(gxe, rule.kind)(**rule.arguments, meta={"rule": rule.name, "position": position})
            for position, rule in enumerate(rules)
        ]
        batch = batch_definition.get_batch(batch_parameters={"dataframe": frame})
        suite = gx.ExpectationSuite(name="rules", expectations=expectations)
        results: list[Any] = batch.validate(suite, result_format=result_format).results
        for result in results:
            if result.exception_info and result.exception_info.get("raised_exception"):
                raise RuntimeError(f"{result.expectation_config.meta['rule']} : {result.exception_info}")
        # Results come grouped by column: put them back in the order of the rules.
        return sorted(results, key=_position)

    return validate


def _position(result: Any) -> int:
    return int(result.expectation_config.meta["position"])


def findings_of(
    frame: pd.DataFrame, rules: list[Rule], locate: Callable[[pd.Series, str], Mapping[str, Any]]
) -> list[Finding]:
    """Run rules on a frame and say where each is broken.

    Args:
        frame: the rows.
        rules: the rules.
        locate: for a row and a column, the place: `file`, `sheet`, `row`, `column`, `cell`, `value`.
    """
    frame = frame.reset_index(drop=True)
    found = []
    broken = unexpected_rows(frame, rules) if len(frame) else {}
    for rule in rules:
        for position in broken.get(rule.name, []):
            row = frame.iloc[position]
            place = {"value": _shown(row.get(rule.column)), **locate(row, rule.column)}
            hint = rule.hint(row) if rule.hint else None
            message = f"{rule.message} {hint}" if hint else rule.message
            found.append(Finding(rule.name, rule.severity, message, expected=rule.expected, **place))
    return found


def _shown(value: object) -> str | None:
    if value is None or (not isinstance(value, str) and pd.isna(value)):  # type: ignore[call-overload]  # scalars only
        return None
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    return shorten(str(value))
