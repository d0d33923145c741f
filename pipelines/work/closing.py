"""Close an edition for a person, each absence acknowledged by its name in a register."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from warehouse.archive.closed import absence_lines, read_closings
from warehouse.home.calendar import Edition
from warehouse.home.registers import grown
from warehouse.home.state import State
from warehouse.home.store import ParquetStore
from warehouse.model.errors import ConfigurationError, DataRefusedError
from warehouse.model.french import listed
from warehouse.model.vocabulary import MINISTRIES
from warehouse.projects.closing import Closing
from warehouse.projects.closing_wording import received_since


@dataclass(frozen=True)
class Act:
    """Who closes an edition, on which day; why each ministry that is named is absent; what is said of the closing."""

    reasons: Mapping[str, str]
    by: str
    on: dt.date
    why: str | None = None


def close_edition(state: State, edition: Edition, act: Act) -> list[str]:
    """Acknowledge the absences that an act names, close the edition if no other is left, say it in French.

    With the home held.

    Raises:
        ConfigurationError: the edition was not computed, or a ministry that is named is not absent.
        DataRefusedError: an absence is left; the message names each. What the act acknowledged is kept.
        ServiceError: the disk refused.
    """
    key, store = edition.key, ParquetStore(state.home.warehouse)
    closing = read_closings(state.registers, store).get(key)
    if closing is None:
        raise ConfigurationError(f"L'édition {key} n'a pas été calculée. « panorama run {key} » la calcule.")
    if not closing.needs_closing:
        return [f"L'édition {key} a été publiée en son temps : elle n'a pas à être close."]
    _require_absent(closing, state, act)
    acknowledged = _acknowledged(closing, act)
    after = read_closings(grown(state.registers, {"closures": acknowledged}), store)[key]
    is_complete = not after.missing_ministries and after.vanished.empty
    closed = pd.DataFrame([_line(key, None, act.why, act)] if is_complete and not after.is_closed else [])
    added = pd.concat([acknowledged, closed], ignore_index=True)
    state.appended({"closures": added})
    if not is_complete:
        kept = f" Absence reconnue : {_labels(act.reasons)}." if act.reasons else ""
        refused = f"L'édition {key} n'est pas close.{kept} Il y manque :"
        raise DataRefusedError("\n".join([refused, *absence_lines(after, state.registers)]))
    if added.empty:
        return [f"L'édition {key} est close : déjà enregistré."]
    said = f", sans {_labels(after.absent_ministries)}" if after.absent_ministries else ""
    return [
        f"L'édition {key} est close par {act.by}{said}.",
        f"« panorama run {key} » la refait sans la mention provisoire, avec les absences reconnues.",
    ]


def _require_absent(closing: Closing, state: State, act: Act) -> None:
    received = received_since(closing, state.registers)
    for ministry in act.reasons:
        label, key = MINISTRIES.label(ministry), closing.edition
        if ministry in received:
            raise ConfigurationError(
                f"--without : la remontée de « {label} » est reçue, pas encore traitée : panorama run {key}"
            )
        if ministry not in closing.absent_ministries:
            absent = _labels(closing.absent_ministries) or "aucun ministère"
            raise ConfigurationError(
                f"--without : « {label} » n'est pas absent de l'édition {key}. Absents : {absent}."
            )


def _acknowledged(closing: Closing, act: Act) -> pd.DataFrame:
    """The lines that an act adds for ministries: none for one that is acknowledged already, with the same reason."""
    known = dict(zip(closing.acknowledged["ministry_id"], closing.acknowledged["reason"], strict=True))
    new = {ministry: reason for ministry, reason in act.reasons.items() if known.get(ministry) != reason}
    return pd.DataFrame([_line(closing.edition, ministry, reason, act) for ministry, reason in new.items()])


def _line(edition: str, ministry: str | None, reason: str | None, act: Act) -> dict[str, object]:
    who = {"closed_by": act.by, "closed_on": act.on}
    return {"edition": edition, "ministry_id": ministry, "reason": reason, **who}


def _labels(ministries: Iterable[str]) -> str:
    return listed([f"« {MINISTRIES.label(ministry)} »" for ministry in sorted(ministries)])
