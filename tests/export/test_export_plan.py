"""Planning an export: applying a plan gives what is wanted, a second plan is empty, and nobody's work is lost."""

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from exports import EDITION, NEXT, files_of, write_files
from hypothesis import given
from hypothesis import strategies as st

from assets.export.approvals import Notice
from assets.export.content import metadata, read_content
from assets.export.files import identify, rank
from assets.export.model import Dataset, Resource, Step, Wanted, WantedResource, fingerprint, slug
from assets.export.plan import (
    created,
    dataset_body,
    make_plan,
    matched,
    next_step,
    resource_body,
    schema_url,
    wanted_order,
)
from warehouse.home.calendar import Edition, load_calendar
from warehouse.model.errors import ConfigurationError, DataRefusedError
from warehouse.open_data.files import published_files

CALENDAR = load_calendar(Path("no register"))
FIRST_EDITION, LAST_EDITION = CALENDAR.find("2018-03"), CALENDAR.find(NEXT)
EXTENSIONS = ("csv", "parquet", "json", "txt", "xlsx", "ods", "sqlite")
NAMES = ("panorama.csv", "panorama.schema.json", "ecarts.csv", "LISEZMOI.md", "SHA256SUMS")


def resource_of(edition: Edition, line: str, name: str, content: int) -> WantedResource:
    digest = hashlib.sha256(f"{name} {content}".encode()).hexdigest()
    return WantedResource(
        key=f"{line}/{name}",
        title=f"{name} {line}",
        description=f"{name}, {edition.key}",
        kind="main",
        path=Path(name),
        file_name=f"{line}-{name}".lower(),
        size_bytes=content,
        sha1=digest[:40],
        sha256=digest,
        schema_key=f"{line}/panorama.schema.json" if name == "panorama.csv" else None,
    )


@st.composite
def wanted_datasets(draw: st.DrawFn) -> Wanted:
    edition = draw(st.sampled_from(CALENDAR[-4:]))
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, min_size=1))
    # Few contents: the same bytes under several names, and from one edition to another.
    resources = [
        resource_of(edition, line, name, draw(st.integers(1, 3))) for line in ("courant", edition.key) for name in names
    ]
    notices = [Notice(edition.key, dt.date(2026, 1, 1), "Coût relevé")] if draw(st.booleans()) else []
    said = metadata(edition, FIRST_EDITION, notices)
    return Wanted("organization", edition.key, said, tuple(resources), draw(st.booleans()))


@st.composite
def foreign_resources(draw: st.DrawFn) -> list[Resource]:
    count = draw(st.integers(0, 3))
    return [
        Resource(f"foreign {number}", f"Ajout {number}", "", "other", "f" * 40, 9, "ajout.pdf", "")
        for number in range(count)
    ]


def simulate(wanted: Wanted, observed: Dataset, known: Mapping[str, str], step: Step) -> Dataset:
    """What the platform becomes after a step: a model of what it was measured to do."""
    found = matched(wanted, observed, known)
    wished = {each.key: each for each in wanted.resources}
    if step.action in ("update", "publish"):
        body = dataset_body(wanted, observed, private=wanted.private)
        return replace(observed, fields={name: body[name] for name in observed.fields}, extras=body["extras"])
    if step.action == "reorder":
        by_id = {each.id: each for each in observed.resources}
        return replace(observed, resources=tuple(by_id[each] for each in wanted_order(observed)))
    each = wished[step.key]
    if step.action == "upload":
        return replace(observed, resources=(_uploaded(each), *observed.resources))
    there = found[each.key]
    if step.action == "replace":
        after = replace(there, title=each.file_name, sha1=each.sha1, size_bytes=each.size_bytes)
    else:
        schema = schema_url(each, found)
        body = resource_body(each, there, schema)
        after = replace(
            there,
            title=each.title,
            description=each.description,
            kind=each.kind,
            extras=body["extras"],
            schema_url=schema or there.schema_url,
        )
    return _with(observed, there.id, lambda _: after)


def _uploaded(each: WantedResource) -> Resource:
    return Resource(
        f"new {each.key}", each.file_name, "", "main", each.sha1, each.size_bytes, each.file_name, f"latest {each.key}"
    )


def _with(observed: Dataset, resource_id: str, change: Callable[[Resource], Resource]) -> Dataset:
    resources = tuple(change(each) if each.id == resource_id else each for each in observed.resources)
    return replace(observed, resources=resources)


def written(wanted: Wanted, state: Dataset) -> tuple[list[Step], Dataset]:
    """The writes made one at a time, each decided from what the one before left, and what the platform becomes."""
    steps = []
    while (step := next_step(wanted, state, {})) is not None:
        steps.append(step)
        state = simulate(wanted, state, {}, step)
    return steps, state


def carried_out(wanted: Wanted, observed: Dataset | None, known: dict[str, str]) -> Dataset:
    """The platform once the plan is carried out."""
    state = observed or created(wanted)
    for step in make_plan(wanted, observed, known).steps:
        if step.action != "create":
            state = simulate(wanted, state, known, step)
    return state


