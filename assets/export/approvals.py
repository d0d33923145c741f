"""What a person approved for publication, kept to the byte, and what was published where.

An approval is about the files of an edition's `open_data` folder as they are: they are copied under their fingerprint,
in `<home>/published/<edition>/`, and only that copy is published. Approving again is how an earlier version comes back.
"""

import datetime as dt
import hashlib
import shutil
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from warehouse.home.calendar import Edition
from warehouse.home.files import replacing_directory, sha256_of
from warehouse.home.home import Home
from warehouse.home.registers import register
from warehouse.model.errors import ConfigurationError, DataRefusedError

DATASET_KEY = "dataset"
# Mark, id, SHA-256 and permanent address of a resource.
Published = tuple[str, str | None, str, str]


@dataclass(frozen=True)
class Approval:
    """What may be published of an edition: the folder that holds the files, and who said so."""

    edition: Edition
    version: int
    fingerprint: str
    folder: Path
    approved_by: str
    approved_on: dt.date


@dataclass(frozen=True)
class Notice:
    """A correction notice, published with the files of an edition."""

    edition: str
    on: dt.date
    text: str


def folder_fingerprint(folder: Path) -> str:
    """The SHA-256 of the names and SHA-256 of the files of a folder.

    Raises:
        DataRefusedError: there is no such folder, or it is empty.
    """
    files = folder_files(folder)
    lines = "".join(f"{sha256_of(path)}  {path.name}\n" for path in files)
    return hashlib.sha256(lines.encode()).hexdigest()


def folder_files(folder: Path) -> list[Path]:
    """The files of a folder of open data, by name.

    Raises:
        DataRefusedError: there is no such folder, it is empty, or it holds folders.
    """
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    if not files:
        raise DataRefusedError(f"{folder} : aucun fichier à publier. Traiter d'abord l'édition : panorama run.")
    strangers = [path.name for path in files if not path.is_file()]
    if strangers:
        raise DataRefusedError(f"{folder} : {', '.join(strangers)} n'est pas un fichier.")
    return files


def approvals(home: Home) -> pd.DataFrame:
    """Every approval of a home, in order.

    Raises:
        RegisterError: a malformed register.
    """
    return register(home.registers, "approvals").read()


def approved(home: Home, edition: Edition) -> Approval | None:
    """The last approval of an edition, the one that counts; None when no person gave any."""
    return _last_approval(home, edition) if _versions(home, edition) else None


def version_of(home: Home, edition: Edition, fingerprint: str) -> int:
    """The rank of the files of this fingerprint among those approved for an edition; that to come when they are new."""
    known = _versions(home, edition)
    return known.get(fingerprint, len(known) + 1)


def version_folder(home: Home, edition: Edition, version: int) -> Path:
    """Where the files of a version that was approved are kept.

    Raises:
        ConfigurationError: there is no such version; the message says which there are.
        DataRefusedError: the files kept are no longer those that were approved.
    """
    for fingerprint, number in _versions(home, edition).items():
        if number == version:
            return _kept(home, edition, fingerprint)
    known = ", ".join(str(number) for number in _versions(home, edition).values()) or "aucune"
    raise ConfigurationError(
        f"L'édition {edition.key} n'a pas de version {version} approuvée pour publication. Versions connues : {known}."
    )


def approve(
    home: Home,
    edition: Edition,
    folder: Path,
    *,
    by: str,
    today: dt.date,
    reason: str | None = None,
    correction: str | None = None,
) -> Approval:
    """Keep a copy of the files of a folder, and write that a person approves them.

    The same approval twice in a row, by whomever, is one line; a new notice makes another. To be called with the home
    locked.

    Raises:
        DataRefusedError: nothing to approve.
        RegisterError: a malformed register.
        ServiceError: the disk refused.
    """
    fingerprint = folder_fingerprint(folder)
    target = home.published(edition) / fingerprint
    if folder != target:
        with replacing_directory(target) as copy:
            for path in folder_files(folder):
                shutil.copyfile(path, copy / path.name)
    ledger = register(home.registers, "approvals")
    seen = ledger.read()
    lines = seen.loc[seen["edition"].eq(edition.key)]
    last = lines.iloc[-1] if len(lines) else None
    known_notices = {notice.text for notice in notices(home) if notice.edition == edition.key}
    if last is None or last["content_sha256"] != fingerprint or (correction and correction not in known_notices):
        line = {
            "edition": edition.key,
            "version": version_of(home, edition, fingerprint),
            "content_sha256": fingerprint,
            "approved_on": today,
            "approved_by": by,
            "reason": reason,
            "correction": correction,
        }
        ledger.append(pd.DataFrame([line]), seen=seen)
    return _last_approval(home, edition)


