"""What is remembered of cells is what was made of them, and it stays within its bounds."""

import threading

from phantom_ml.features.lately import Lately, columns_lately


def lengths(memory: Lately[int], cells: list) -> list[int]:
    return memory.of(cells, lambda new: [len(str(cells[i])) for i in new])


def test_each_cell_gets_what_is_made_of_it_known_or_new():
    memory: Lately[int] = Lately()
    assert lengths(memory, ["a", "bcd", "a", None]) == [1, 3, 1, 4]
    assert lengths(memory, ["ef", "bcd", "ef"]) == [2, 3, 2]


def test_only_what_is_new_is_made_and_each_once():
    memory, asked = Lately[int](), []
    for cells in (["a", "b", "a"], ["b", "c"]):
        memory.of(cells, lambda new, cells=cells: [asked.append(cells[i]) or 0 for i in new])
    assert asked == ["a", "b", "c"]


def test_never_more_are_remembered_than_allowed():
    memory: Lately[int] = Lately(most=10)
    for i in range(50):
        assert lengths(memory, [f"{i}", f"{i}x"]) == [len(f"{i}"), len(f"{i}x")]
        assert len(memory.known) <= 10


def test_long_cells_are_not_remembered_however_their_characters_are_spread():
    memory: Lately[int] = Lately(longest=5)
    lengths(memory, ["abcdef", ("abc", "def"), ("abc", 7)])
    assert list(memory.known) == [("abc", 7)]


def test_what_was_known_when_it_was_asked_for_is_told_though_it_is_forgotten_since():
    memory: Lately[int] = Lately(most=3)
    lengths(memory, ["a", "bc"])
    asked = memory.ask(["bc", "def", "a"])
    lengths(memory, ["w", "x", "y"])
    assert memory.answer(asked, [3]) == [2, 3, 1]


def test_columns_stand_as_their_cells_do_new_or_known_or_twice():
    memory: Lately[tuple[int, str]] = Lately()
    for cells in (["a", "bcd"], ["ef", "a"], ["ghi", "ghi", "bcd"], ["a"]):
        found = columns_lately(
            memory,
            cells,
            lambda new, cells=cells: {
                "first": [cells[i][0] for i in new],
                "n": [len(cells[i]) for i in new],
            },
            ["n", "first"],
        )
        assert found == {"n": [*map(len, cells)], "first": [cell[0] for cell in cells]}


def test_threads_that_share_a_memory_all_get_what_is_made():
    memory: Lately[int] = Lately(most=20)
    wrong: list[int] = []

    def ask(start: int) -> None:
        for i in range(2_000):
            cells = [f"{(start + i + k) % 60}" * (1 + k) for k in range(3)]
            if lengths(memory, cells) != [len(c) for c in cells]:
                wrong.append(i)

    threads = [threading.Thread(target=ask, args=(17 * n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
