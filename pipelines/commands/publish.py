"""`panorama approve` and `panorama publish`: a person says what may be published, and publishes it."""

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from pipelines.commands.options import (
    DEFAULT_HOME,
    ByOption,
    EditionArgument,
    HomeOption,
    JsonOption,
    installation,
    reporting,
    who,
)
from pipelines.told.console import output
from warehouse.home.calendar import Edition
from warehouse.home.home import Home
from warehouse.model.errors import ConfigurationError
from warehouse.model.french import short_day

WhyOption = Annotated[str | None, typer.Option("--why", help="Pourquoi, en une phrase.")]
VersionOption = Annotated[
    int | None,
    typer.Option("--version", min=1, metavar="N", help="Une version déjà approuvée de l'édition, à l'octet près."),
]
CorrectionOption = Annotated[
    str | None, typer.Option("--correction", metavar="AVIS", help="Avis de correction, publié avec les fichiers.")
]


def approve(
    edition: EditionArgument,
    home: HomeOption = DEFAULT_HOME,
    by: ByOption = None,
    why: WhyOption = None,
    version: VersionOption = None,
    correction: CorrectionOption = None,
) -> None:
    """Approuve les fichiers d'une édition pour publication, à l'octet près ; rien n'est publié.

    Une copie en est gardée. La dernière approbation d'une édition est celle qui vaut.

    Exemple : panorama approve 2021-11 --by "Ada Lovelace" --why "Relu avec les secrétaires généraux"
    """
    from assets.export import approvals as publications  # noqa: PLC0415  # for this command

    with reporting():
        place = installation(home)
        place.create()
        wanted = place.calendar().find(edition)
        folder = _folder(place, wanted, version)
        today = dt.datetime.now(tz=dt.UTC).date()
        with place.writing():
            given = publications.approve(
                place, wanted, folder, by=who(by), today=today, reason=why, correction=correction
            )
        output().print(
            f"Édition {wanted.key}, version {given.version} ({given.fingerprint[:12]}…) : approuvée par "
            f"{given.approved_by} le {short_day(given.approved_on)}.",
            markup=False,
        )


def publish(
    edition: EditionArgument,
    home: HomeOption = DEFAULT_HOME,
    apply: Annotated[
        bool, typer.Option("--apply", help="Écrire ; sans cela, le plan est montré et rien n'est fait.")
    ] = False,
    base_url: Annotated[
        str | None,
        typer.Option("--base-url", metavar="URL", help="Plateforme ; sinon celle de panorama.toml, ou data.gouv.fr."),
    ] = None,
    organization: Annotated[
        str | None,
        typer.Option("--organization", metavar="ID", help="Organisation qui publie ; sinon celle de panorama.toml."),
    ] = None,
    key_file: Annotated[
        Path | None,
        typer.Option("--key-file", metavar="FICHIER", help="Fichier de la clé d'API ; sinon DATA_GOUV_API_KEY."),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="DOSSIER", help="Un dossier ou s3://seau/dossier, au lieu d'une plateforme."),
    ] = None,
    private: Annotated[bool, typer.Option("--private", help="Tout envoyer, sans rendre visible de tous.")] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Écrire par-dessus ce qu'une personne a modifié sur la plateforme.")
    ] = False,
    recreate: Annotated[
        bool, typer.Option("--recreate", help="Créer un autre jeu de données à la place de celui qui a disparu.")
    ] = False,
    version: VersionOption = None,
    correction: CorrectionOption = None,
    by: ByOption = None,
    why: WhyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Publie les données ouvertes d'une édition sur data.gouv.fr, ou dans un dossier ; montre d'abord le plan.

    Avec --apply, les fichiers sont approuvés s'ils ne l'étaient pas, envoyés, relus à leur adresse, puis rendus
    visibles. Relancer reprend où cela s'était arrêté, et n'écrit rien quand tout y est.

    Exemples : panorama publish 14 ; panorama publish 14 --apply --by "Ada Lovelace" ;
    panorama publish 13 --version 1 --correction "Retour aux chiffres du 17 juillet" --apply
    """
    from pipelines.work.publishing import (  # noqa: PLC0415  # for this command
        Order,
        PlatformOptions,
        publish_to_folder,
        publish_to_platform,
    )

    with reporting():
        place = installation(home)
        if apply:
            place.create()
        wanted = place.calendar().find(edition)
        folder = _folder(place, wanted, version)
        order = Order(place, wanted, folder, apply, who(by) if apply else "", why, correction, as_json)
        options = PlatformOptions(base_url, organization, key_file, private, overwrite, recreate)
        if to is None:
            publish_to_platform(order, options)
        elif options != PlatformOptions():
            raise ConfigurationError("--to va sans les options d'une plateforme.")
        else:
            publish_to_folder(order, to)


def _folder(place: Home, edition: Edition, version: int | None) -> Path:
    """The files meant: those of an approved version, else those of the last run.

    Raises:
        DataRefusedError: those of the last run are provisional, or out of date.
    """
    from assets.export.approvals import version_folder  # noqa: PLC0415  # for these commands
    from warehouse.archive.closed import require_closed  # noqa: PLC0415
    from warehouse.archive.freshness import require_fresh  # noqa: PLC0415
    from warehouse.home.state import read_state  # noqa: PLC0415

    if version is not None:
        return version_folder(place, edition, version)
    state = read_state(place)
    require_closed(state, edition)
    require_fresh(state, edition)
    return place.out(edition, "open_data")
