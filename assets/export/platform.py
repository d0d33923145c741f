"""A platform as a destination: the dataset that an edition makes there, planned, then written and kept in the ledger.

Used by the command line and by the asset alike, so that both publish the same files under the same rules.
"""

import datetime as dt
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from assets.export.approvals import (
    DATASET_KEY,
    Approval,
    Notice,
    Published,
    notices,
    publications,
    record_publications,
)
from assets.export.client import PRODUCTION, ApiKey, DataGouv
from assets.export.content import Content, read_content, sha1_of
from assets.export.execution import SILENT, EditedByHandError, Exported, Exporter, Identity, Progress
from assets.export.model import Dataset, Plan
from assets.export.plan import current_edition
from warehouse.archive.tables import CORE_PROJECTS, OUT_KEY_FIGURES
from warehouse.home.calendar import Edition
from warehouse.home.home import Home
from warehouse.home.store import ParquetStore
from warehouse.model.errors import ConfigurationError, DataRefusedError

KEY_VARIABLE = "DATA_GOUV_API_KEY"


@dataclass(frozen=True)
class PlatformPlan:
    """An export that was planned: nothing is written yet."""

    exporter: Exporter
    content: Content
    observed: Dataset | None
    plan: Plan

    @property
    def shown(self) -> str:
        """Where, for a person and in the ledger."""
        return self.exporter.platform.base_url

    @property
    def count(self) -> int:
        """How many writes."""
        return len(self.plan.steps)

    def refuse(self) -> None:
        """Say now what would stop the export.

        Raises:
            EditedByHandError: a person changed on the platform what would be written.
        """
        if self.plan.conflicts and not self.exporter.overwrite:
            raise EditedByHandError(self.plan.conflicts)

    def apply(self, home: Home, approval: Approval, *, today: dt.date, progress: Progress = SILENT) -> Exported:
        """Write what was planned, then keep in the ledger what was published and read back. With the home locked.

        Raises:
            EditedByHandError: a person changed on the platform what would be written.
            PlatformError: refused, or still unknown after several readings; running again resumes.
            RegisterError: a malformed register.
        """
        wanted = self.content.wanted
        exported = self.exporter.run(wanted, progress)
        rows: list[Published] = [(DATASET_KEY, None, approval.fingerprint, exported.dataset.page)]
        for each in wanted.resources:
            there = exported.resources[each.key]
            rows.append((each.key, there.id, each.sha256, there.latest))
        record_publications(home, approval, self.shown, exported.dataset.id, rows, today)
        return exported


@dataclass(frozen=True)
class PlatformDestination:
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

    @property
    def shown(self) -> str:
        """Where, for a person and in the ledger."""
        return self.platform.base_url

    def plan(self, home: Home, edition: Edition, folder: Path, pending: Notice | None = None) -> PlatformPlan:
        """Read the platform and plan the export of a folder; nothing is written, here or there.

        Args:
            home: the installation.
            edition: the edition.
            folder: its files.
            pending: a correction notice that is about to be approved.

        Raises:
            ConfigurationError: an unknown organization, a dataset that is gone, a file that is not declared.
            DataRefusedError: no file, or fictitious data for the real platform.
            PlatformError: the platform cannot be read, or refuses the key.
        """
        refuse_fictitious(home, edition, self.shown)
        exporter = Exporter(self.platform, self._identity(home, edition), self.overwrite)
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
            private=self.private and (observed is None or observed.private),
            fictitious=is_fictitious(home, edition),
        )
        return PlatformPlan(exporter, content, observed, exporter.plan(content.wanted, observed))

    def _identity(self, home: Home, edition: Edition) -> Identity:
        """What the ledger knows of the dataset."""
        # A file approved here and found on the platform is ours, not someone else's.
        ours = frozenset(sha1_of(path) for path in home.published(edition).glob("*/*") if path.is_file())
        if self.recreate:
            return Identity(self.organization, ours=ours)
        lines = publications(home, self.shown)
        resources = lines.loc[lines.index != DATASET_KEY]
        known = lines["dataset_id"].dropna().unique()
        return Identity(
            organization=self.organization,
            dataset_id=str(known[-1]) if len(known) else None,
            resource_ids={str(key): str(each) for key, each in resources["resource_id"].items()},
            verified=frozenset(zip(resources["resource_id"], resources["sha256"], strict=True)),
            ours=ours,
        )


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
