import json

import polars as pl
import pytest

from phantom_ml.core import PhantomMLCore
from tests.cli.conftest import run_once


@pytest.fixture(scope="module")
def predicted(trained):
    """What predictions of the whole file look like."""
    return run_once("predict", "latest", trained.file, "--home", trained.home).out


@pytest.fixture
def core(trained):
    return PhantomMLCore(home=trained.home)


@pytest.fixture
def at(phantom, trained):
    """Run a command in the home where a model is."""
    return lambda *words: phantom(*words, "--home", trained.home)


@pytest.fixture
def own(trained, tmp_path):
    """A copy of the home, to be changed."""
    home = PhantomMLCore(home=tmp_path / "own")
    source = PhantomMLCore(home=trained.home)
    signer = source.list_models()[0].signed_by
    file = source.export_model(source.list_models()[0].id, tmp_path / "copy.phantom")
    PhantomMLCore(home=home.home, trust=(signer,)).import_model(file)
    return str(home.home)


def test_predictions_in_json_are_a_line_a_row(at, trained):
    run = at("predict", "latest", trained.file, "--json")
    lines = [json.loads(line) for line in run.out.splitlines()]
    assert len(lines) == pl.read_csv(trained.file).height
    assert set(lines[0]) == {"prediction", "probability_0", "probability_1", "alert"}


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".jsonl"])
def test_predictions_are_written(at, trained, folder, ending):
    run = at("predict", "latest", trained.file, "--output", f"scores{ending}")
    assert run.out.startswith(f"2,000 predictions written to scores{ending}\n")
    assert (folder / f"scores{ending}").exists()


def test_written_predictions_are_told_in_json(at, trained, folder):
    run = at("predict", "latest", trained.file, "--output", "scores.csv", "--json")
    assert (run.json["output"], run.json["n_rows"]) == ("scores.csv", 2_000)


def test_unknown_ending_of_the_output_is_an_error(at, trained, folder):
    run = at("predict", "latest", trained.file, "--output", "scores.xls")
    assert run.code == 2
    assert ".parquet, .csv, .jsonl" in run.err


def test_predictions_are_shown_with_a_row_number_that_explains(at, predicted):
    assert predicted.lstrip().startswith("2,000 rows, ")
    command = next(line for line in predicted.splitlines() if "phantom explain" in line)
    words = command.split()[1:]
    assert at(*words[:-2]).code == 0


def test_predictions_fit_into_eighty_columns(predicted):
    shown = predicted.split("\nNext\n")[0]
    assert [line for line in shown.splitlines() if len(line.rstrip()) > 80] == []


def test_id_may_be_abbreviated(at, core, trained):
    model = core.list_models()[0].id
    assert at("predict", model[:-6], trained.file, "--json").code == 0


def test_missing_column_is_an_error(at, folder):
    (folder / "other.csv").write_text("a,b\n1,2\n")
    run = at("predict", "latest", "other.csv")
    assert run.code == 2
    assert "Columns missing: " in run.err


def test_evaluation_tells_intervals_and_alerts(at, trained):
    out = at("evaluate", "latest", trained.file).out
    assert "95 % interval" in out
    assert "Its alerts on these rows" in out


def test_evaluation_in_json(at, trained):
    found = at("evaluate", "latest", trained.file, "--json").json
    assert found["n_rows"] == 2_000
    assert set(found["figures"]["average_precision"]) == {"value", "low", "high"}


def test_explanation_bears_the_number_of_its_row(at, trained):
    assert "\nRow 7: " in at("explain", "latest", trained.file, "--row", "7").out


def test_explanation_is_that_of_the_row(at, core, trained):
    frame = core.read(trained.file).frame()
    found = at("explain", "latest", trained.file, "--row", "7", "--json").json["rows"][0]
    told = core.explain_model(core.list_models()[0].id, frame[6]).rows[0]
    assert (found["row"], found["total"]) == (7, pytest.approx(told.total))


def test_model_is_explained_without_rows(at):
    found = at("explain", "latest", "--json").json
    assert found["importance"]
    assert found["rows"] == []


def test_row_beyond_the_file_is_an_error(at, trained):
    run = at("explain", "latest", trained.file, "--row", "2001")
    assert run.code == 2
    assert "There is no row 2,001: the file has 2,000." in run.err


def test_threshold_moves(phantom, own, trained):
    moved = phantom("threshold", "latest", "--top-k", "3", "--home", own, "--json").json
    assert moved["policy"]["top_k"] == 3
    lines = phantom("predict", "latest", trained.file, "--json", "--home", own).out.splitlines()
    alerts = [json.loads(line)["alert"] for line in lines]
    wanted = [json.loads(line)["probability_1"] >= moved["value"] for line in lines]
    assert alerts == wanted


def test_threshold_is_told_in_words(phantom, own):
    run = phantom("threshold", "latest", "--max-fpr", "0.01", "--home", own)
    assert "FPR at most 1 %" in run.out


def test_threshold_moves_by_what_both_mistakes_cost(phantom, own):
    moved = phantom("threshold", "latest", "--cost", "1,100", "--home", own, "--json").json
    assert moved["policy"]["cost"] == {"false_positive": 1.0, "false_negative": 100.0}


def test_threshold_moves_by_a_precision_in_the_field(phantom, own):
    words = ("--min-precision", "0.9", "--prevalence", "0.001", "--json")
    policy = phantom("threshold", "latest", *words, "--home", own).json["policy"]
    assert (policy["min_precision"], policy["prevalence"]) == (0.9, 0.001)


@pytest.mark.parametrize("given", ["100", "1;100", "1,2,3", "a,b", ""])
def test_costs_that_are_no_pair_are_refused(phantom, own, given):
    run = phantom("threshold", "latest", "--cost", given, "--home", own)
    assert run.code == 2
    assert "is no pair of costs" in run.err


@pytest.mark.parametrize("given", ["1,0", "1,inf", "1e308,1e308"])
def test_costs_with_which_nothing_can_be_reckoned_are_refused(phantom, own, given):
    run = phantom("threshold", "latest", "--cost", given, "--home", own)
    assert run.code == 2
    assert run.err.startswith("error: --cost.false_")


def test_a_prevalence_alone_is_no_rule(phantom, own):
    run = phantom("threshold", "latest", "--prevalence", "0.1", "--home", own)
    assert run.code == 2
    assert "No rule of alert was given." in run.err


def test_exported_model_is_imported_where_its_key_is_named(phantom, at, core, folder):
    assert at("export", "latest", "model.phantom").code == 0
    refused = phantom("import", "model.phantom", "--home", folder / "other")
    assert refused.code == 2
    signer = core.list_models()[0].signed_by
    assert f"add --trust {signer}." in refused.err
    taken = phantom("import", "model.phantom", "--trust", signer, "--home", folder / "other")
    assert (taken.code, taken.out) == (0, f"kept as {core.list_models()[0].id}\n")


def test_a_model_that_is_not_signed_is_not_said_to_need_trust(phantom, at, folder):
    assert at("export", "latest", "model").code == 0
    (folder / "model" / "manifest.sig").unlink()
    refused = phantom("import", "model", "--home", folder / "other")
    assert refused.code == 2
    assert "--trust" not in refused.err


def test_export_does_not_write_over_a_file(at, folder):
    (folder / "model.phantom").write_text("mine")
    run = at("export", "latest", "model.phantom")
    assert run.code == 2
    assert (folder / "model.phantom").read_text() == "mine"
