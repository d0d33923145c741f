"""The command line `panorama`: its verbs, each imported when it is called. It speaks French."""

import gc
import os
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand

from pipelines.command_words import GroupInFrench, in_french
from pipelines.interruption import stopping_at_signals


@dataclass(frozen=True)
class Verb:
    """Where a verb, or a group of verbs, stands in `pipelines.commands`, and its line in the list of verbs.

    A test holds the line to the docstring of the verb.
    """

    module: str
    name: str
    help: str

    def load(self) -> Any:
        """Import the verb, as a command of the command line's library."""
        found = getattr(import_module(f"pipelines.commands.{self.module}"), self.name)
        if not isinstance(found, typer.Typer):
            alone = typer.Typer(add_completion=False)
            alone.command()(found)
            found = alone
        return in_french(typer.main.get_command(found))


# In the order of the work: a home, what is received, what is made of it, what is read of it, what is published.
VERBS = {
    "init": Verb(
        "standing", "init", "Crée une installation vide : ses dossiers, et ses registres avec leurs seuls en-têtes."
    ),
    "demo": Verb("running", "demo", "Remplit un dossier avec les remontées de démonstration, fictives, et les traite."),
    "status": Verb(
        "standing",
        "status",
        "Dit où en est une édition, du calendrier à la publication, et la commande qui règle chaque point.",
    ),
    "edition": Verb("editions", "app", "Le calendrier des éditions."),
    "template": Verb(
        "template",
        "template",
        "Écrit le formulaire de chaque ministère, en xlsx et en ods, prérempli de ce qui est connu.",
    ),
    "collect": Verb(
        "collect",
        "collect",
        "Dit qui a envoyé, quand, quelle version, avec combien d'erreurs et d'alertes, et qui est en retard.",
    ),
    "check": Verb("running", "check", "Lit et contrôle les fichiers reçus pour une édition, sans rien écrire."),
    "return": Verb(
        "running",
        "return_",
        "Rend à chaque ministère son propre fichier, chaque anomalie marquée à sa cellule, avec un récapitulatif.",
    ),
    "letters": Verb(
        "template",
        "letters",
        "Écrit à chaque ministère un message prêt à envoyer : ce qui est reçu, à corriger, absent, et pour quand.",
    ),
    "quarantine": Verb("quarantine", "app", "Les fichiers mis à l'écart : les lister, les classer, les reprendre."),
    "run": Verb(
        "running",
        "run",
        "Traite une édition de bout en bout : lecture, contrôles, écarts, jeu de données, PDF et site.",
    ),
    "backfill": Verb(
        "running",
        "backfill",
        "Traite plusieurs éditions dans l'ordre du calendrier ; une édition refusée n'arrête pas les autres.",
    ),
    "show": Verb(
        "showing",
        "show",
        "Donne les chiffres clés d'une édition déjà traitée, ce qui y a changé, et ses corrections.",
    ),
    "diff": Verb(
        "showing", "diff", "Dit tout ce qui a changé entre deux éditions, ou entre deux versions d'une édition."
    ),
    "explain": Verb(
        "showing",
        "explain",
        "Explique l'évolution des écarts moyens entre deux éditions, au point près, projet par projet.",
    ),
    "trace": Verb(
        "showing",
        "trace",
        "Dit d'où vient chaque chiffre d'un projet, référence comprise : fichier, feuille, cellule, jour de réception.",
    ),
    "projects": Verb("projects", "app", "Qui est qui : rattachements, décisions, sorties."),
    "approve": Verb(
        "publish",
        "approve",
        "Approuve les fichiers d'une édition pour publication, à l'octet près ; rien n'est publié.",
    ),
    "publish": Verb(
        "publish",
        "publish",
        "Publie les données ouvertes d'une édition sur data.gouv.fr, ou dans un dossier ; montre d'abord le plan.",
    ),
    "registers": Verb("registers", "app", "Les registres : fichiers qu'une personne lit, complète et relit."),
    "rules": Verb("rules", "rules", "Liste les règles de contrôle, chacune avec sa gravité dans cette installation."),
}


class Verbs(GroupInFrench):
    """The group of all verbs: it lists them from `VERBS`, and loads the one that is called."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands = {name: TyperCommand(name, help=verb.help) for name, verb in VERBS.items()}

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The verb that is called, with what follows it."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, VERBS[name].load() if name in VERBS else listed, rest


app = typer.Typer(
    name="panorama",
    cls=Verbs,
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # A list is plain: drawing it takes as long as all the rest of the command.
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Sortie : 0 fait, 1 données refusées, 2 commande ou configuration, 3 service extérieur (disque, base), "
    "130 ou 143 interrompu.",
)


@app.callback()
def panorama(context: typer.Context) -> None:
    """Le panorama des grands projets numériques de l'État, recalculé depuis les remontées des ministères.

    Sans verbe, « panorama » dit où en est l'installation.
    """
    if context.invoked_subcommand is None:
        from pipelines.commands.standing import home_at_hand, status  # noqa: PLC0415  # not for the list of verbs

        home = home_at_hand()
        if home is None:
            typer.echo(context.get_help())
        else:
            status(home=home)


def main() -> None:
    """Entry point of the `panorama` command."""
    # Nothing that is imported becomes garbage: to look for some there takes a tenth of the time of a short command.
    gc.disable()
    # Arrow's own allocator keeps some 50 MiB more than the system's, and is not faster on tables of this size.
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    with stopping_at_signals():
        app()


if __name__ == "__main__":
    main()
