"""What the documentation tells a person to type exists, and what it says of itself is true."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner
from verbs import COMMANDS, GROUPS, every_verb

from pipelines.cli import VERBS, app

PROJECT = Path(__file__).parents[2]
PAGES = sorted([PROJECT / "README.md", *(PROJECT / "docs").glob("*.md")])
BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)


def commands(page: Path) -> list[str]:
    """The lines a person types, without their prompt."""
    blocks = BLOCK.findall(page.read_text(encoding="utf-8"))
    typed = (line for block in blocks for line in block.splitlines() if line.startswith("$ "))
    return [line.removeprefix("$ ").split("  #")[0].strip() for line in typed]


ALL = [(page.name, line) for page in PAGES for line in commands(page)]


def test_the_readme_opens_with_the_two_commands() -> None:
    lines = commands(PROJECT / "README.md")
    assert [line for line in lines if line.startswith("make")][:2] == ["make demo", "make test"]


@pytest.mark.parametrize(("page", "line"), ALL)
def test_every_command_of_the_documentation_exists(page: str, line: str) -> None:
    program, *words = line.split()
    if program == "make":
        targets = re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        assert set(words) <= set(targets), page
        return
    assert program in ("panorama", "cp", "mkdir", "cd", "git"), page
    if program != "panorama":
        return
    verbs = words[:2] if words[0] in GROUPS else words[:1]
    told = CliRunner().invoke(app, [*verbs, "--help"])
    assert told.exit_code == 0, told.output
    for option in (word for word in words if word.startswith("--")):
        assert option in told.output, (page, line)


@pytest.mark.parametrize("name", VERBS)
def test_the_list_of_verbs_says_of_each_what_the_verb_says_of_itself(name: str) -> None:
    assert VERBS[name].help == COMMANDS[name].help.partition("\n")[0]


@pytest.mark.parametrize("verb", every_verb(), ids=" ".join)
def test_every_verb_explains_itself_with_an_example_and_is_documented(verb: list[str]) -> None:
    told = CliRunner().invoke(app, [*verb, "--help"]).output
    assert "--home" in told
    assert "PANORAMA_HOME" in told
    assert "Exemple" in told
    assert any(line.startswith("panorama " + " ".join(verb)) for _, line in ALL)


def test_links_between_pages_lead_somewhere() -> None:
    for page in [*PAGES, PROJECT / "DECISIONS.md", PROJECT / "CHANGELOG.md"]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), (page.name, target)
