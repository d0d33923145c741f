"""Great Expectations: a suite derived from the declaration of a table and from rules, and the rows that break it.

The only module that imports Great Expectations, inside the one function that needs it: the import costs
seconds.
"""

import gc
import importlib
import importlib.util
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any, Literal

import pandas as pd

from warehouse.model.frames import shared_objects
from warehouse.model.schema import Column, Table
from warehouse.model.vocabulary import VOCABULARIES

ResultFormat = Literal["BOOLEAN_ONLY", "COMPLETE"]

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")


@dataclass(frozen=True)
class Expectation:
    """What a rule asks of a column: an expectation, by its Great Expectations name, and its arguments."""

    rule: str
    kind: str
    column: str
    arguments: Mapping[str, Any]


# Of the rules that are flags: a row each, with how many rows break it.
_NOT_FLAGGED = (Expectation("no_row_is_flagged", "ExpectColumnValuesToBeBetween", "rows", {"max_value": 0}),)


def declared_expectations(table: Table, *, without: frozenset[str] = frozenset()) -> list[Expectation]:
    """What the declaration of a table implies, column by column.

    Args:
        table: the declaration.
        without: columns that are not there yet at this step.
    """
    return [
        Expectation(f"{column.name}_{suffix}", kind, column.name, arguments)
        for column in table.columns
        if column.name not in without
        for suffix, kind, arguments in _implied(column)
    ]


def _implied(column: Column) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    if column.required:
        yield "is_given", "ExpectColumnValuesToNotBeNull", {}
    if column.unique:
        yield "is_unique", "ExpectColumnValuesToBeUnique", {}
    if column.minimum is not None or column.maximum is not None:
        bounds = {"min_value": column.minimum, "max_value": column.maximum}
        yield "is_in_range", "ExpectColumnValuesToBeBetween", bounds
    if column.vocabulary:
        codes = VOCABULARIES[column.vocabulary].codes()
        yield "is_in_vocabulary", "ExpectColumnValuesToBeInSet", {"value_set": codes}
    if column.pattern:
        yield "is_well_formed", "ExpectColumnValuesToMatchRegex", {"regex": column.pattern}


def unexpected_rows(frame: pd.DataFrame, declared: Sequence[Expectation]) -> dict[str, list[int]]:
    """Ask what a declaration implies of a frame, in one suite; the positions of the rows that break each broken rule.

    A first pass asks only which rules fail, a second one asks the rows of those: most frames need one pass.

    Args:
        frame: the rows; missing values are not tested but by `is_given` rules.
        declared: what is asked of the columns.

    Raises:
        RuntimeError: an expectation could not be evaluated.
    """
    asked_of = [name for name in frame.columns if any(one.column == name for one in declared)]
    plain = shared_objects(frame[asked_of].reset_index(drop=True))
    return _failing(plain.where(plain.notna(), None), declared)


def flagged_rows(flagged: Mapping[str, pd.Series]) -> dict[str, list[int]]:
    """Ask that no row be flagged, of all rules at once; the positions of the rows that break each broken one.

    Args:
        flagged: for each rule, the flags of the rows that break it.

    Raises:
        RuntimeError: the expectation could not be evaluated.
    """
    rules = list(flagged)
    counts = pd.DataFrame({"rows": [int(flags.sum()) for flags in flagged.values()]})
    broken = [rules[row] for rows in _failing(counts, _NOT_FLAGGED).values() for row in rows]
    return {rule: flagged[rule].to_numpy().nonzero()[0].tolist() for rule in broken}


def _failing(frame: pd.DataFrame, asked: Sequence[Expectation]) -> dict[str, list[int]]:
    validate = _validator()
    outcomes = validate(frame, asked, "BOOLEAN_ONLY")
    failed = [one for one, outcome in zip(asked, outcomes, strict=True) if not outcome.success]
    outcomes = validate(frame, failed, "COMPLETE") if failed else []
    return {
        one.rule: sorted(outcome.result.get("unexpected_index_list") or [])
        for one, outcome in zip(failed, outcomes, strict=True)
    }


@cache
def _validator() -> Callable[[pd.DataFrame, Sequence[Expectation], ResultFormat], list[Any]]:
    """Import Great Expectations and set up one ephemeral context, once per process."""
    import warnings  # noqa: PLC0415  # beside the import it silences

    # Of expectations that nobody asks here.
    for name in ("scipy.stats", "altair"):
        _import_when_used(name)
    # Nothing that is imported becomes garbage: looking for some there takes a third of the import.
    collects = gc.isenabled()
    gc.disable()
    with warnings.catch_warnings():
        # Great Expectations imports the deprecated sre_constants of the standard library.
        warnings.simplefilter("ignore", DeprecationWarning)
        import great_expectations as gx  # noqa: PLC0415  # seconds
        import great_expectations.expectations as gxe  # noqa: PLC0415
        from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: PLC0415

    if collects:
        gc.freeze()
        gc.enable()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    frames = context.data_sources.add_pandas("frames").add_dataframe_asset("frame")
    batch_definition = frames.add_batch_definition_whole_dataframe("whole")

    def validate(frame: pd.DataFrame, expectations: Sequence[Expectation], result_format: ResultFormat) -> list[Any]:
        asked = [
            getattr(gxe, one.kind)(column=one.column, **one.arguments, meta={"rule": one.rule, "position": position})
            for position, one in enumerate(expectations)
        ]
        batch = batch_definition.get_batch(batch_parameters={"dataframe": frame})
        suite = gx.ExpectationSuite(name="rules", expectations=asked)
        results: list[Any] = batch.validate(suite, result_format=result_format).results
        for result in results:
            if result.exception_info and result.exception_info.get("raised_exception"):
                raise RuntimeError(f"{result.expectation_config.meta['rule']} : {result.exception_info}")
        # Results come grouped by column: put them back in the order of the rules.
        return sorted(results, key=_position)

    return validate


class _ImportedWhenUsed(ModuleType):
    """A module that is imported when something of it is first asked for.

    Great Expectations imports `scipy.stats` and `altair` at once for three expectations: two fifths of its own time,
    and 80 MiB. `importlib.util.LazyLoader` would not do: `import altair` alone makes it import the whole.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        # Looked at by `inspect` in every module that is there.
        self.__file__ = None

    def __getattr__(self, name: str) -> Any:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(importlib.import_module(self.__name__), name)


def _import_when_used(name: str) -> None:
    """Put off the import of a module, unless it was imported already or is not installed."""
    if name in sys.modules or importlib.util.find_spec(name) is None:
        return
    module = sys.modules[name] = _ImportedWhenUsed(name)
    package, _, submodule = name.rpartition(".")
    if package:
        setattr(sys.modules[package], submodule, module)


def _position(result: Any) -> int:
    return int(result.expectation_config.meta["position"])
