"""Which forecasts are given, and how it is said.

A P50 is given when it is closer to what happened than the last figure published, beyond chance. A P80 is given when,
replayed at its own horizon, it was respected about as often as it claims. Both ask for enough projects.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from warehouse.forecast.quantiles import TOLERANCE
from warehouse.model.french import counted, percent
from warehouse.model.vocabulary import FORECAST_HORIZONS

# Projects, not forecasts: those of one project go wrong together. Below, a coverage of 80 % is known to more than
# ± 18 points (two standard errors): it tells nothing.
LEAST_PROJECTS = 20
# The coverages at which a P80 is given, bounds included.
COVERAGES = (0.75, 0.85)


def p50_verdicts(trial: pd.DataFrame) -> pd.Series:
    """The code of `skill_verdicts` of each line of a trial; a skill that is not known adds nothing."""
    return _first_true(
        trial.index,
        insufficient=trial["n_projects"].lt(LEAST_PROJECTS),
        added_value=trial["skill_p50_low_ratio"].gt(0),
        uncertain=trial["skill_p50_ratio"].gt(0),
        no_added_value=True,
    )


def p80_verdicts(trial: pd.DataFrame) -> pd.Series:
    """The code of `coverage_verdicts` of each line of a trial."""
    lowest, highest = COVERAGES
    return _first_true(
        trial.index,
        insufficient=trial["n_projects"].lt(LEAST_PROJECTS),
        too_low=trial["coverage_p80_ratio"].lt(lowest - TOLERANCE),
        too_high=trial["coverage_p80_ratio"].gt(highest + TOLERANCE),
        calibrated=True,
    )


def sentences(trial: pd.DataFrame) -> pd.Series:
    """What each line of a trial is worth, in French: its coverage and how many forecasts and projects told it.

    Args:
        trial: with its verdicts.
    """
    return pd.Series([_sentence(line) for line in trial.to_dict("records")], index=trial.index, dtype="str")


_SUBJECTS: Mapping[str, str] = {"budget": "Coût", "schedule": "Fin"}
_GIVEN_BETWEEN = f"de {100 * COVERAGES[0]:.0f} à {100 * COVERAGES[1]:.0f} %"
_P80_SENTENCES: Mapping[str, str] = {
    "calibrated": "P80 respecté dans {coverage} des {n} prévisions rejouées ({projects}).",
    "too_low": "aucun P80, car rejoué il n'est respecté que dans {coverage} des {n} cas ({projects}), "
    f"au lieu {_GIVEN_BETWEEN}.",
    "too_high": "aucun P80, car rejoué il est respecté dans {coverage} des {n} cas ({projects}), "
    f"au lieu {_GIVEN_BETWEEN}.",
}
_P50_SENTENCES: Mapping[str, str] = {
    "added_value": "P50 : perte inférieure de {skill} à celle du dernier chiffre publié.",
    "uncertain": "Aucun P50, car son gain sur le dernier chiffre publié peut être dû au hasard.",
    "no_added_value": "Aucun P50, car le dernier chiffre publié ne se trompe pas davantage.",
}


def _sentence(line: Mapping[Any, Any]) -> str:
    subject = f"{_SUBJECTS[line['rate']]}, {FORECAST_HORIZONS.label(line['horizon'])}"
    n_projects = int(line["n_projects"])
    if line["p80_verdict"] == "insufficient":
        judges = f"il n'y en a que {n_projects}" if n_projects else "il n'y en a encore aucun"
        editions = ", d'éditions aux trois quarts achevées," if line["horizon"] == "completion" else ""
        needed = f"il faut {LEAST_PROJECTS} projets{editions} pour juger celles du passé"
        return f"{subject} : aucune prévision, car {needed} ; {judges}."
    p80 = _P80_SENTENCES[line["p80_verdict"]].format(
        coverage=percent(line["coverage_p80_ratio"]), n=line["n"], projects=counted(n_projects, "projet")
    )
    return f"{subject} : {p80} {_P50_SENTENCES[line['p50_verdict']].format(skill=percent(line['skill_p50_ratio']))}"


def _first_true(index: pd.Index, **conditions: Any) -> pd.Series:
    """The name of the first condition that holds in each row."""
    held = [np.broadcast_to(np.asarray(condition, dtype=bool), len(index)) for condition in conditions.values()]
    return pd.Series(np.select(held, list(conditions), default=""), index=index, dtype="str")