def with_ids(observed: Dataset, prefix: str) -> Dataset:
    """The same with the ids and addresses a platform would have given, which no later file gets again."""
    named = [
        replace(
            each,
            id=f"{prefix} {each.id}",
            latest=f"{prefix} {each.latest}",
            schema_url=each.schema_url and f"{prefix} {each.schema_url}",
        )
        for each in observed.resources
    ]
    return replace(observed, resources=tuple(named))


@given(wanted_datasets(), wanted_datasets(), foreign_resources(), st.randoms(use_true_random=False))
def test_a_plan_gives_what_is_wanted_from_any_state_and_a_second_one_is_empty(
    first: Wanted, second: Wanted, added: list[Resource], random: Any
) -> None:
    state = with_ids(carried_out(first, None, {}), "1")
    mixed = [*state.resources, *added]
    random.shuffle(mixed)
    state = replace(state, resources=tuple(mixed))
    ids = {each.key: each.id for each in state.resources if each.key}
    after = carried_out(second, state, {})
    found = matched(second, after, {})
    for wanted in second.resources:
        there = found[wanted.key]
        assert (there.title, there.description, there.kind, there.sha1) == (
            wanted.title, wanted.description, wanted.kind, wanted.sha1
        )  # fmt: skip
        assert there.key == wanted.key
        if wanted.key in ids:
            assert there.id == ids[wanted.key]
    assert after.private == second.private
    assert after.fields["title"] == second.metadata.title
    assert [each for each in after.resources if each in added] == list(after.resources)[
        len(after.resources) - len(added) :
    ]
    assert [each.id for each in after.resources if each.key] == sorted(
        (each.id for each in after.resources if each.key),
        key=lambda one: rank(next(each.key or "" for each in after.resources if each.id == one)),
    )
    assert make_plan(second, after, {}).steps == ()
    assert make_plan(second, after, {}).conflicts == ()


@given(wanted_datasets(), wanted_datasets(), foreign_resources(), st.integers(0, 40), st.randoms(use_true_random=False))
def test_a_plan_is_the_writes_that_are_then_decided_one_at_a_time(
    first: Wanted, second: Wanted, added: list[Resource], stop: int, random: Any
) -> None:
    for wanted, there in (
        (first, created(first)),
        (second, with_ids(carried_out(first, None, {}), "1")),
        (second, written_up_to(stop, first)),
    ):
        mixed = [*there.resources, *added]
        random.shuffle(mixed)
        state = replace(there, resources=tuple(mixed))
        steps, after = written(wanted, state)
        # A file that is yet to be sent has no id.
        planned = [replace(step, resource_id="") for step in make_plan(wanted, state, {}).steps]
        assert planned == [replace(step, resource_id="") for step in steps]
        assert after == carried_out(wanted, state, {})


def written_up_to(stop: int, wanted: Wanted) -> Dataset:
    """What an export interrupted after some writes leaves: files without marks, titles that are names of files."""
    state = created(wanted)
    for step in make_plan(wanted, None, {}).steps[1:stop]:
        state = simulate(wanted, state, {}, step)
    return with_ids(state, "1")


@given(wanted_datasets(), wanted_datasets(), st.integers(0, 40))
def test_an_export_stopped_anywhere_is_resumed_without_a_conflict_nor_a_duplicate(
    first: Wanted, second: Wanted, stop: int
) -> None:
    state = with_ids(carried_out(first, None, {}), "1")
    for step in make_plan(second, state, {}).steps[:stop]:
        state = simulate(second, state, {}, step)
    resumed = make_plan(second, state, {})
    assert resumed.conflicts == ()
    after = carried_out(second, state, {})
    keys = [each.key for each in after.resources]
    assert len(keys) == len(set(keys))
    assert set(keys) == {each.key for each in (*first.resources, *second.resources)}


@given(wanted_datasets(), wanted_datasets(), st.sampled_from(["title", "description", "tags", "license"]))
def test_what_a_person_changed_is_a_conflict_unless_it_is_what_is_wanted(
    first: Wanted, second: Wanted, changed: str
) -> None:
    state = carried_out(first, None, {})
    value = ["autre"] if changed == "tags" else "autre"
    edited = replace(state, fields={**state.fields, changed: value})
    conflicts = make_plan(second, edited, {}).conflicts
    assert [(each.where, each.field) for each in conflicts] == [("", changed)]
    same = replace(state, fields={**state.fields, changed: second.metadata.body()[changed]})
    assert make_plan(second, same, {}).conflicts == ()


def test_the_same_bytes_under_two_names_are_not_taken_for_one_another() -> None:
    wanted = Wanted(
        "organization",
        NEXT,
        metadata(LAST_EDITION, FIRST_EDITION, []),
        tuple(resource_of(LAST_EDITION, line, "ecarts.csv", 1) for line in ("courant", NEXT)),
    )
    state = created(wanted)
    for each in wanted.resources:  # both uploads went through, neither answer came back
        state = simulate(wanted, state, {}, Step("upload", "absent", each.key, each.size_bytes))
    planned = [(step.action, step.key) for step in make_plan(wanted, with_ids(state, "1"), {}).steps]
    assert planned[:2] == [("describe", "courant/ecarts.csv"), ("describe", f"{NEXT}/ecarts.csv")]
    assert "upload" not in {action for action, _ in planned}


