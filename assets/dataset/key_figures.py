"""The rows of the key figures, from the tables they gather. Pure functions on frames."""

from collections.abc import Mapping

import pandas as pd

from warehouse.facts.reference import REFERENCE_EDITION
from warehouse.model.schema import conform, rounded
from warehouse.open_data.codes import coded
from warehouse.open_data.key_figures import DRIFTS, OF_CHANGES, OF_HEADLINES, OF_OFFICIAL, OPEN_KEY_FIGURES, RATES


def open_key_figures(
    figures: pd.DataFrame,
    headlines: pd.DataFrame,
    changes: pd.DataFrame,
    slippages: pd.DataFrame,
    official: pd.DataFrame,
    states: Mapping[str, str],
) -> pd.DataFrame:
    """The columns of `OPEN_KEY_FIGURES`, a row for each edition of `figures`, rounded as they are published.

    Args:
        figures: rows of `OUT_KEY_FIGURES`.
        headlines: rows of `OUT_HEADLINES` of the same editions.
        changes: rows of `OUT_HEADLINE_CHANGES` of the same editions.
        slippages: slippage per project of the same editions, which say how many count from first published figures.
        official: rows of `OUT_OFFICIAL_FIGURES`; the first source of an edition stands here, completed by the others.
        states: the code of the state of each edition, in the closed list `edition_states`.
    """
    lines = figures.set_index("edition")
    by_ordinal = pd.Series(lines.index, lines["ordinal"].astype("int64"))
    compared = {
        "previous": (lines["ordinal"] - 1).map(by_ordinal),
        "reference": pd.Series(REFERENCE_EDITION, lines.index).where(
            (lines.index > REFERENCE_EDITION) & (REFERENCE_EDITION in lines.index)
        ),
    }
    first_published = slippages["baseline_source"].eq("first_publication")
    columns = {
        **lines,
        "stand_ins": first_published.groupby(slippages["edition"]).sum().reindex(lines.index, fill_value=0),
        "edition_state": pd.Series(states, dtype="str").reindex(lines.index),
        **{f"{name}_edition": editions.astype("str") for name, editions in compared.items()},
        **{f"official_{name}": values for name, values in _retained(official).reindex(lines.index).items()},
    }
    of_changes = changes.set_index(["edition", "reference_edition", "rate"])
    for rate in RATES:
        of_rate = headlines.loc[headlines["rate"].eq(rate)].set_index("edition").reindex(lines.index)
        columns |= {f"{rate}_{name}": of_rate[name] for name in OF_HEADLINES}
        columns[DRIFTS[rate]] = of_rate[DRIFTS[rate]]
        for name, editions in compared.items():
            asked = pd.MultiIndex.from_arrays([lines.index, editions, [rate] * len(lines)])
            told = of_changes.reindex(asked).set_axis(lines.index)
            columns |= {f"{rate}_{name}_{part}": told[part] for part in OF_CHANGES}
    whole = coded(pd.DataFrame(columns, index=lines.index).reset_index(), OPEN_KEY_FIGURES)
    return rounded(conform(whole, OPEN_KEY_FIGURES), OPEN_KEY_FIGURES)


def _retained(official: pd.DataFrame) -> pd.DataFrame:
    """What to retain of the official figures of each edition: each from the first source that gives it."""
    ordered = official.sort_values(["edition", "rank"])
    return ordered.groupby("edition")[list(OF_OFFICIAL)].first()
