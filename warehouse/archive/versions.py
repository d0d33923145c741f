"""What was known when: each version of an edition, kept whole, and the warehouse as it stood on a day.

A run whose figures differ from those of the last version makes a new one; nothing is overwritten. Two times are
told apart: the edition a figure is about, and `known_on`, the day since when it has been known.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pandas as pd

from warehouse.archive.tables import (
    ACCEPTED_CELLS,
    ACCEPTED_ROWS,
    CORE_CORRECTIONS,
    CORE_PROJECTS,
    OUT_COLLECTION,
    OUT_MINISTRY_QUALITY,
    OUT_PROJECT_QUALITY,
    OUT_SLIPPAGE_PROJECTS,
    RAW_SUBMISSIONS,
    SUBMITTED_ROWS,
    TABLES,
)
from warehouse.history.corrections import PROVENANCE, corrections
from warehouse.home.calendar import Edition
from warehouse.home.files import replacing_directory
from warehouse.home.home import Home
from warehouse.home.registers import register
from warehouse.home.state import State
from warehouse.home.store import ParquetStore
from warehouse.model.errors import ConfigurationError, SchemaError
from warehouse.model.french import short_day
from warehouse.model.schema import Table
from warehouse.projects.withheld import ANY, FLAGS, is_withheld, mask, without_withheld

FOLDER = "versions"
# Tags of a run: since when its figures are known, who sent them or asked for them, why they changed.
KNOWN_ON_TAG, BY_TAG, WHY_TAG = "panorama/known_on", "panorama/by", "panorama/why"
# Of a run that leaves the editions it was not asked for as they are.
ONLY_TAG = "panorama/only"
# What was received, when, and how well: the same figures sent again are not a new version.
NOT_FIGURES = (
    RAW_SUBMISSIONS,
    SUBMITTED_ROWS,
    ACCEPTED_ROWS,
    ACCEPTED_CELLS,
    OUT_COLLECTION,
    OUT_PROJECT_QUALITY,
    OUT_MINISTRY_QUALITY,
)
# The corrections follow from the versions.
KEPT_TABLES = tuple(table for table in TABLES.values() if table not in (SUBMITTED_ROWS, CORE_CORRECTIONS))


@dataclass(frozen=True)
class Change:
    """What a run says of a change of figures: since when known, who asked for it, why; whether it only completes."""

    known_on: dt.date | None = None
    by: str | None = None
    why: str | None = None
    completes: bool = False


UNSAID = Change()


def change_tags(change: Change, *, only: bool) -> dict[str, str]:
    """The tags of a run that say what it says of the figures it changes."""
    said = {
        KNOWN_ON_TAG: change.known_on.isoformat() if change.known_on else None,
        BY_TAG: change.by,
        WHY_TAG: change.why,
        ONLY_TAG: "true" if only else None,
    }
    return {name: value for name, value in said.items() if value}


def parse_known_on(text: str | None) -> dt.date | None:
    """The day that the tag of a run says.

    Raises:
        ConfigurationError: not of the form `YYYY-MM-DD`.
    """
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError as error:
        raise ConfigurationError(f"{KNOWN_ON_TAG} : « {text} » n'est pas une date AAAA-MM-JJ.") from error


@dataclass(frozen=True)
class AsOfStore(ParquetStore):
    """The warehouse as it stood on a day: one version of each edition, to be read only.

    `root` is the folder of the warehouse, `chosen` the version of each edition then known.
    """

    chosen: Mapping[str, int] = field(default_factory=dict)

    def path(self, table: Table, edition: str) -> Path:
        """Where one table of the version then known is kept."""
        return version_folder(self.root, edition, self.chosen.get(edition, 0)) / f"{table.name}.parquet"

    def editions(self, table: Table) -> list[str]:
        """The editions then known, in calendar order."""
        return sorted(edition for edition in self.chosen if self.has(table, edition))

    def write(self, table: Table, edition: str, frame: pd.DataFrame) -> pd.DataFrame:
        """Refuse: the past is not written.

        Raises:
            SchemaError: always.
        """
        del frame
        raise SchemaError(f"Table {table.name}, édition {edition} : une version passée ne s'écrit pas.")


def version_folder(warehouse: Path, edition: str, version: int) -> Path:
    """Where the tables of one version of an edition are kept."""
    return warehouse / FOLDER / f"edition={edition}" / f"version={version}"


def content_sha256(store: ParquetStore, edition: str) -> str:
    """A fingerprint of the figures that an edition publishes, whatever file or library wrote them.

    Where a row comes from does not count: the same figures sent again are not a new version. Nor does what is kept
    back: a version is published, and would tell that it changed.
    """
    digest = hashlib.sha256()
    for table in KEPT_TABLES:
        if table not in NOT_FIGURES and store.has(table, edition):
            read = store.read(table, edition)
            shown = without_withheld(read) if table == CORE_PROJECTS else read
            values = shown.drop(columns=list(PROVENANCE), errors="ignore")
            digest.update(f"{table.name}\n{values.to_csv(index=False, lineterminator=chr(10))}".encode())
    return digest.hexdigest()


def next_known_on(edition: Edition, known: pd.DataFrame, today: dt.date, asked: dt.date | None) -> dt.date:
    """The day since when a new version is known.

    That which is asked; else, for a first version, the day the edition was published; else today.

    Args:
        edition: the edition.
        known: its lines of the register of versions.
        today: the day of the run.
        asked: by the operator, to backfill what was known at another time.

    Raises:
        ConfigurationError: a day before that of the last version, or one to come.
    """
    last = None if known.empty else known["known_on"].iloc[-1].date()
    if asked is not None and (asked > today or (last is not None and asked < last)):
        since = f" et la version précédente est connue depuis le {short_day(last)}" if last else ""
        raise ConfigurationError(
            f"Édition {edition.key} : une version connue le {short_day(asked)} n'est pas possible, nous sommes le "
            f"{short_day(today)}{since}."
        )
    if asked is not None:
        return asked
    if last is None and edition.published_on is not None and edition.published_on <= today:
        return edition.published_on
    return today if last is None else max(today, last)


def record_version(
    state: State,
    edition: Edition,
    store: ParquetStore,
    *,
    today: dt.date,
    change: Change = UNSAID,
) -> State:
    """Keep the tables of an edition as a version, unless the last one has the same figures. With the home held.

    An edition that comes to be known between two others completes those after it rather than correcting them: their
    last version is kept anew under its number, as if that edition had always been there. So is a version of which only
    what is kept back changes.

    Returns:
        The State with the line of the version.

    Raises:
        ConfigurationError: see `next_known_on`.
        ServiceError: the disk refused; no version is recorded.
    """
    seen = state.registers["versions"]
    known = seen.loc[seen["edition"].eq(edition.key)]
    content = content_sha256(store, edition.key)
    if len(known) and known["content_sha256"].iloc[-1] == content:
        last = int(known["version"].iloc[-1])
        if not _is_kept(state.home, edition, store, last):
            _keep(state.home, edition, store, last)
        return state
    completes = change.completes and len(known) > 0
    version = int(known["version"].max()) + (0 if completes else 1) if len(known) else 1
    since = known["known_on"].iloc[-1].date() if completes else next_known_on(edition, known, today, change.known_on)
    # A process killed before the line is written leaves a folder that the next one replaces.
    _keep(state.home, edition, store, version)
    line = {
        "edition": edition.key,
        "version": version,
        "known_on": since,
        "content_sha256": content,
        "changed_by": change.by,
        "reason": change.why,
    }
    return state.appended({"versions": pd.DataFrame([line])})


def _is_kept(home: Home, edition: Edition, store: ParquetStore, version: int) -> bool:
    """Whether a version has the projects of an edition as they are, what is kept back included."""
    kept = AsOfStore(home.warehouse, {edition.key: version})
    sides = [each.read(CORE_PROJECTS, edition.key).drop(columns=list(PROVENANCE)) for each in (kept, store)]
    return sides[0].equals(sides[1])


def _keep(home: Home, edition: Edition, store: ParquetStore, version: int) -> None:
    """Keep the tables of an edition as they are as a version, in the place of what was kept under its number."""
    with replacing_directory(version_folder(home.warehouse, edition.key, version)) as folder:
        for table in KEPT_TABLES:
            source = store.path(table, edition.key)
            if source.is_file():
                (folder / f"{table.name}.parquet").write_bytes(source.read_bytes())


def versions_of(state: State, edition: str) -> pd.DataFrame:
    """The versions of an edition: its lines of the register, the last one of each number."""
    lines = state.registers["versions"]
    of_edition = lines.loc[lines["edition"].eq(edition)]
    return of_edition.drop_duplicates("version", keep="last").sort_values("version", ignore_index=True)


def first_known(state: State, edition: str) -> pd.DataFrame | None:
    """The slippage per project of an edition as it was first known; None when it was never corrected."""
    numbers = versions_of(state, edition)["version"]
    if len(numbers) < 2:
        return None
    return AsOfStore(state.home.warehouse, {edition: int(numbers.iloc[0])}).read(OUT_SLIPPAGE_PROJECTS, edition)


def first_known_slippages(state: State) -> pd.DataFrame:
    """The slippage per project of each edition that has a version, as it was first known."""
    lines = state.registers["versions"].drop_duplicates("edition")
    store = AsOfStore(state.home.warehouse, dict(zip(lines["edition"], lines["version"].astype(int), strict=True)))
    return store.history(OUT_SLIPPAGE_PROJECTS)


def as_of(home: Home, day: dt.date) -> AsOfStore:
    """The warehouse as it stood at the end of a day.

    Raises:
        RegisterError: a malformed register.
    """
    versions = register(home.registers, "versions").read()
    known = versions.loc[versions["known_on"].le(pd.Timestamp(day))].drop_duplicates("edition", keep="last")
    return AsOfStore(home.warehouse, dict(zip(known["edition"], known["version"].astype(int), strict=True)))


def version_store(home: Home, edition: str, version: int) -> AsOfStore:
    """The warehouse with one version of one edition.

    Raises:
        ConfigurationError: that edition has no such version.
    """
    versions = register(home.registers, "versions").read()
    numbers = versions.loc[versions["edition"].eq(edition), "version"].astype(int).tolist()
    if version not in numbers:
        raise ConfigurationError(f"L'édition {edition} n'a pas de version {version}. Versions connues : {numbers}.")
    return AsOfStore(home.warehouse, {edition: version})


def edition_corrections(home: Home, edition: str, versions: pd.DataFrame) -> pd.DataFrame:
    """Every value corrected from one version of an edition to the next, but of what any of them keeps back.

    Args:
        home: where the versions are kept.
        edition: key of the edition.
        versions: its lines of the register of versions.

    Returns:
        The columns of `CORE_CORRECTIONS`.
    """
    # Most editions were never corrected: what they were at first is not read.
    lines = versions.to_dict("records") if len(versions) > 1 else []
    stores = [AsOfStore(home.warehouse, {edition: int(line["version"])}) for line in lines]
    known = _alike([store.read(CORE_PROJECTS, edition) for store in stores])
    frames = []
    for line, (before, now) in zip(lines[1:], pairwise(known), strict=True):
        stamp = {name: line[name] for name in ("version", "known_on", "changed_by", "reason")}
        frames.append(corrections(now, before).assign(edition=edition, **stamp))
    found = [frame for frame in frames if not frame.empty]
    if not found:
        return pd.DataFrame(columns=CORE_CORRECTIONS.names())
    return pd.concat(found, ignore_index=True)[CORE_CORRECTIONS.names()]


def _alike(versions: Sequence[pd.DataFrame]) -> list[pd.DataFrame]:
    """Versions of the projects of an edition, a project that any of them keeps back being so in all; flags are left."""
    held = {key for rows in versions for key in rows.loc[is_withheld(rows), "project_id"]}
    return [mask(rows, CORE_PROJECTS, dict.fromkeys((*FLAGS, ANY), rows["project_id"].isin(held))) for rows in versions]
