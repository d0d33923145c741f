"""Execute what `export.plan` plans: read the platform, make at most one write, read again, until nothing is missing.

A refusal stops at once. After an unknown outcome nothing is assumed: wait over a second, read again, and let what is
there say whether the write is still missing. The dataset is published once every file has been read back at its
permanent address and has the SHA-256 of ours.
"""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeVar

from assets.export.client import (
    AbsentError,
    DataGouv,
    PlatformError,
    RateLimitedError,
    UnknownOutcomeError,
    UnreachableError,
)
from assets.export.content import FREQUENCY, LICENSE, ZONE
from assets.export.model import (
    DATASET,
    DATASET_MARK,
    FIELD_LABELS,
    Conflict,
    Dataset,
    Plan,
    Resource,
    Step,
    Wanted,
    WantedResource,
    observed_dataset,
)
from assets.export.plan import (
    CREATE,
    dataset_body,
    find_conflicts,
    make_plan,
    matched,
    next_step,
    resource_body,
    schema_url,
    wanted_order,
)
from warehouse.model.errors import ConfigurationError

# Over a second, for the platform fails on two uploads of one name in the same second; then twice as long each time.
WAITS_SECONDS = (1.1, 2.2, 4.4, 8.8)
# A platform that asks for more is busy for longer than a person waits: said, and run again later.
LONGEST_RETRY_AFTER_SECONDS = 120.0
DEFAULT_RETRY_AFTER_SECONDS = 5.0
STEP_LABELS = {
    "create": "création du jeu de données, privé",
    "upload": "envoi",
    "replace": "remplacement",
    "describe": "titre et description",
    "reorder": "ordre des fichiers",
    "update": "métadonnées",
    "publish": "publication",
}

T = TypeVar("T")


class Progress(NamedTuple):
    """Who is told of an export.

    Attributes:
        on_write: of each write about to be made: what in French, on which file, its size in bytes.
        on_bytes: of a file being sent: its name, the bytes sent, its size.
    """

    on_write: Callable[[str, str, int], None]
    on_bytes: Callable[[str, int, int], None]


SILENT = Progress(lambda _what, _name, _size: None, lambda _name, _sent, _size: None)


class EditedByHandError(ConfigurationError):
    """Someone changed on the platform what a write of ours would undo; nothing was written over it."""

    def __init__(self, conflicts: Collection[Conflict]) -> None:
        lines = "\n".join(f"  {each}" for each in conflicts)
        super().__init__(
            f"Modifié sur la plateforme depuis le dernier export, donc rien n'est écrit par-dessus :\n{lines}\n"
            "Reporter ces changements ici, ou les défaire avec --overwrite."
        )
        self.conflicts = tuple(conflicts)


@dataclass(frozen=True)
class Identity:
    """What the ledger knows of a dataset: its id, the ids of its resources by mark, and what was read back.

    Attributes:
        organization: id of the organization.
        dataset_id: None before the first export, or when it must be found by its mark.
        resource_ids: by mark.
        verified: id and SHA-256 of the resources already read back.
        ours: SHA-1 of files approved here, that an interrupted export may have sent.
    """

    organization: str
    dataset_id: str | None = None
    resource_ids: Mapping[str, str] = field(default_factory=dict)
    verified: frozenset[tuple[str, str]] = frozenset()
    ours: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Exported:
    """What came of an export: the dataset as it is, its resources by mark, and the writes that were made."""

    dataset: Dataset
    resources: Mapping[str, Resource]
    writes: tuple[Step, ...]


