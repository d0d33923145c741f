"""What must be written on a platform for a dataset to be the one we want: pure functions, no network, no clock.

`missing_steps` compares what is wanted with what was observed and gives the writes that are missing. A plan shows them
all; whoever executes it makes the first, and reads again.

Identity is the mark in the `extras` of a dataset and of each of its resources, and the ids kept in the ledger; never a
title nor a slug. What a person changed on the platform is found by the fingerprint of what we last wrote, kept there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from assets.export.files import CURRENT, SCHEMA_EXTENSION, rank
from assets.export.model import (
    DATASET,
    DATASET_MARK,
    EDITION_MARK,
    FIELD_LABELS,
    KEY_MARK,
    SHA256_MARK,
    WRITTEN_MARK,
    Conflict,
    Dataset,
    Plan,
    Resource,
    Step,
    Wanted,
    WantedResource,
    fingerprint,
)
from warehouse.model.french import listed

CREATE = Step("create", "absent de l'organisation")
_TO_COME = "address to come"  # of a schema that is yet to be sent


def matched(wanted: Wanted, observed: Dataset, known: Mapping[str, str]) -> dict[str, Resource]:
    """The resource that stands for each wanted one, by mark.

    By the id of the ledger, else by the mark, else an unmarked resource whose file is ours: the orphan of an upload
    whose answer was lost. The same bytes may be wanted twice, so an orphan has the name of our file too.

    Args:
        wanted: what is wanted.
        observed: what is there.
        known: the ids of the ledger, by mark.
    """
    ours = {known[each.key] for each in wanted.resources if each.key in known}
    by_id = {each.id: each for each in observed.resources}
    marked = {each.key: each for each in reversed(observed.resources) if each.key}
    orphans = [each for each in observed.resources if each.key is None and each.id not in ours]
    found = {}
    for each in wanted.resources:
        content = (each.sha1, each.size_bytes, each.file_name)
        candidates = [one for one in orphans if (one.sha1, one.size_bytes, one.file_name) == content]
        match = by_id.get(known.get(each.key, "")) or marked.get(each.key) or next(iter(candidates), None)
        if match is not None:
            found[each.key] = match
    return found


def missing_steps(wanted: Wanted, observed: Dataset, known: Mapping[str, str]) -> list[Step]:
    """Every write that is missing, in order, none when the dataset is as wanted; see `matched` for the arguments.

    The first is what to do now. Those after it count on what the platform does of the former: a file that is sent
    takes the title of its file, and a new one comes first.
    """
    found = matched(wanted, observed, known)
    addresses = {each.key: found[each.key].latest if each.key in found else _TO_COME for each in wanted.resources}
    # Schemas first: the others refer to the address they get.
    ordered = sorted(wanted.resources, key=lambda one: not one.key.endswith(SCHEMA_EXTENSION))
    steps = [
        step
        for each in ordered
        for step in _resource_steps(each, found.get(each.key), addresses.get(each.schema_key or ""))
    ]
    standing = {there.id: key for key, there in found.items()}
    marks = [each.key for each in reversed(ordered) if each.key not in found]
    marks += [standing.get(each.id, each.key or "") for each in observed.resources]
    if marks != sorted(marks, key=_place):
        steps.append(Step("reorder", "l'ordre a changé"))
    changed = [name for name, value in _dataset_fields(wanted).items() if observed.fields[name] != value]
    if "private" in changed:
        steps.append(Step("update" if wanted.private else "publish", "tous les fichiers y sont, vérifiés"))
    elif changed or not _marks(wanted).items() <= observed.extras.items():
        steps.append(Step("update", f"change : {listed([FIELD_LABELS[name] for name in changed] or ['marques'])}"))
    return steps


def next_step(wanted: Wanted, observed: Dataset, known: Mapping[str, str]) -> Step | None:
    """The first write that is missing, None when the dataset is as wanted; see `matched` for the arguments."""
    return next(iter(missing_steps(wanted, observed, known)), None)


def _resource_steps(wanted: WantedResource, there: Resource | None, schema: str | None) -> list[Step]:
    steps = []
    if there is None:
        steps.append(Step("upload", "absent", wanted.key, wanted.size_bytes))
        there = Resource("", wanted.file_name, "", "main", wanted.sha1, wanted.size_bytes, wanted.file_name, "")
    elif (there.sha1, there.size_bytes) != (wanted.sha1, wanted.size_bytes):
        steps.append(Step("replace", "le contenu diffère", wanted.key, wanted.size_bytes, there.id))
        there = replace(there, title=wanted.file_name)
    shown = there.fields()
    differing = [FIELD_LABELS[name] for name, value in _resource_fields(wanted).items() if shown[name] != value]
    if not resource_marks(wanted).items() <= there.extras.items():
        differing.append("marques")
    if schema not in (None, there.schema_url):
        differing.append("schéma")
    if differing:
        steps.append(Step("describe", f"change : {listed(differing)}", wanted.key, 0, there.id))
    return steps


def schema_url(wanted: WantedResource, found: Mapping[str, Resource]) -> str | None:
    """The permanent address of the Table Schema of a resource, None while it has none."""
    schema = found.get(wanted.schema_key or "")
    return schema.latest if schema else None


def wanted_order(observed: Dataset) -> list[str]:
    """The ids of the resources as they must be: ours, then those a person added, in the order they are."""
    return [each.id for each in sorted(observed.resources, key=lambda each: _place(each.key or ""))]


def _place(mark: str) -> tuple[bool, tuple[int, str, int]]:
    return (not mark, rank(mark))


def resource_marks(wanted: WantedResource) -> dict[str, Any]:
    """What we leave in the `extras` of a resource."""
    written = {name: fingerprint(value) for name, value in (_resource_fields(wanted) | {"file": wanted.sha1}).items()}
    return {KEY_MARK: wanted.key, SHA256_MARK: wanted.sha256, WRITTEN_MARK: _packed(written)}


def resource_body(wanted: WantedResource, there: Resource, schema: str | None) -> dict[str, Any]:
    """What to write on a resource; `extras` that others left are kept."""
    body: dict[str, Any] = {**_resource_fields(wanted), "extras": {**there.extras, **resource_marks(wanted)}}
    if schema:
        # The platform merges sub-fields: those of a former schema are emptied.
        body["schema"] = {"name": None, "url": schema, "version": None}
    return body


def dataset_body(wanted: Wanted, observed: Dataset | None, *, private: bool) -> dict[str, Any]:
    """What to write on the dataset: the whole metadata, for what is left out is erased; never `resources`."""
    extras = {**(observed.extras if observed else {}), **_marks(replace(wanted, private=private))}
    body = {**wanted.metadata.body(), "extras": extras, "private": private}
    return body if observed else {**body, "organization": wanted.organization}


def find_conflicts(
    wanted: Wanted, observed: Dataset, known: Mapping[str, str], ours: frozenset[str] = frozenset()
) -> list[Conflict]:
    """What a person changed since our last write, and that we would write over.

    Args:
        wanted: what is wanted.
        observed: what is there.
        known: the ids of the ledger, by mark.
        ours: SHA-1 of files that we may have sent in an export that was interrupted.
    """
    written = _unpacked(observed.extras)
    conflicts = [
        Conflict("", name, observed.fields[name], value)
        for name, value in _dataset_fields(wanted).items()
        if observed.fields[name] != value and written.get(name) != fingerprint(observed.fields[name])
    ]
    found = matched(wanted, observed, known)
    for each in wanted.resources:
        there = found.get(each.key)
        if there is not None and (there.key or each.key in known):
            conflicts += _resource_conflicts(each, there, ours)
        elif there is None and each.key in known:
            conflicts.append(Conflict(each.key, "presence", "supprimé", each.file_name))
    return conflicts


def _resource_conflicts(wanted: WantedResource, there: Resource, ours: frozenset[str]) -> list[Conflict]:
    written = _unpacked(there.extras)
    # A title that is the name of the file is what the platform leaves after each upload.
    conflicts = [
        Conflict(wanted.key, name, there.fields()[name], value)
        for name, value in _resource_fields(wanted).items()
        if there.fields()[name] != value
        and written.get(name) != fingerprint(there.fields()[name])
        and (name, there.title) != ("title", there.file_name)
    ]
    if there.sha1 != wanted.sha1 and there.sha1 not in ours and written.get("file") != fingerprint(there.sha1):
        conflicts.append(Conflict(wanted.key, "file", _file(there), _file(wanted)))
    return conflicts


def make_plan(
    wanted: Wanted, observed: Dataset | None, known: Mapping[str, str], ours: frozenset[str] = frozenset()
) -> Plan:
    """Every write from what was observed to what is wanted; see `find_conflicts` for the arguments."""
    steps = missing_steps(wanted, observed or created(wanted), known)
    if observed is None:
        steps = [CREATE, *steps]
    touched = {step.key for step in steps}
    stood = matched(wanted, observed, known) if observed else {}
    return Plan(
        steps=tuple(steps),
        unchanged=tuple(each for each in wanted.resources if each.key not in touched),
        conflicts=tuple(find_conflicts(wanted, observed, known, ours)) if observed else (),
        kept=tuple(each for each in observed.resources if each not in stood.values()) if observed else (),
    )


def created(wanted: Wanted) -> Dataset:
    """The dataset just after its creation: private, with no file."""
    body = dataset_body(wanted, None, private=True)
    return Dataset("", {name: body[name] for name in _dataset_fields(wanted)}, body["extras"], ())


def _file(resource: Resource | WantedResource) -> str:
    return f"{resource.file_name} (SHA-1 {(resource.sha1 or 'inconnu')[:12]})"


def _dataset_fields(wanted: Wanted) -> dict[str, Any]:
    return {**wanted.metadata.body(), "private": wanted.private}


def _resource_fields(wanted: WantedResource) -> dict[str, Any]:
    return {"title": wanted.title, "description": wanted.description, "type": wanted.kind}


def _marks(wanted: Wanted) -> dict[str, Any]:
    written = {name: fingerprint(value) for name, value in _dataset_fields(wanted).items()}
    return {DATASET_MARK: DATASET, EDITION_MARK: wanted.edition, WRITTEN_MARK: _packed(written)}


def _packed(fingerprints: Mapping[str, str]) -> str:
    return " ".join(f"{name}={value}" for name, value in sorted(fingerprints.items()))


def _unpacked(extras: Mapping[str, Any]) -> dict[str, str]:
    return dict(pair.partition("=")[::2] for pair in str(extras.get(WRITTEN_MARK) or "").split())


def current_edition(observed: Dataset | None, edition: str) -> str:
    """The latest edition the dataset holds once `edition` is there: only that one has the current files."""
    held = observed.extras.get(EDITION_MARK) if observed else None
    return max(edition, held) if isinstance(held, str) else edition


def lines_of(edition: str, latest: str) -> Sequence[str]:
    """The lines of resources an edition fills: current files for the latest one, archives for all."""
    return (CURRENT, edition) if edition == latest else (edition,)
