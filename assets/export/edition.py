"""The export of one edition of a home: what was approved, where it goes, and what the ledger keeps of it.

Used by the command line and by the asset alike, so that both publish the same files under the same rules.
"""

import datetime as dt
import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd

from assets.export.approvals import (
    DATASET_KEY,
    Approval,
    Notice,
    notices,
    publications,
    record_publications,
)
from assets.export.client import PRODUCTION, ApiKey, DataGouv
from assets.export.content import Content, read_content, sha1_of
from assets.export.execution import Exported, Exporter, Identity
from assets.export.files import CURRENT
from assets.export.folder import FolderStep, execute_folder, plan_folder
from assets.export.model import Dataset, Plan
from assets.export.plan import current_edition
from assets.export.remote_folder import RemoteFolder
from warehouse.archive.tables import CORE_PROJECTS, OUT_KEY_FIGURES
from warehouse.home.calendar import Edition
from warehouse.home.home import Home
from warehouse.home.store import ParquetStore
from warehouse.model.errors import ConfigurationError, DataRefusedError

KEY_VARIABLE = "DATA_GOUV_API_KEY"
# Mark, id, SHA-256 and permanent address of a resource.
Published = tuple[str, str | None, str, str]


@dataclass(frozen=True)
class Target:
    """Where an edition is exported, and how.

    Attributes:
        platform: the client.
        organization: its id or slug on the platform.
        private: the dataset stays private.
        overwrite: write over what a person changed there.
        recreate: forget the dataset of the ledger.
    """

    platform: DataGouv
    organization: str
    private: bool = False
    overwrite: bool = False
    recreate: bool = False


@dataclass(frozen=True)
class Prepared:
    """An export that was planned: nothing is written yet."""

    exporter: Exporter
    content: Content
    observed: Dataset | None
    plan: Plan


def read_key(key_file: Path | None) -> ApiKey:
    """The API key: of a file, else of the environment.

    Raises:
        ConfigurationError: there is none, or the file can be read by every user of the machine.
    """
    if key_file is None:
        secret = os.environ.get(KEY_VARIABLE, "").strip()
        if not secret:
            raise ConfigurationError(f"Clé d'API absente : la donner dans {KEY_VARIABLE}, ou par --key-file FICHIER.")
        return ApiKey(secret)
    if not key_file.is_file():
        raise ConfigurationError(f"{key_file} : ce fichier de clé n'existe pas.")
    if key_file.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH | stat.S_IRGRP | stat.S_IWGRP):
        raise ConfigurationError(f"{key_file} : d'autres utilisateurs peuvent lire cette clé. Faire : chmod 600.")
    try:
        return ApiKey(key_file.read_text(encoding="ascii").strip())
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{key_file} : ce fichier n'est pas une clé d'API.") from error


def prepare(
    home: Home,
    edition: Edition,
    folder: Path,
    target: Target,
    *,
    pending: Notice | None = None,
) -> Prepared:
    """Read the platform and plan the export of a folder; nothing is written, here or there.

    Args:
        home: the installation.
        edition: the edition.
        folder: its files.
        target: where they go.
        pending: a correction notice that is about to be approved.

    Raises:
        ConfigurationError: an unknown organization, a dataset that is gone, a file that is not declared.
        DataRefusedError: no file, or fictitious data for the real platform.
        PlatformError: the platform cannot be read, or refuses the key.
    """
    refuse_fictitious(home, edition, target.platform.base_url)
    identity = identity_of(home, edition, target)
    exporter = Exporter(target.platform, identity, target.overwrite)
    extensions = exporter.preflight()
    observed = exporter.observe()
    calendar = home.calendar()
    given = notices(home)
    if pending is not None and (pending.edition, pending.text) not in {(one.edition, one.text) for one in given}:
        given.append(pending)
    content = read_content(
        folder,
        edition,
        latest=calendar.find(current_edition(observed, edition.key)),
        first=calendar.find(min([*ParquetStore(home.warehouse).editions(CORE_PROJECTS), edition.key])),
        organization=exporter.identity.organization,
        extensions=extensions,
        notices=given,
        # What a person can already read is not hidden again.
        private=target.private and (observed is None or observed.private),
        fictitious=is_fictitious(home, edition),
    )
    return Prepared(exporter, content, observed, exporter.plan(content.wanted, observed))


