"""What an operator may write in `panorama.toml`, and what is said of what is not allowed."""

from pathlib import Path

import pytest

from warehouse.home.home import Home
from warehouse.home.settings import ALLOWED, FileLimits, Settings, read_settings
from warehouse.model.errors import ConfigurationError


def written(folder: Path, text: str) -> Path:
    path = Home(folder).settings
    path.write_text(text, encoding="utf-8")
    return path


def test_without_a_file_every_setting_has_its_default(tmp_path: Path) -> None:
    assert read_settings(Home(tmp_path).settings) == Settings()
    assert Settings().disclosure.withheld == ALLOWED["disclosure"]["withheld"][0] == "exclude"


def test_withheld_figures_are_left_out_of_everything(tmp_path: Path) -> None:
    path = written(tmp_path, '[disclosure]\nwithheld = "exclude"\n')
    assert read_settings(path).disclosure.withheld == "exclude"


def test_the_operator_says_where_the_open_data_goes(tmp_path: Path) -> None:
    text = '[export]\nautomatic = "approved"\nbase_url = "https://demo.data.gouv.fr"\norganization = "dinum"\n'
    found = read_settings(written(tmp_path, text)).export
    assert (found.automatic, found.base_url, found.organization) == ("approved", "https://demo.data.gouv.fr", "dinum")
    assert Settings().export.automatic == ALLOWED["export"]["automatic"][0] == "never"


def test_the_operator_says_where_the_open_data_is_read(tmp_path: Path) -> None:
    text = '[open_data]\naddress = "https://exemple.fr/{edition}"\ncontact = "panorama@exemple.fr"\n'
    found = read_settings(written(tmp_path, text)).open_data
    assert (found.address, found.landing_page, found.contact) == (
        "https://exemple.fr/{edition}", "", "panorama@exemple.fr",
    )  # fmt: skip


def test_the_operator_says_where_the_site_is_served(tmp_path: Path) -> None:
    found = read_settings(written(tmp_path, '[site]\nbase_url = "https://exemple.fr/panorama"\n')).site
    assert found.base_url == "https://exemple.fr/panorama"
    assert not Settings().site.base_url


def test_an_empty_section_keeps_its_defaults(tmp_path: Path) -> None:
    assert read_settings(written(tmp_path, "[disclosure]\n")) == Settings()


def test_the_operator_moves_the_limits_of_what_is_read(tmp_path: Path) -> None:
    limits = read_settings(written(tmp_path, "[reading]\nrows = 200\n")).reading
    assert limits == FileLimits(rows=200)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[disclosure]\nwithheld = "suppress"\n', ("disclosure.withheld", "suppress", "« exclude »")),
        ("[disclosure]\nwithheld = 1\n", ("disclosure.withheld", "« 1 »", "exclude")),
        ('[disclosure]\nwithold = "exclude"\n', ("disclosure.withold", "« withheld »")),
        ('[privacy]\nwithheld = "exclude"\n', ("« privacy »", "« disclosure »")),
        ('withheld = "exclude"\n', ("« withheld »", "« disclosure »")),
        ("[disclosure\n", ("TOML",)),
        ("[reading]\nrows = 0\n", ("reading.rows", "« 0 »", "entier")),
        ("[reading]\nrows = true\n", ("reading.rows", "entier")),
        ('[reading]\nrows = "all"\n', ("reading.rows", "« all »", "entier")),
        ('[export]\nautomatic = "always"\n', ("export.automatic", "« always »", "« never »", "« approved »")),
        ("[export]\nautomatic = true\n", ("export.automatic", "« never »")),
        ('[export]\nbase_url = "demo.data.gouv.fr"\n', ("export.base_url", "l'adresse d'une plateforme")),
        ('[open_data]\naddress = "exemple.fr"\n', ("open_data.address", "{edition} pour sa clé")),
        ('[site]\nbase_url = "https://exemple.fr/"\n', ("site.base_url", "sans barre à la fin")),
        ("[export]\norganization = 12\n", ("export.organization", "l'identifiant d'une organisation")),
        ('[export]\nkey = "secret"\n', ("export.key", "« base_url »", "« organization »", "« automatic »")),
        ("[reading]\nlines = 10\n", ("reading.lines", "« rows »", "« cells »")),
    ],
)
def test_what_is_not_allowed_is_named_with_what_is(tmp_path: Path, text: str, said: tuple[str, ...]) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigurationError) as raised:
        read_settings(path)
    assert all(word in str(raised.value) for word in (str(path), *said))
