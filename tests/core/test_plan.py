"""The calls that users were promised, in the words in which they were promised."""

import json

import pytest

from phantom_ml import PhantomMLCore
from phantom_ml.config import AutoMLConfig
from phantom_ml.core import AutoMLResult
from phantom_ml.errors import BadSetting, ExperimentNotFound, TargetMissing
from phantom_ml.simulation.logs import simulate_security_logs
from tests.core.tables import events, numbers


@pytest.fixture(scope="module")
def one_line(core: PhantomMLCore, tmp_path_factory: pytest.TempPathFactory) -> AutoMLResult:
    path = tmp_path_factory.mktemp("logs") / "security_logs.csv"
    simulate_security_logs(n_events=2_000).write_csv(path)
    return core.auto_train_model(
        json.dumps(
            {
                "data_path": str(path),
                "target_column": "is_threat",
                "task_type": "classification",
                "time_budget_minutes": 0.06,
            }
        )
    )


def test_one_line_trains_from_a_file_and_says_what_is_best(one_line):
    names = {row.algorithm for row in one_line.leaderboard}
    assert one_line.best_algorithm in names


def test_the_score_is_one_of_held_out_rows(one_line):
    assert 0.0 < one_line.best_score <= 1.0


def test_the_time_that_training_took_is_told(one_line):
    assert 0.0 < one_line.training_time_seconds < 60.0


def test_importance_names_the_columns_of_the_file(one_line):
    known = set(simulate_security_logs(n_events=2_000).columns)
    assert set(one_line.feature_importance) - {"all text"} <= known


def test_the_leaderboard_of_an_experiment_is_the_one_of_its_result(core, one_line):
    assert core.get_model_leaderboard(one_line.experiment_id) == one_line.leaderboard


def test_features_are_generated_as_the_plan_spells_it(core):
    wanted = {
        "include_text_features": True,
        "include_temporal_features": True,
        "include_security_features": True,
    }
    names = {f.name for f in core.auto_feature_engineering(events(), wanted).features}
    assert {"query.length", "when.hour", "src.is_network_edge"} <= names


def test_an_instance_as_json_text_is_explained(core, binary, table):
    instance = table.drop("when").row(0, named=True) | {"when": "2026-03-02T00:00:00"}
    explanation = core.explain_model(binary.model_id, json.dumps(instance))
    assert len(explanation.rows) == 1


def test_a_model_is_explained_as_a_whole_without_an_instance(core, binary):
    assert core.explain_model(binary.model_id).importance


def test_a_configuration_may_be_an_object(core):
    config = AutoMLConfig(target_column="y", max_trials=1, algorithms_to_try=("LightGBM",))
    assert core.auto_create_model(numbers(n=80), config).model_id


def test_the_result_survives_the_way_to_json(binary):
    text = json.dumps(binary.to_dict(), allow_nan=False)
    assert AutoMLResult.model_validate_json(text) == binary


def test_the_result_shows_its_leaderboard(binary):
    assert binary.leaderboard.text() in str(binary)


def test_the_result_in_a_notebook_escapes_what_the_data_says(binary):
    hostile = binary.model_copy(update={"warnings": ("<script>alert(1)</script>",)})
    assert "<script>" not in hostile._repr_html_()


def test_without_data_the_configuration_says_what_to_give(core):
    with pytest.raises(BadSetting, match="no data_path"):
        core.auto_train_model({"target_column": "y"})


def test_a_misspelt_target_is_answered_by_the_nearest_column(core):
    with pytest.raises(TargetMissing, match="Did you mean 'label'"):
        core.auto_create_model(events(60), {"target_column": "lable", "max_trials": 1})


def test_an_unknown_experiment_is_named(core):
    with pytest.raises(ExperimentNotFound, match="exp-nowhere"):
        core.get_model_leaderboard("exp-nowhere")


def test_experiments_and_models_are_listed(core, binary):
    assert binary.experiment_id in {record.id for record in core.list_experiments()}
    assert binary.model_id in {record.id for record in core.list_models()}


def test_progress_is_told_until_the_end(core):
    heard = []
    config = {"target_column": "y", "max_trials": 2, "algorithms_to_try": "LightGBM"}
    core.auto_create_model(numbers(n=90), config, progress=heard.append)
    assert [p.trials_done for p in heard] == sorted(p.trials_done for p in heard)
    assert [p.elapsed_seconds for p in heard] == sorted(p.elapsed_seconds for p in heard)
    assert heard[-1].stage == "done"


def test_the_home_is_told_by_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("PHANTOM_HOME", str(tmp_path / "elsewhere"))
    assert PhantomMLCore().home == tmp_path / "elsewhere"


def test_a_first_model_of_other_rows_is_not_said_to_rank_beside_the_ensemble(binary):
    rows = [row.model_copy(update={"rank": i + 1}) for i, row in enumerate(binary.leaderboard)]
    board = binary.leaderboard.model_copy(update={"rows": tuple(rows)})
    told = (
        f"The first model, {rows[0].algorithm} on a sample of the rows, was made to have one soon."
    )
    changed = {"leaderboard": board, "members": ("a", "b"), "model_id": "another"}
    plain = binary.model_copy(update=changed | {"warnings": ()})
    assert "ranks first" in plain.notes()[0]
    assert plain.model_copy(update={"warnings": (told,)}).notes() == (told,)


def test_a_single_model_that_is_served_though_another_ranks_first_is_told(binary):
    rows = [row.model_copy(update={"rank": i + 1}) for i, row in enumerate(binary.leaderboard)]
    board = binary.leaderboard.model_copy(update={"rows": tuple(rows)})
    changed = {"leaderboard": board, "members": (), "model_id": "another", "warnings": ()}
    assert "ranks first" in binary.model_copy(update=changed).notes()[0]
