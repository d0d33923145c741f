"""What each file of an edition's `open_data` folder is on a platform: mark, name, title, type, place.

The files are those of `warehouse.open_data.files`; one that is not declared there is refused: what is published is
chosen, never swept up. Every file has one current resource, replaced at each edition; one whose name carries the
edition has a resource of its own for that edition too, its archive.
"""

from dataclasses import dataclass
from pathlib import Path

from warehouse.home.calendar import Edition
from warehouse.model.errors import ConfigurationError
from warehouse.open_data.files import FORMATS, OPEN_FILES, Kind, OpenFile

CURRENT = "courant"
CURRENT_MONTH = "dernière édition"
SCHEMA_EXTENSION = "schema.json"
# The platform refuses these extensions, or a file without one; their content is of a format it knows.
UPLOADED_AS = {"md": "txt", "jsonld": "json", "": "txt"}
_EDITION = "-{edition}"


@dataclass(frozen=True)
class ExportedFile:
    """One file of the folder of an edition, with what it is."""

    path: Path
    file: OpenFile
    extension: str
    edition: Edition

    @property
    def archived(self) -> bool:
        """Whether the file has a resource for each edition."""
        return _EDITION in self.file.stem

    @property
    def kind(self) -> Kind:
        """The type of the resource."""
        return self.file.kind

    def key(self, line: str, extension: str | None = None) -> str:
        """The mark of its resource: « courant/panorama.csv » or « 2021-11/panorama.csv »; or that of a sister file."""
        return f"{line}/{_named(_base(self.file), self.extension if extension is None else extension)}"

    def upload_name(self, line: str) -> str:
        """The name of the file on the platform, as it keeps it: « panorama-2021-11.csv »."""
        stem = self.file.stem.replace(_EDITION, f"-{line}").lower().replace("_", "-")
        return _named(stem, UPLOADED_AS.get(self.extension, self.extension))

    def title(self, line: str) -> str:
        """The title of its resource."""
        month = CURRENT_MONTH if line == CURRENT else self.edition.month_label()
        title = self.file.title.format(month=month)
        return title if self.extension in ("", SCHEMA_EXTENSION) else f"{title} ({FORMATS[self.extension][0]})"

    def description(self, line: str) -> str:
        """What is in it, and for the current file, of which edition."""
        if line == CURRENT:
            return f"{self.file.description} Édition n° {self.edition.ordinal}, {self.edition.month_label()}."
        return self.file.description


def identify(path: Path, edition: Edition) -> ExportedFile:
    """What a file of the folder of an edition is.

    Raises:
        ConfigurationError: it is not declared.
    """
    for file in OPEN_FILES:
        for name, extension in zip(file.names(edition), file.formats, strict=True):
            if path.name == name:
                return ExportedFile(path, file, extension, edition)
    declared = ", ".join(f"« {name} »" for file in OPEN_FILES for name in file.names(edition))
    raise ConfigurationError(f"{path} : fichier non déclaré, rien n'est publié. Fichiers déclarés : {declared}.")


def rank(key: str) -> tuple[int, str, int]:
    """Where a resource of ours goes, by its mark: current files first, then archives, the latest edition first."""
    line, _, name = key.partition("/")
    place = _PLACES.get(name, len(_PLACES))
    if line == CURRENT:
        return (0, "", place)
    # Digits are replaced by their complement so that later editions sort first.
    return (1, "".join(str(9 - int(each)) if each in "0123456789" else each for each in line), place)


def _named(stem: str, extension: str) -> str:
    return f"{stem}.{extension}" if extension else stem


def _base(file: OpenFile) -> str:
    return file.stem.replace(_EDITION, "")


# What a reader comes for, then what describes it.
_BY_KIND = sorted(OPEN_FILES, key=lambda file: ("main", "documentation", "other").index(file.kind))
_PLACES = {
    _named(_base(file), extension): place
    for place, (file, extension) in enumerate((file, extension) for file in _BY_KIND for extension in file.formats)
}
