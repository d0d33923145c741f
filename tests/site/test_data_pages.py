"""What to download: sizes are real, what is to be copied runs, every column of every file is described."""

import csv
import html
import re
import subprocess
import sys
from pathlib import Path

from site_reading import read

EDITION = "2021-11"


def test_what_is_to_be_copied_for_pandas_runs(site: Path) -> None:
    page = (site / "donnees" / "index.html").read_text(encoding="utf-8")
    (code,) = re.findall(r'<code class="language-python">(.*?)</code>', page, re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-c", html.unescape(code)],
        cwd=site / EDITION / "open_data",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert EDITION in done.stdout


def test_every_file_of_the_dataset_is_offered(site: Path) -> None:
    links = {Path(link).name for link in read(site / "donnees" / "index.html").links}
    links |= {Path(link).name for path in site.glob("donnees/*/index.html") for link in read(path).links}
    missing = {path.name for path in (site / EDITION / "open_data").iterdir()} - links
    assert not missing


def test_sizes_are_those_of_the_files(site: Path) -> None:
    sizes = [one for one in read(site / "donnees" / "index.html").figures if one.source.endswith("#octets()")]
    assert len(sizes) > 40
    for one in sizes:
        name = one.source.split("?")[0]
        assert int(one.value) == (site / EDITION / "open_data" / name).stat().st_size


def test_every_column_has_its_line_in_the_dictionary_of_its_file(site: Path) -> None:
    for path in (site / EDITION / "open_data").glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            columns = next(csv.reader(file))
        stem = path.stem.replace(f"-{EDITION}", "")
        page = (site / "donnees" / stem / "index.html").read_text(encoding="utf-8")
        assert [column for column in columns if f"<code>{column}</code>" not in page] == []
