"""The code beside a label: a label is read, and may be worded otherwise; a code is what one filters and joins by.

A code column is named after the column it is the code of, with `_code` in code and `code_` in what is published. Codes
are those of `code_groupe` in the indicators, so that both files join.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

from warehouse.model.schema import Column, Table
from warehouse.model.terms import match_key
from warehouse.model.vocabulary import VOCABULARIES

if TYPE_CHECKING:
    import pandas as pd

CODE = "_code"
# A list longer than this is not told in the description of its code: the labels are beside, in the rows.
TOLD_CODES = 10


def with_codes(table: Table, *names: str) -> Table:
    """The table with a code column before each of these columns; before each of a closed list when none is named."""
    asked = names or [column.name for column in table.columns if column.vocabulary]
    columns = [
        each for column in table.columns for each in ((_code_of(column), column) if column.name in asked else (column,))
    ]
    return replace(table, columns=tuple(columns))


def coded(frame: "pd.DataFrame", table: Table) -> "pd.DataFrame":
    """The frame with the code columns of its table, from the columns they are the codes of.

    Args:
        frame: rows with the other columns of `table`, codes in those of a closed list.
        table: what `with_codes` made.
    """
    labels = {name: name.removesuffix(CODE) for name in table.names() if name.endswith(CODE)}
    return frame.assign(
        **{
            name: frame[label] if table.column(label).vocabulary else frame[label].map(match_key, na_action="ignore")
            for name, label in labels.items()
            if label in table.names()
        }
    )


def _code_of(column: Column) -> Column:
    said = f"Code de « {column.published} », le même quand le libellé change"
    pattern = None
    if column.vocabulary:
        terms = VOCABULARIES[column.vocabulary].terms
        pattern = f"^(?:{'|'.join(term.code for term in terms)})$"
        if len(terms) <= TOLD_CODES:
            said += " : " + ", ".join(f"{term.code} ({term.label})" for term in terms)
    return replace(
        column,
        name=f"{column.name}{CODE}",
        published=f"code_{column.published}",
        title=f"{column.title} : code",
        description=f"{said}.",
        vocabulary=None,
        pattern=pattern,
        # What is always filled says by itself that something is withheld.
        withheld_by=() if column.required else column.withheld_by,
    )