@dataclass
class Exporter:
    """One export on one platform.

    Attributes:
        platform: the client.
        identity: what the ledger knows.
        overwrite: write over what a person changed.
        sleep: waits, in seconds.
    """

    platform: DataGouv
    identity: Identity
    overwrite: bool = False
    sleep: Callable[[float], None] = time.sleep

    def observe(self) -> Dataset | None:
        """The dataset as it is, found by the id of the ledger, else by its mark; None when there is none.

        Raises:
            ConfigurationError: that of the ledger is gone or is another organization's, or several have the mark.
            PlatformError: the platform cannot be read.
        """
        identity = self.identity
        if identity.dataset_id is None:
            return self._found_by_mark()
        try:
            found = observed_dataset(self._reading(lambda: self.platform.dataset(identity.dataset_id or "")))
        except AbsentError as error:
            raise ConfigurationError(
                f"Le jeu de données {identity.dataset_id}, publié d'ici, n'est plus sur {self.platform.base_url}. Le "
                "restaurer là-bas, ou en créer un autre avec --recreate : les adresses déjà diffusées seront perdues."
            ) from error

        if found.organization != identity.organization:
            raise ConfigurationError(
                f"Le jeu de données {found.id}, publié d'ici, est celui de l'organisation {found.organization}, non de "
                f"{identity.organization}. Le transférer sur la plateforme, ou en créer un autre avec --recreate."
            )
        return found

    def plan(self, wanted: Wanted, observed: Dataset | None) -> Plan:
        """Everything that would be done from what was observed."""
        return make_plan(wanted, observed, self.identity.resource_ids, self.identity.ours)

    def run(self, wanted: Wanted, progress: Progress = SILENT) -> Exported:
        """Make the platform as wanted.

        Raises:
            EditedByHandError: a person changed there what would be written.
            ConfigurationError: see `observe`.
            PlatformError: refused, or still unknown after several readings; running again resumes.
        """
        writes: list[Step] = []
        failures, failed = 0, ("", "")
        while True:
            observed = self.observe()
            self._refuse_conflicts(wanted, observed)
            if observed is None:
                step = CREATE
            else:
                missing = next_step(wanted, observed, self.identity.resource_ids)
                if missing is None or missing.action in ("update", "publish"):
                    self._verify(wanted, observed)
                if missing is None:
                    return Exported(observed, matched(wanted, observed, self.identity.resource_ids), tuple(writes))
                step = missing
            this = (step.action, step.key)
            if this in {(each.action, each.key) for each in writes}:
                raise PlatformError(_not_kept(step, wanted, observed))
            progress.on_write(STEP_LABELS[step.action], step.key or "jeu de données", step.size_bytes)
            try:
                self._write(step, wanted, observed, progress)
            except (RateLimitedError, UnknownOutcomeError) as error:
                failures = self._patience(error, failures if failed == this else 0)
                failed = this
            else:
                writes.append(step)

    def preflight(self) -> list[str]:
        """Verify, before any write, that the platform knows the key, the organization and our codes.

        Returns:
            The extensions of the files it accepts.

        Raises:
            KeyRefusedError: an unknown, expired or revoked key.
            ConfigurationError: an unknown organization, licence, frequency or territory.
            PlatformError: the platform cannot be read; said at once when nothing answers there.
        """
        platform, organization = self.platform, self.identity.organization
        self._reading(platform.me, giving_up=UnreachableError)
        try:
            found = self._reading(lambda: platform.organization(organization))
        except AbsentError as error:
            raise ConfigurationError(
                f"L'organisation « {organization} » est inconnue de {platform.base_url}."
            ) from error
        # A slug was given, maybe: datasets name their organization by its id.
        self.identity = replace(self.identity, organization=str(found["id"]))
        # An unknown licence would be replaced in silence by « not specified ».
        for code, is_known, what in (
            (LICENSE, lambda: LICENSE in platform.licenses(), "la licence"),
            (FREQUENCY, lambda: FREQUENCY in platform.frequencies(), "la fréquence"),
            (ZONE, lambda: platform.has_zone(ZONE), "le territoire"),
        ):
            if not self._reading(is_known):
                raise ConfigurationError(f"{platform.base_url} ne connaît pas {what} « {code} ».")
        return self._reading(platform.extensions)

    def _found_by_mark(self) -> Dataset | None:
        organization = self.identity.organization
        held = self._reading(lambda: list(self.platform.datasets(organization)))
        hits = [str(each["id"]) for each in held if (each.get("extras") or {}).get(DATASET_MARK) == DATASET]
        if len(hits) > 1:
            raise ConfigurationError(
                f"Plusieurs jeux de données de l'organisation {organization} portent la marque de cet export : "
                f"{', '.join(hits)}. Supprimer de la plateforme ceux qui sont de trop, puis relancer."
            )
        if not hits:
            return None
        # The list of a large organization is long: it is read once.
        self.identity = replace(self.identity, dataset_id=hits[0])
        return observed_dataset(self._reading(lambda: self.platform.dataset(hits[0])))

    def _refuse_conflicts(self, wanted: Wanted, observed: Dataset | None) -> None:
        if observed is None or self.overwrite:
            return
        conflicts = find_conflicts(wanted, observed, self.identity.resource_ids, self.identity.ours)
        if conflicts:
            raise EditedByHandError(conflicts)

    def _write(self, step: Step, wanted: Wanted, observed: Dataset | None, progress: Progress) -> None:
        if observed is None:
            self.platform.create(dataset_body(wanted, None, private=True))
        elif step.action == "reorder":
            self.platform.reorder(observed.id, wanted_order(observed))
        elif step.action in ("update", "publish"):
            self.platform.update(observed.id, dataset_body(wanted, observed, private=wanted.private))
        else:
            self._write_resource(step, wanted, observed, progress)

    def _write_resource(self, step: Step, wanted: Wanted, observed: Dataset, progress: Progress) -> None:
        resource = next(each for each in wanted.resources if each.key == step.key)
        if step.action == "describe":
            found = matched(wanted, observed, self.identity.resource_ids)
            body = resource_body(resource, found[step.key], schema_url(resource, found))
            self.platform.describe(observed.id, step.resource_id, body)
            return
        self.platform.upload(
            observed.id,
            resource.path,
            resource.file_name,
            resource_id=step.resource_id or None,
            progress=lambda sent, size: progress.on_bytes(step.key, sent, size),
        )

    def _verify(self, wanted: Wanted, observed: Dataset) -> None:
        """Read back every file that was not yet.

        Raises:
            PlatformError: a file is not ours at its permanent address.
        """
        found = matched(wanted, observed, self.identity.resource_ids)
        for each in wanted.resources:
            there = found[each.key]
            if (there.id, each.sha256) not in self.identity.verified:
                self._verify_file(each, there)
                verified = self.identity.verified | {(there.id, each.sha256)}
                self.identity = replace(self.identity, verified=verified)

    def _verify_file(self, wanted: WantedResource, there: Resource) -> None:
        # The first reading, then others: a cache may keep the former file for a while.
        for wait in (*WAITS_SECONDS, None):
            found = self._reading(lambda: self.platform.latest_sha256(there.latest, wanted.size_bytes))
            if found == wanted.sha256:
                return
            if wait is not None:
                self.sleep(wait)
        raise PlatformError(
            f"{wanted.file_name} : le fichier lu à {there.latest} n'est pas celui qui a été envoyé (SHA-256 {found} au "
            f"lieu de {wanted.sha256}). Rien de plus n'est rendu public ; relancer la commande."
        )

    def _reading(self, read: Callable[[], T], giving_up: type[Exception] | tuple[()] = ()) -> T:
        """A reading, tried again after an unknown outcome or when the platform asks to wait."""
        failures = 0
        while True:
            try:
                return read()
            except giving_up:
                raise
            except (RateLimitedError, UnknownOutcomeError) as error:
                failures = self._patience(error, failures)

    def _patience(self, error: RateLimitedError | UnknownOutcomeError, failures: int) -> int:
        """Wait before trying again; the error itself when there were too many."""
        if failures >= len(WAITS_SECONDS):
            raise error
        seconds = WAITS_SECONDS[failures]
        if isinstance(error, RateLimitedError):
            asked = error.retry_after_seconds
            seconds = DEFAULT_RETRY_AFTER_SECONDS if asked is None else max(asked, seconds)
            if seconds > LONGEST_RETRY_AFTER_SECONDS:
                raise error
        self.sleep(seconds)
        return failures + 1


def _not_kept(step: Step, wanted: Wanted, observed: Dataset | None) -> str:
    """What the platform did not keep of a write it accepted."""
    names = []
    if observed is not None and step.action in ("update", "publish"):
        body = dataset_body(wanted, observed, private=wanted.private)
        names = [FIELD_LABELS[name] for name, value in observed.fields.items() if body[name] != value]
    what = step.key or "jeu de données"
    told = f" ({', '.join(names)})" if names else ""
    return f"{what}, {STEP_LABELS[step.action]} : accepté par la plateforme, qui ne l'a pourtant pas gardé{told}."
