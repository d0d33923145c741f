"""What the library of the command line says by itself, in French: the pages of help, and what is wrong in a command.

The library translates few of its words, so its pages are written again from its records, and its errors from what they
hold. Some of what is needed for that has no public name in it.
"""

import re
import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer._click import exceptions
from typer._click.core import Command, Context
from typer._click.formatting import HelpFormatter
from typer.core import TyperCommand, TyperGroup

# What is said of an option or of an argument, in the words of its record.
_OF_RECORDS = (
    ("<str>", "<texte>"),
    ("<dir>", "<dossier>"),
    ("<path>", "<chemin>"),
    ("<float>", "<nombre>"),
    ("<int>", "<entier>"),
    ("<int range>", "<entier>"),
    (" <bool>", ""),
    ("[env var: ", "[variable : "),
    ("[default: ", "[défaut : "),
    ("; default: ", " ; défaut : "),
    ("; required]", " ; obligatoire]"),
    ("[required]", "[obligatoire]"),
)
_KINDS = {"argument": "l'argument", "option": "l'option"}
# Why a value is refused, by what the library that reads it calls the error.
_REASONS = {
    "float_parsing": "ce n'est pas un nombre",
    "int_parsing": "ce n'est pas un nombre entier",
    "greater_than_equal": "c'est moins de {ge}",
    "less_than_equal": "c'est plus de {le}",
}
# Why a path is refused, by the end of the sentence.
_OF_PATHS = {
    "is a file.": "c'est un fichier, et non un dossier",
    "is a directory.": "c'est un dossier, et non un fichier",
    "does not exist.": "il n'existe pas",
    "is not readable.": "il ne peut pas être lu",
    "is not writable.": "il ne peut pas être écrit",
}
_QUOTED = re.compile(r"['\"]([^'\"]*)['\"]")


