from phantom_ml.model.families import Family, family_lines, family_rows, kept_families

RACED = Family(
    name="windows", kept=False, n_made=40, figure="log loss", gains=(-0.01, -0.03, 0.0) * 2
)
UNRACED = Family(name="text", kept=True, n_made=9, n_features=9, why_not_raced="no time")


def test_a_sentence_tells_by_which_figure_a_family_was_dropped():
    assert RACED.text == (
        "windows dropped: with its 40 features the log loss of held-out rows rises by 1.3 % on average; it falls "
        "in 0 of 6 judgements."
    )


def test_families_of_the_same_fate_share_a_sentence():
    alike = [UNRACED, UNRACED.model_copy(update={"name": "security"})]
    assert family_lines(alike) == ["text, security kept, not raced: no time."]


def test_a_row_tells_how_many_features_are_in_use():
    assert family_rows([UNRACED])[0][:2] == ("text", "9 of 9")


def test_what_a_card_tells_comes_back():
    assert kept_families({"families": [RACED.model_dump(mode="json")]}) == (RACED,)


def test_a_card_of_before_tells_nothing():
    assert kept_families({}) == ()