def identity_of(home: Home, edition: Edition, target: Target) -> Identity:
    """What the ledger knows of the dataset of a platform."""
    if target.recreate:
        return Identity(target.organization, ours=approved_sha1s(home, edition))
    lines = publications(home, target.platform.base_url)
    resources = lines.loc[lines.index != DATASET_KEY]
    known = lines["dataset_id"].dropna().unique()
    return Identity(
        organization=target.organization,
        dataset_id=str(known[-1]) if len(known) else None,
        resource_ids={str(key): str(each) for key, each in resources["resource_id"].items()},
        verified=frozenset(zip(resources["resource_id"], resources["sha256"], strict=True)),
        ours=approved_sha1s(home, edition),
    )


def approved_sha1s(home: Home, edition: Edition) -> frozenset[str]:
    """The SHA-1 of every file approved for an edition: one found on the platform is ours, not someone else's."""
    return frozenset(sha1_of(path) for path in home.published(edition).glob("*/*") if path.is_file())


def is_fictitious(home: Home, edition: Edition) -> bool:
    """Whether the figures of an edition are those of the demonstration."""
    store = ParquetStore(home.warehouse)
    if not store.has(OUT_KEY_FIGURES, edition.key):
        return False
    return bool(store.read(OUT_KEY_FIGURES, edition.key)["fictitious"].any())


def refuse_fictitious(home: Home, edition: Edition, base_url: str) -> None:
    """Keep the demonstration off the real platform.

    Raises:
        DataRefusedError: it was about to be published there.
    """
    real = (urlsplit(PRODUCTION).hostname or "").removeprefix("www.")
    if (urlsplit(base_url).hostname or "").removeprefix("www.") == real and is_fictitious(home, edition):
        raise DataRefusedError(
            f"L'édition {edition.key} est fictive : elle ne se publie pas sur {PRODUCTION}. Pour un essai : "
            "--base-url https://demo.data.gouv.fr."
        )


def execute(home: Home, approval: Approval, prepared: Prepared, *, today: dt.date) -> Exported:
    """Write what was planned, then keep in the ledger what was published and read back. With the home locked.

    Raises:
        EditedByHandError: a person changed on the platform what would be written.
        PlatformError: refused, or still unknown after several readings; running again resumes.
        RegisterError: a malformed register.
    """
    wanted = prepared.content.wanted
    exported = prepared.exporter.run(wanted)
    base_url = prepared.exporter.platform.base_url
    rows: list[Published] = [(DATASET_KEY, None, approval.fingerprint, exported.dataset.page)]
    for each in wanted.resources:
        there = exported.resources[each.key]
        rows.append((each.key, there.id, each.sha256, there.latest))
    _record(home, approval, base_url, exported.dataset.id, rows, today)
    return exported


def prepare_folder(home: Home, edition: Edition, folder: Path, target: RemoteFolder) -> list[FolderStep]:
    """Read a plain folder or a bucket and plan the export of an edition there; nothing is written.

    Raises:
        ConfigurationError: a file that is not declared.
        ServiceError: the folder cannot be read.
    """
    lines = publications(home, target.shown)
    current = lines.loc[lines.index.str.startswith(f"{CURRENT}/"), "edition"]
    return plan_folder(target, folder, edition, is_latest=current.empty or edition.key >= str(current.max()))


def execute_folder_export(
    home: Home,
    approval: Approval,
    target: RemoteFolder,
    steps: Sequence[FolderStep],
    *,
    today: dt.date,
    on_step: Callable[[FolderStep], None],
) -> int:
    """Write what was planned to a folder, keep it in the ledger, return how many files were written; the home locked.

    Raises:
        ServiceError: the folder cannot be written, or a file read back is not the one sent.
        RegisterError: a malformed register.
    """
    count = execute_folder(target, steps, on_step)
    rows: list[Published] = [(step.name, None, step.sha256, f"{target.shown}/{step.name}") for step in steps]
    _record(home, approval, target.shown, None, rows, today)
    return count


def _record(
    home: Home,
    approval: Approval,
    destination: str,
    dataset_id: str | None,
    rows: Sequence[Published],
    today: dt.date,
) -> None:
    lines = pd.DataFrame(rows, columns=["resource_key", "resource_id", "sha256", "url"]).astype(object)
    record_publications(
        home,
        lines.assign(
            edition=approval.edition.key,
            version=approval.version,
            destination=destination,
            dataset_id=dataset_id,
            published_on=today,
            approved_by=approval.approved_by,
        ),
    )


def organization_of(option: str | None, home_setting: str) -> str:
    """The organization to publish for.

    Raises:
        ConfigurationError: none is given.
    """
    found = option or home_setting
    if not found:
        raise ConfigurationError(
            "Organisation absente : la donner par --organization ID, ou dans panorama.toml : [export] organization."
        )
    return found
