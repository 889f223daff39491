"""What the pages list is what the code has, no more and no less; every link leads somewhere."""

import re
from pathlib import Path

import pytest
from pydantic_core import PydanticUndefined

from phantom_ml import errors
from phantom_ml.config import (
    AutoMLConfig,
    Constraints,
    CostSettings,
    FeatureSettings,
    Settings,
    TaskSettings,
    ThresholdPolicy,
    TuningSettings,
)
from phantom_ml.errors import PhantomError

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
CONFIGS = [
    AutoMLConfig,
    FeatureSettings,
    TuningSettings,
    ThresholdPolicy,
    CostSettings,
    Constraints,
    TaskSettings,
]


def table(text: str) -> list[list[str]]:
    """Return the cells of the rows of all Markdown tables in a text, headers left out."""
    rows = re.findall(r"^\| (`.*) \|$", text, re.MULTILINE)
    return [row.split(" | ") for row in rows]


def section(page: str, title: str) -> str:
    text = (ROOT / "docs" / page).read_text()
    return re.split(r"^## ", text.split(f"## {title}\n", 1)[1], flags=re.MULTILINE)[0]


def shown(value: object) -> str:
    """Return a default as the page writes it."""
    if value is PydanticUndefined:
        return "required"
    if isinstance(value, Settings):
        return "see below"
    if isinstance(value, tuple):
        value = list(value)
    return "none" if value is None else f"`{str(value).lower()}`"


def families() -> list[type[PhantomError]]:
    known = [PhantomError]
    for error in known:
        known += [e for e in error.__subclasses__() if e.__module__ == errors.__name__]
    return known


@pytest.mark.parametrize("settings", CONFIGS, ids=lambda settings: settings.__name__)
def test_configuration_page_lists_every_setting_with_its_default(settings):
    told = {row[0].strip("`"): row[1] for row in table(section("config.md", settings.__name__))}
    fields = settings.model_fields.items()
    assert told == {n: shown(f.get_default(call_default_factory=True)) for n, f in fields}


def test_errors_page_lists_every_code_with_its_class():
    text = (ROOT / "docs" / "errors.md").read_text()
    told = {row[0].strip("`"): row[1].strip("`") for row in table(text)}
    assert told == {error.code: error.__name__ for error in families()}


def test_every_error_has_something_to_do():
    text = (ROOT / "docs" / "errors.md").read_text()
    assert [row[0] for row in table(text) if len(row[2]) < 10] == []


def test_every_page_is_in_the_index():
    index = (ROOT / "docs" / "README.md").read_text()
    pages = [page.name for page in PAGES if page.parent.name == "docs" and page.name != "README.md"]
    assert [name for name in pages if f"({name})" not in index] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page):
    links = re.findall(r"\]\(([^)#]+)", page.read_text())
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (page.parent / link).exists()] == []
