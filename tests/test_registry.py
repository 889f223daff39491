import pytest

from phantom_ml.errors import UnknownName
from phantom_ml.registry import Registry


def registry() -> Registry[str]:
    names: Registry[str] = Registry("algorithm", "phantom_ml.nowhere", load=False)
    for name in ("LightGBM", "RandomForest"):
        names.add(name)(name.lower())
    return names


@pytest.mark.parametrize("name", ["RandomForest", "randomforest", "random_forest", "Random-Forest"])
def test_a_name_is_found_in_any_spelling(name):
    assert registry().get(name) == "randomforest"


def test_the_official_spelling_is_told():
    assert registry().name_of("light gbm") == "LightGBM"


def test_names_are_sorted():
    names = registry()
    names.add("Apriori")("apriori")
    assert names.names() == ["Apriori", "LightGBM", "RandomForest"]
    assert list(names) == ["apriori", "lightgbm", "randomforest"]


def test_an_unknown_name_suggests_the_nearest():
    with pytest.raises(UnknownName, match=r"No algorithm is called 'LihgtGBM'.*'LightGBM'"):
        registry().get("LihgtGBM")


def test_an_unknown_name_lists_what_there_is():
    with pytest.raises(UnknownName, match="'LightGBM', 'RandomForest'"):
        registry().get("nothing like it")


def test_a_decorator_hands_back_what_it_files():
    assert registry().add("x")("y") == "y"


def test_a_folder_is_read_when_it_is_first_asked(tmp_path, monkeypatch):
    (tmp_path / "plugins_of_a_test").mkdir()
    for name, text in {
        "__init__.py": "from phantom_ml.registry import Registry\n"
        "shapes = Registry('shape', 'plugins_of_a_test')\n",
        "circle.py": "from plugins_of_a_test import shapes\nshapes.add('Circle')(1)\n",
        "_private.py": "raise RuntimeError\n",
    }.items():
        (tmp_path / "plugins_of_a_test" / name).write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    from plugins_of_a_test import shapes

    assert shapes.names() == ["Circle"]
