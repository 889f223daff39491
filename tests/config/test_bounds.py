import pytest
from pydantic import ValidationError

from phantom_ml.config import Settings
from phantom_ml.config.bounds import Bound, bounded, choice


class Example(Settings):
    depth: int = bounded(6, 1, 12)
    rate: float = bounded(0.1, 0.001, 1.0, log=True, when=("kind", "tree"))
    kind: str = choice("tree", ("tree", "line"))
    verbose: bool = False


def bound(name: str) -> Bound | None:
    return Bound.of(Example.model_fields[name])


def test_a_whole_default_is_searched_in_whole_numbers():
    assert bound("depth") == Bound(1, 12, integer=True)


def test_a_bound_keeps_its_scale_and_its_condition():
    assert bound("rate") == Bound(0.001, 1.0, log=True, when=("kind", "tree"))


def test_a_choice_is_searched_among_its_values():
    assert bound("kind") == Bound(choices=("tree", "line"))


def test_a_plain_field_is_not_searched():
    assert bound("verbose") is None


@pytest.mark.parametrize("depth", [0, 13])
def test_a_bound_is_the_validation_too(depth):
    with pytest.raises(ValidationError):
        Example(depth=depth)
