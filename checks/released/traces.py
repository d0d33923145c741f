"""What a file of the open dataset must not carry: a formula, a trace of where it was made, a wrong checksum."""

import getpass
import json
import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from checks.released.files import Released, formulas, has_author, parts, refused
from warehouse.home.files import sha256_of
from warehouse.model.cells import is_formula
from warehouse.model.findings import Finding, shorten
from warehouse.open_data.files import PublishedFile

_ROOTS = (b"home", b"Users", b"root", b"tmp", b"var", b"mnt", b"opt", b"srv", b"private")
# A path of this machine or of another, whatever the system; not the path of a web address.
LOCAL_PATH = re.compile(
    rb"(?<![\w./:\\-])(?:/(?:" + b"|".join(_ROOTS) + rb")/[\w.-]+"
    rb"|[A-Za-z]:\\{1,2}(?:Users|Documents|Windows)\\|file:///?[\w/])"
)
# What such a path has, and how many characters before it it begins: looked for fifty times faster than the expression.
_SIGNS = (*((b"/" + root + b"/", 0) for root in _ROOTS), (b":\\", 1), (b"file://", 0))
LEAST_NAME = 5


def formula_findings(released: Released, file: PublishedFile) -> Iterator[Finding]:
    """Whether a CSV or a workbook has a cell that a spreadsheet would evaluate."""
    rule, path = "no_cell_is_a_formula", released.folder / file.name
    if file.extension in ("xlsx", "ods") and (place := formulas(path)):
        yield refused(rule, file.name, f"Une cellule est une formule ({place}).", expected="des valeurs")
    if file.extension != "csv":
        return
    kinds = {field["name"]: field["type"] for field in released.schemas[file.stem]["fields"]}
    for name, values in released.texts[file.stem].items():
        if kinds[name] != "string":
            continue
        # A text that comes often is looked at once.
        if run := {text for text in set(values) if text is not None and is_formula(text)}:
            row, text = next((row, text) for row, text in enumerate(values, start=2) if text in run)
            yield refused(
                rule,
                file.name,
                "Un tableur prendrait ce texte pour une formule.",
                row=row,
                column=name,
                value=shorten(text or ""),
                expected="une apostrophe devant",
            )


def machine_findings(path: Path, home: Path | None = None) -> Iterator[Finding]:
    """Whether a file says on which machine, or by whom, it was made.

    Names of users and machines that are plain words are not looked for: a ministry may write them.

    Args:
        path: the file.
        home: a folder whose path must not be there either.
    """
    needles = [name.encode() for name in _machine_names()] + ([str(home.resolve()).encode()] if home else [])
    for member, content in parts(path):
        where = f" ({member})" if member else ""
        found = _local_path(content)
        if found or any(needle in content for needle in needles):
            shown = found.group().decode("utf-8", "replace") if found else None
            message = f"Ce fichier porte le chemin d'un poste, le nom d'une machine ou d'un compte{where}."
            yield refused("no_file_names_a_machine", path.name, message, value=shown)
            return
    if path.suffix in (".xlsx", ".ods") and has_author(path):
        yield refused("no_file_names_a_machine", path.name, "Les propriétés de ce classeur nomment un auteur.")


def _local_path(content: bytes) -> re.Match[bytes] | None:
    """The first path of a machine in some bytes."""
    found = []
    for sign, before in _SIGNS:
        at = content.find(sign)
        while at >= 0:
            if path := LOCAL_PATH.match(content, max(at - before, 0)):
                found.append(path)
                break
            at = content.find(sign, at + 1)
    return min(found, key=re.Match.start, default=None)


def _machine_names() -> Iterator[str]:
    names = [socket.gethostname()]
    with suppress(OSError, KeyError):  # no account by that number, in a container
        names.append(getpass.getuser())
    for name in names:
        if len(name) >= LEAST_NAME and not name.isalpha():
            yield name


def checksum_findings(folder: Path, files: Sequence[PublishedFile]) -> Iterator[Finding]:
    """Whether `SHA256SUMS` and `datapackage.json` tell the true hash and size of each file."""
    rule = "checksums_are_right"
    true = {file.name: sha256_of(folder / file.name) for file in files}
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    told = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    described = {each["path"]: each for each in package["resources"]}
    for file in files:
        if file.name != "SHA256SUMS" and told.get(file.name) != true[file.name]:
            yield refused(
                rule,
                file.name,
                "SHA256SUMS n'a pas son empreinte.",
                value=told.get(file.name),
                expected=true[file.name],
            )
        resource = described.get(file.name)
        if resource is None:
            continue
        size = (folder / file.name).stat().st_size
        if resource["hash"] != f"sha256:{true[file.name]}" or resource["bytes"] != size:
            yield refused(
                rule,
                file.name,
                "datapackage.json n'a pas son empreinte et sa taille.",
                value=f"{resource['hash']}, {resource['bytes']} octets",
                expected=f"sha256:{true[file.name]}, {size} octets",
            )
