"""Every number of every page stands in the dataset that the site carries, where the page says."""

from pathlib import Path

from site_reading import Dataset, agrees, pages, read, unsourced


def test_figures_and_marks_are_those_of_the_dataset(site: Path) -> None:
    """The value of each is that of the CSV, and what is printed is that value rounded."""
    dataset = Dataset(site / "2021-11" / "open_data")
    wrong, count = [], 0
    for path in pages(site):
        found = read(path)
        count += len(found.figures) + len(found.marks)
        for figure in found.figures:
            given = dataset.asked(figure.source)
            if not agrees(figure, given):
                wrong.append(f"{path.relative_to(site)} : {figure} ; jeu de données : {given}")
        for mark in found.marks:
            given = dataset.asked(mark.source)
            if given != mark.value and abs(float(given) - float(mark.value)) > 1e-9:
                wrong.append(f"{path.relative_to(site)} : {mark} ; jeu de données : {given}")
    assert not wrong, "\n".join(wrong[:20])
    assert count > 2000


def test_no_number_is_without_its_source(site: Path) -> None:
    """What is neither a date, nor the words of someone else, nor a name of file or column, cites its rows."""
    told = {f"{path.relative_to(site)} : {text}" for path in pages(site) for text in unsourced(read(path))}
    assert not told, "\n".join(sorted(told)[:40])
