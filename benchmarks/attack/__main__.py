"""What a reader can find of withheld costs: who has every published file, the form, and each figure as last published.

On homes with one, two and three withheld projects, each attack tries every withheld project, then again on the same
publication where one thing leaks, to show that it can succeed. Exit status: 0 when nothing withheld is found and every
attack finds what leaks, else 1.
"""
# ruff: noqa: T201 - a benchmark prints its figures

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.attack.attacks import ATTACKS, Claim, Publication
from benchmarks.attack.leaks import leaks
from benchmarks.attack.submissions import IDENTIFIER, SENT, WITHHELD, publish

EXAMPLE = """example, in a folder that is kept:
  python -m benchmarks.attack --folder /tmp/attack
"""
# A claim is right to within this part of the cost; a band, when it holds the cost.
EXACT = 0.005


def succeeds(
    attack: Callable[[Publication, str], Claim | list[Claim]], public: Publication, target: str, cost: float
) -> bool:
    """Whether an attack tells the cost of a project."""
    found = attack(public, target)
    for claim in found if isinstance(found, list) else [found]:
        if isinstance(claim, tuple) and claim[0] <= cost <= claim[1]:
            return True
        if isinstance(claim, float) and abs(claim - cost) <= EXACT * cost:
            return True
    return False


def main(words: Sequence[str] | None = None) -> int:
    """Print attempts and successes, as published and where one thing leaks.

    Returns:
        The exit status.
    """
    parser = argparse.ArgumentParser(
        description=__doc__, epilog=EXAMPLE, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, metavar="FOLDER", help="where homes are kept (default: removed after)")
    arguments = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="panorama-attack-") as scratch:
        folder = arguments.folder or Path(scratch)
        costs = {name: now for name, _, _, _, now, _ in SENT}
        tried = dict.fromkeys(ATTACKS, 0)
        found, able = dict(tried), dict(tried)
        for count in range(1, len(WITHHELD) + 1):
            held = WITHHELD[:count]
            home = publish(folder / ("-".join(held) or "nothing"), held)
            named = Publication(home).rows().reset_index().set_index("nom_projet")[IDENTIFIER]
            for name in held:
                rest = [other for other in held if other != name]
                counting = publish(folder / ("-".join(rest) or "nothing"), rest)
                leaking = leaks(home, counting, named[name])
                for attack, function in ATTACKS.items():
                    target = named[name]
                    tried[attack] += 1
                    found[attack] += succeeds(function, Publication(home), target, costs[name])
                    leaked = Publication(home, leaking[attack])
                    again = leaked.rows().reset_index().set_index("nom_projet").loc[name, IDENTIFIER]
                    able[attack] += succeeds(function, leaked, again, costs[name])
    print(f"{'attack':34} attempts successes  where it leaks")
    for attack in ATTACKS:
        print(f"{attack:34} {tried[attack]:8} {found[attack]:9} {able[attack]:15}")
    print(f"{'in all':34} {sum(tried.values()):8} {sum(found.values()):9} {sum(able.values()):15}")
    return 0 if not any(found.values()) and all(able.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
