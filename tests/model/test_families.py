from phantom_ml.model.families import Family, family_lines, family_rows, kept_families

LOSSES = ((0.303, 0.3), (0.206, 0.2), (0.1, 0.1)) * 2
RACED = Family(
    name="windows",
    kept=False,
    n_made=40,
    figure="log loss",
    gains=(-0.01, -0.03, 0.0) * 2,
    losses=LOSSES,
)
UNRACED = Family(name="text", kept=True, n_made=9, n_features=9, why_not_raced="no time")


def test_a_sentence_tells_by_which_figures_a_family_was_dropped():
    assert RACED.text == (
        "windows dropped: log loss of held-out rows 0.203 with its 40 features, 0.2 without; lower with them in "
        "0 of 6 judgements."
    )


def test_a_family_that_is_kept_although_it_harms_on_average_says_why():
    kept = RACED.model_copy(
        update={
            "kept": True,
            "n_features": 40,
            "gains": (-9.0, 0.2),
            "losses": ((1, 0.1), (1, 1.2)),
        }
    )
    assert kept.text == (
        "windows kept: log loss of held-out rows 1 with its 40 features, 0.65 without; lower with them in 1 of 2 "
        "judgements (only 0 of 6 drops a family)."
    )


def test_a_family_that_helps_on_average_needs_no_reason_to_stay():
    kept = RACED.model_copy(
        update={"kept": True, "n_features": 40, "gains": (-0.1, 0.5), "losses": ((1.1, 1), (1, 2))}
    )
    assert kept.text.endswith("1.5 without; lower with them in 1 of 2 judgements.")


def test_a_card_without_figures_tells_the_judgements_alone():
    told = RACED.model_copy(update={"losses": ()}).text
    assert told == "windows dropped: with its 40 features log loss is lower in 0 of 6 judgements."


def test_a_row_tells_the_figure_with_and_without():
    assert family_rows([RACED])[0][2:5] == ("0.203", "0.2", "0 of 6")


def test_a_row_of_a_family_that_was_not_raced_has_no_figures():
    assert family_rows([UNRACED])[0][2:5] == ("-", "-", "-")


def test_families_of_the_same_fate_share_a_sentence():
    alike = [UNRACED, UNRACED.model_copy(update={"name": "security"})]
    assert family_lines(alike) == ["text, security kept, not raced: no time."]


def test_a_row_tells_how_many_features_are_in_use():
    assert family_rows([UNRACED])[0][:2] == ("text", "9 of 9")


def test_what_a_card_tells_comes_back():
    assert kept_families({"families": [RACED.model_dump(mode="json")]}) == (RACED,)


def test_a_card_of_before_tells_nothing():
    assert kept_families({}) == ()
