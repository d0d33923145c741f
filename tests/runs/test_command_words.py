"""The command line speaks French: its help, and each mistake that a person can make in a command."""

import re

import pytest
from typer.testing import CliRunner
from verbs import every_verb

from pipelines.cli import app

# Words of the library, and of English, that no page in French has.
ENGLISH = re.compile(
    r"\b(?:Usage: |Commands?\b|COMMAND\b|Show|this|exit\.|Try|for help|Error|Missing|No such|Invalid|value|"
    r"default|required|env var|argument\(s\)|unexpected|Got|the|with|should|Input|requires|does not|take|"
    r"Did you mean|Possible|Aborted|FIRST|LAST|KEY)\b|<(?:str|dir|bool|int|float|path)>"
)


def said(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, words, env={"COLUMNS": "300"})
    return result.exit_code, result.output


@pytest.mark.parametrize("words", [[], *every_verb(), ["edition"], ["projects"], ["registers"]], ids=" ".join)
def test_no_page_of_help_has_english(words: list[str]) -> None:
    status, page = said(*words, "--help")
    assert status == 0
    assert page.startswith("Usage : panorama")
    assert "Montre cette aide." in page
    assert ENGLISH.findall(page) == []


@pytest.mark.parametrize(
    ("words", "part"),
    [
        ("edition", "Commandes :"),
        ("nothing", "Commande inconnue : « nothing »."),
        ("runn 14", "Vouliez-vous dire « run »"),
        ("edition nothing", "Commande inconnue : « nothing »."),
        ("run", "Il manque l'argument EDITION."),
        ("edition open", "Il manque l'argument EDITION."),
        ("run 14 15", "Argument en trop : 15."),
        ("run 14 15 16", "Arguments en trop : 15 16."),
        ("run 14 --nothing", "Option inconnue : --nothing."),
        ("run 14 --wy x", "Peut-être : --by, --only, --why."),
        ("run 14 --by", "L'option --by attend une valeur."),
        ("run 14 --only=yes", "L'option --only ne prend pas de valeur."),
        ("collect 14 --every soon", "« soon » : ce n'est pas un nombre."),
        ("template 14 --format doc", "« doc » : ce n'est pas « xlsx » ou « ods »."),
        ("approve 14 --version 0", "« 0 » : c'est moins de 1."),
        ("approve 14 --version x", "« x » : ce n'est pas un nombre entier."),
        ("projects exit PGP-0001 --edition 14", "Il manque l'option --reason"),
        (f"run 14 --home {__file__}", "c'est un fichier, et non un dossier."),
    ],
)
def test_a_mistake_is_told_in_french_with_status_2(words: str, part: str) -> None:
    status, told = said(*words.split())
    assert status == 2
    assert part in told
    assert ENGLISH.findall(told.replace(__file__, "")) == []