def test_metadata_is_written_whole_with_its_visibility_and_never_with_resources() -> None:
    wanted = Wanted("organization", NEXT, metadata(LAST_EDITION, FIRST_EDITION, []), ())
    body = dataset_body(wanted, replace(created(wanted), extras={"suivi": "12"}), private=False)
    assert {"title", "description", "license", "frequency", "tags", "spatial", "temporal_coverage", "private"} <= set(
        body
    )
    assert "resources" not in body
    assert "organization" not in body
    assert body["extras"]["suivi"] == "12"


def test_the_dataset_says_what_it_is_in_french_with_its_corrections() -> None:
    said = metadata(LAST_EDITION, FIRST_EDITION, [Notice(EDITION, dt.date(2026, 3, 1), "Coût de PORTALIS relevé")])
    assert len(said.description) > 100
    for part in ("14e édition, novembre 2021", "Coût de PORTALIS relevé", "1er\N{NO-BREAK SPACE}mars"):
        assert part in said.description
    assert (said.start, said.end) == ("2018-03-01", "2021-11-30")
    assert list(said.tags) == sorted({slug(tag) for tag in said.tags})


def test_every_file_of_the_open_dataset_is_declared_for_the_export() -> None:
    files = [identify(Path(each.name), LAST_EDITION) for each in published_files(LAST_EDITION)]
    names = [file.upload_name("courant") for file in files]
    assert len(set(names)) == len(names)
    assert all(name == name.lower() and "_" not in name and "." in name for name in names)
    keys = [file.key("courant") for file in files]
    assert len(set(keys)) == len(keys)
    assert all(rank(key)[2] < len(keys) for key in keys)
    assert {file.file.stem for file in files if file.archived} == {
        "panorama-{edition}",
        "panorama-{edition}-complet",
        "ancien-format-{edition}",
        "provenance-{edition}",
    }


def test_main_files_come_first_and_the_latest_edition_before_the_others() -> None:
    keys = [
        f"{line}/{name}" for line in (EDITION, "2020-11", "courant", NEXT) for name in ("SHA256SUMS", "panorama.csv")
    ]
    assert sorted(keys, key=rank)[::2] == [f"{line}/panorama.csv" for line in ("courant", NEXT, EDITION, "2020-11")]


def test_only_the_latest_edition_fills_the_current_files(tmp_path: Path) -> None:
    edition = CALENDAR.find(EDITION)
    folder = write_files(tmp_path, EDITION, files_of(EDITION))
    for latest, lines in ((edition, {"courant", EDITION}), (LAST_EDITION, {EDITION})):
        content = read_content(
            folder, edition, latest=latest, first=FIRST_EDITION, organization="id", extensions=EXTENSIONS
        )
        assert {each.key.partition("/")[0] for each in content.wanted.resources} == lines
        assert content.wanted.edition == latest.key


def test_a_file_that_is_not_declared_or_an_empty_folder_is_refused(tmp_path: Path) -> None:
    folder = write_files(tmp_path, EDITION, files_of(EDITION) | {"notes.docx": b""})
    edition = CALENDAR.find(EDITION)
    with pytest.raises(ConfigurationError, match=r"notes\.docx.*« ecarts\.csv »"):
        read_content(folder, edition, latest=edition, first=edition, organization="id", extensions=EXTENSIONS)
    write_files(tmp_path, EDITION, {})
    with pytest.raises(DataRefusedError, match="aucun fichier"):
        read_content(folder, edition, latest=edition, first=edition, organization="id", extensions=EXTENSIONS)


@pytest.mark.parametrize(
    ("tag", "kept"),
    [("Systèmes d'information", "systemes-dinformation"), ("Numérique de l’État", "numerique-de-letat")],
)
def test_tags_are_compared_as_the_platform_keeps_them(tag: str, kept: str) -> None:
    assert slug(tag) == kept


def test_a_fingerprint_tells_values_apart_whatever_their_order() -> None:
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    assert fingerprint(["a", "b"]) != fingerprint(["b", "a"])


def test_resources_of_ours_are_put_before_those_of_others() -> None:
    wanted = Wanted(
        "id",
        NEXT,
        metadata(LAST_EDITION, FIRST_EDITION, []),
        (resource_of(LAST_EDITION, "courant", "ecarts.csv", 1),),
    )
    state = carried_out(wanted, None, {})
    other = Resource("x", "Rapport", "", "other", None, None, "rapport.pdf", "")
    mixed = replace(state, resources=(other, *state.resources))
    assert wanted_order(mixed)[-1] == "x"
    assert make_plan(wanted, mixed, {}).kept == (other,)
