"""A dataset and its resources, as wanted and as a platform shows them: plain values, compared by `export.plan`."""

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from warehouse.model.french import listed

DATASET_MARK, DATASET = "panorama:dataset", "panorama-grands-projets"
EDITION_MARK = "panorama:edition"
KEY_MARK = "panorama:key"
SHA256_MARK = "panorama:sha256"
WRITTEN_MARK = "panorama:written"

Action = Literal["create", "upload", "replace", "describe", "reorder", "update", "publish"]
# French names of the fields, for what a person reads.
FIELD_LABELS = {
    "title": "titre",
    "description": "description",
    "license": "licence",
    "frequency": "fréquence",
    "tags": "mots-clés",
    "spatial": "territoire",
    "temporal_coverage": "période couverte",
    "private": "visibilité",
    "type": "type",
    "file": "fichier",
    "presence": "présence",
}


@dataclass(frozen=True)
class Metadata:
    """What a dataset says of itself, as the platform keeps it: tags as slugs, sorted, lines ended by a line feed."""

    title: str
    description: str
    license: str
    frequency: str
    tags: tuple[str, ...]
    zones: tuple[str, ...]
    granularity: str
    start: str
    end: str

    def body(self) -> dict[str, Any]:
        """The fields of the API."""
        return {
            "title": self.title,
            "description": self.description,
            "license": self.license,
            "frequency": self.frequency,
            "tags": list(self.tags),
            "spatial": {"zones": list(self.zones), "granularity": self.granularity},
            "temporal_coverage": {"start": self.start, "end": self.end},
        }


@dataclass(frozen=True)
class WantedResource:
    """A resource as it must be; `schema_key` is the mark of the resource that holds its Table Schema."""

    key: str
    title: str
    description: str
    kind: str
    path: Path
    file_name: str
    size_bytes: int
    sha1: str
    sha256: str
    schema_key: str | None = None


@dataclass(frozen=True)
class Wanted:
    """A dataset as it must be; `edition` is the latest of those it holds, `private` as it must end."""

    organization: str
    edition: str
    metadata: Metadata
    resources: tuple[WantedResource, ...]
    private: bool = False


@dataclass(frozen=True)
class Resource:
    """A resource as it was observed."""

    id: str
    title: str
    description: str
    kind: str
    sha1: str | None
    size_bytes: int | None
    file_name: str
    latest: str
    schema_url: str | None = None
    extras: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str | None:
        """The mark we left on it, None for a resource that is not ours."""
        mark = self.extras.get(KEY_MARK)
        return mark if isinstance(mark, str) else None

    def fields(self) -> dict[str, Any]:
        """What a person can change on the platform."""
        return {"title": self.title, "description": self.description, "type": self.kind}


@dataclass(frozen=True)
class Dataset:
    """A dataset as it was observed; `fields` holds what `Metadata.body` does, and `private`."""

    id: str
    fields: Mapping[str, Any]
    extras: Mapping[str, Any]
    resources: tuple[Resource, ...]
    organization: str = ""
    page: str = ""
    quality: Mapping[str, Any] = field(default_factory=dict)

    @property
    def private(self) -> bool:
        """Whether only its organization sees it."""
        return bool(self.fields["private"])


@dataclass(frozen=True)
class Step:
    """One write: what, on which resource of ours, how many bytes, and why in French."""

    action: Action
    why: str
    key: str = ""
    size_bytes: int = 0
    resource_id: str = ""


@dataclass(frozen=True)
class Conflict:
    """Something a person changed on the platform since our last write, which a write of ours would undo."""

    where: str
    field: str
    observed: Any
    wanted: Any

    def __str__(self) -> str:
        """The French line."""
        where = f"« {self.where} »" if self.where else "le jeu de données"
        return f"{where}, {FIELD_LABELS[self.field]} : {_short(self.observed)} à la place de {_short(self.wanted)}"


@dataclass(frozen=True)
class Plan:
    """Everything an export would do, and what it leaves alone."""

    steps: tuple[Step, ...]
    unchanged: tuple[WantedResource, ...]
    conflicts: tuple[Conflict, ...]
    kept: tuple[Resource, ...]


def text(value: object) -> str:
    """A text as the platform keeps it."""
    return str(value or "").replace("\r\n", "\n").strip()


def slug(tag: str) -> str:
    """A tag as the platform keeps it: lower case, without accents nor apostrophes, words joined by hyphens."""
    plain = unicodedata.normalize("NFKD", tag.replace("’", "").replace("'", "")).encode("ascii", "ignore").decode()
    return "-".join("".join(each if each.isalnum() else " " for each in plain.lower()).split())


def fingerprint(value: object) -> str:
    """A short mark of a value, to know later whether it changed."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]


def observed_dataset(answer: Mapping[str, Any]) -> Dataset:
    """A dataset of the API, reduced to what matters here."""
    spatial = answer.get("spatial") or {}
    coverage = answer.get("temporal_coverage") or {}
    return Dataset(
        id=str(answer["id"]),
        fields={
            "title": text(answer.get("title")),
            "description": text(answer.get("description")),
            "license": answer.get("license"),
            "frequency": answer.get("frequency"),
            "tags": sorted(answer.get("tags") or []),
            "spatial": {"zones": list(spatial.get("zones") or []), "granularity": spatial.get("granularity")},
            "temporal_coverage": {"start": coverage.get("start"), "end": coverage.get("end")},
            "private": bool(answer.get("private")),
        },
        extras=dict(answer.get("extras") or {}),
        resources=tuple(observed_resource(each) for each in answer.get("resources") or []),
        organization=str((answer.get("organization") or {}).get("id") or ""),
        page=str(answer.get("page") or ""),
        quality=dict(answer.get("quality") or {}),
    )


def observed_resource(answer: Mapping[str, Any]) -> Resource:
    """A resource of the API, reduced to what matters here."""
    checksum = answer.get("checksum") or {}
    schema = answer.get("schema") or {}
    return Resource(
        id=str(answer["id"]),
        title=text(answer.get("title")),
        description=text(answer.get("description")),
        kind=str(answer.get("type") or ""),
        sha1=checksum.get("value") if checksum.get("type") == "sha1" else None,
        size_bytes=answer.get("filesize"),
        file_name=urlsplit(str(answer.get("url") or "")).path.rsplit("/", 1)[-1],
        latest=str(answer.get("latest") or ""),
        schema_url=schema.get("url"),
        extras=dict(answer.get("extras") or {}),
    )


def _short(value: object) -> str:
    shown = listed([str(each) for each in value]) if isinstance(value, list) else str(value)
    shown = " ".join(shown.split())
    return f"« {shown if len(shown) <= 80 else shown[:77] + '…'} »"
