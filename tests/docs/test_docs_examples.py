"""The Python blocks of the pages run as they stand, in the home that the tutorial leaves behind."""

import re
import shutil
from pathlib import Path

import pytest

PAGES = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
#: These show how files are read, and name files of the reader's own.
ON_FILES_OF_THE_READER = {"data.md"}

pytestmark = pytest.mark.slow


def blocks(page: Path) -> list[str]:
    return BLOCK.findall(page.read_text())


def run(page: Path) -> dict[str, object]:
    """Run the blocks of a page one after the other; they share their names."""
    names: dict[str, object] = {"__name__": "__main__"}
    for block in blocks(page):
        exec(compile(block, page.name, "exec"), names)
    return names


RUN = [
    page
    for page in sorted(PAGES.glob("*.md"))
    if page.name not in {"tutorial.md"} | ON_FILES_OF_THE_READER and blocks(page)
]


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """Go through the tutorial in a folder of its own; return what it leaves in memory."""
    folder = tmp_path_factory.mktemp("reader")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PHANTOM_HOME", str(folder / "home"))
        patch.chdir(folder)
        names = run(PAGES / "tutorial.md")
        yield names


def test_tutorial_trains_a_model_that_alerts(reader):
    assert reader["found"]["alert"].sum() > 0


@pytest.mark.parametrize("page", RUN, ids=lambda page: page.name)
def test_examples_of_the_page_run(reader, page, tmp_path, monkeypatch):
    # Each page goes on from the tutorial, not from what another page made its latest model.
    folder = shutil.copytree(Path.cwd(), tmp_path / "reader")
    monkeypatch.setenv("PHANTOM_HOME", str(folder / "home"))
    monkeypatch.chdir(folder)
    run(page)