class _InFrench(Command):
    """A verb, or a group of verbs, whose page of help is in French."""

    def format_usage(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write how it is called."""
        pieces = " ".join(self.collect_usage_pieces(ctx)).replace("COMMAND [ARGS]...", "COMMANDE [SUITE]...")
        formatter.write_usage(ctx.command_path, pieces, prefix="Usage : ")

    def get_help_option(self, ctx: Context) -> Any:
        """The option that shows the page."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "Montre cette aide."
        return option

    def format_options(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the arguments, the options, then the verbs of a group."""
        for kind in ("argument", "option"):
            records = [
                (_in_words(record[0]), _in_words(record[1]))
                for param in self.get_params(ctx)
                if param.param_type_name == kind and (record := param.get_help_record(ctx)) is not None
            ]
            _write(formatter, f"{kind.capitalize()}s", records)
        if isinstance(self, TyperGroup):
            self.format_commands(ctx, formatter)


class VerbInFrench(_InFrench, TyperCommand):
    """A verb whose page of help is in French."""


class GroupInFrench(_InFrench, TyperGroup):
    """A group of verbs, whose page of help and whose errors are in French."""

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write each verb with its whole line."""
        _write(
            formatter, "Commandes", [(name, first_line(command.help or "")) for name, command in self.commands.items()]
        )

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command, then leave with its status: 2 where it is not one, once that is said."""
        told = (args, prog_name, complete_var, False, windows_expand_args)
        if not standalone_mode:
            return super().main(*told, **extra)
        try:
            sys.exit(super().main(*told, **extra) or 0)
        except exceptions.NoArgsIsHelpError as error:
            typer.echo(error.format_message(), err=True)
            sys.exit(error.exit_code)
        except exceptions.ClickException as error:
            typer.echo(said(error), err=True)
            sys.exit(error.exit_code)
        except typer.Abort:
            typer.echo("Abandonné.", err=True)
            sys.exit(1)


def in_french(command: Command) -> Command:
    """A command, and those below it, in French: a verb declares itself with the library's own classes."""
    if isinstance(command, TyperGroup):
        for below in command.commands.values():
            in_french(below)
    # The library draws frames in English where it is not told otherwise.
    command.rich_markup_mode = None  # type: ignore[attr-defined]  # both classes have it
    command.__class__ = GroupInFrench if isinstance(command, TyperGroup) else VerbInFrench
    return command


def first_line(text: str) -> str:
    """What a verb says of itself first: up to an empty line, or to its example."""
    return " ".join(re.split(r"\n\s*\n|\bExemples? :", text.strip())[0].split())


def _in_words(record: str) -> str:
    for english, french in _OF_RECORDS:
        record = record.replace(english, french)
    return record


def _write(formatter: HelpFormatter, title: str, records: Sequence[tuple[str, str]]) -> None:
    if not records:
        return
    formatter.write(f"\n{title} :\n")
    with formatter.indentation():
        formatter.write_dl(records)


def said(error: exceptions.ClickException) -> str:
    """What is wrong in a command, and where its help is."""
    context = error.ctx if isinstance(error, exceptions.UsageError) else None
    if context is None:
        return f"Erreur : {_message(error)}"
    return f"{context.get_usage()}\n« {context.command_path} --help » donne l'aide.\n\nErreur : {_message(error)}"


def _message(error: exceptions.ClickException) -> str:
    if isinstance(error, exceptions.MissingParameter):
        param = error.param
        choices = getattr(getattr(param, "type_descriptor", None), "choices", None)
        expected = f" : {_quoted(choices)}" if choices else ""
        kind = _KINDS.get(getattr(param, "param_type_name", ""), "la valeur")
        return f"Il manque {kind} {_hint(error)}{expected}."
    if isinstance(error, exceptions.BadParameter):
        return f"Valeur refusée pour {_hint(error)} : {_reason(error)}."
    if isinstance(error, exceptions.NoSuchOption):
        possible = f" Peut-être : {', '.join(sorted(error.possibilities))}." if error.possibilities else ""
        return f"Option inconnue : {error.option_name}.{possible}"
    if isinstance(error, exceptions.BadOptionUsage):
        takes = "ne prend pas de valeur" if "does not take" in error.message else "attend une valeur"
        return f"L'option {error.option_name} {takes}."
    return _of_usage(error.message)


def _of_usage(message: str) -> str:
    """What is wrong in the words of a command, which the library tells in a sentence only."""
    named = _QUOTED.findall(message)
    if message.startswith("No such command"):
        asked, *nearest = named
        hint = f" Vouliez-vous dire {_quoted(nearest)} ?" if nearest else ""
        return f"Commande inconnue : « {asked} ».{hint}"
    if message.startswith("Missing command"):
        return "Il manque la commande."
    if extra := re.search(r"extra arguments?(?:\(s\))? \((.*)\)", message, re.DOTALL):
        return f"{'Arguments' if len(extra[1].split()) > 1 else 'Argument'} en trop : {extra[1]}."
    return message


def _hint(error: exceptions.BadParameter) -> str:
    given = error.param_hint or (error.param.get_error_hint() if error.param else "")
    hint = given if isinstance(given, str) else " / ".join(given)
    names = _QUOTED.findall(hint.partition(" (env var")[0]) or [hint]
    return " / ".join(names)


def _reason(error: exceptions.BadParameter) -> str:
    """Why a value is refused."""
    problems: list[Any] = getattr(error.__cause__, "errors", list)()
    if not problems:
        path = next((reason for end, reason in _OF_PATHS.items() if error.message.endswith(end)), None)
        named = _QUOTED.findall(error.message)
        return f"« {named[-1]} » : {path}" if path and named else error.message.rstrip(".")
    problem = problems[0]
    reason = _REASONS.get(problem["type"])
    if reason is None:
        choices = getattr(getattr(error.param, "type_descriptor", None), "choices", None)
        reason = f"ce n'est pas {_quoted(choices)}" if choices else "elle ne peut pas être lue"
    return f"« {problem['input']} » : {reason.format_map(problem.get('ctx') or {})}"


def _quoted(words: Sequence[object]) -> str:
    return " ou ".join(f"« {word} »" for word in words)