def notices(home: Home) -> list[Notice]:
    """The correction notices of every edition, in the order they were given, without those repeated."""
    lines = approvals(home)
    found: dict[tuple[str, str], Notice] = {}
    for line in lines.loc[lines["correction"].notna()].to_dict("records"):
        notice = Notice(str(line["edition"]), line["approved_on"].date(), str(line["correction"]))
        found.setdefault((notice.edition, notice.text), notice)
    return list(found.values())


def publications(home: Home, destination: str) -> pd.DataFrame:
    """The last line of each resource of a destination, by `resource_key`."""
    seen = register(home.registers, "publications").read()
    here = seen.loc[seen["destination"].eq(destination)]
    return here.drop_duplicates("resource_key", keep="last").set_index("resource_key")


def to_export(home: Home, destination: str) -> dict[str, int]:
    """The editions whose last approval is not the last thing published of them: each with the line of that approval.

    Raises:
        RegisterError: a malformed register.
    """
    given = approvals(home).drop_duplicates("edition", keep="last")
    seen = register(home.registers, "publications").read()
    done = seen.loc[seen["destination"].eq(destination) & seen["resource_key"].eq(DATASET_KEY)]
    last = done.drop_duplicates("edition", keep="last")
    published = dict(zip(last["edition"], last["sha256"], strict=True))
    return {
        str(line["edition"]): int(line["line"])
        for line in given.to_dict("records")
        if published.get(line["edition"]) != line["content_sha256"]
    }


def record_publications(
    home: Home,
    approval: Approval,
    destination: str,
    dataset_id: str | None,
    published: Sequence[Published],
    today: dt.date,
) -> None:
    """Add what was published and verified; a line equal to the last of its resource is left out.

    Raises:
        RegisterError: a malformed register.
    """
    lines = pd.DataFrame(published, columns=["resource_key", "resource_id", "sha256", "url"]).astype(object)
    lines = lines.assign(
        edition=approval.edition.key,
        version=approval.version,
        destination=destination,
        dataset_id=dataset_id,
        published_on=today,
        approved_by=approval.approved_by,
    )
    ledger = register(home.registers, "publications")
    seen = ledger.read()
    compared = ["edition", "version", "dataset_id", "resource_id", "sha256", "url"]
    here = seen.loc[seen["destination"].eq(destination)].drop_duplicates("resource_key", keep="last")
    last = {line["resource_key"]: line for line in here.to_dict("records")}

    def is_new(line: Mapping[Hashable, object]) -> bool:
        former = last.get(line["resource_key"])
        return former is None or any(_differs(former[name], line[name]) for name in compared)

    fresh = [line for line in lines.to_dict("records") if is_new(line)]
    ledger.append(pd.DataFrame(fresh, columns=lines.columns), seen=seen)


def _differs(one: object, other: object) -> bool:
    return (None if pd.isna(one) else one) != (None if pd.isna(other) else other)  # type: ignore[call-overload]  # scalars


def _last_approval(home: Home, edition: Edition) -> Approval:
    seen = approvals(home)
    line = seen.loc[seen["edition"].eq(edition.key)].iloc[-1]
    fingerprint = str(line["content_sha256"])
    return Approval(
        edition=edition,
        version=int(line["version"]),
        fingerprint=fingerprint,
        folder=_kept(home, edition, fingerprint),
        approved_by=str(line["approved_by"]),
        approved_on=line["approved_on"].date(),
    )


def _versions(home: Home, edition: Edition) -> dict[str, int]:
    """The rank of each fingerprint approved for an edition."""
    seen = approvals(home)
    lines = seen.loc[seen["edition"].eq(edition.key)]
    return dict(zip(lines["content_sha256"], lines["version"].astype(int), strict=True))


def _kept(home: Home, edition: Edition, fingerprint: str) -> Path:
    """The folder of approved files, read again: nothing but what was approved leaves.

    Raises:
        DataRefusedError: files are missing or have changed.
    """
    folder = home.published(edition) / fingerprint
    if folder_fingerprint(folder) != fingerprint:
        raise DataRefusedError(f"{folder} : ces fichiers ne sont plus ceux qui ont été approuvés.")
    return folder
