"""The verbs of `panorama`, loaded, as tests of all of them need them."""

from typer.core import TyperGroup

from pipelines.cli import VERBS

COMMANDS = {name: verb.load() for name, verb in VERBS.items()}
GROUPS = {name: command for name, command in COMMANDS.items() if isinstance(command, TyperGroup)}


def every_verb() -> list[list[str]]:
    """The words of each verb, those of a group included."""
    alone = [[name] for name in COMMANDS if name not in GROUPS]
    return alone + [[name, verb] for name, group in GROUPS.items() for verb in group.commands]
