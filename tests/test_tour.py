import importlib.util
from pathlib import Path

TOUR = Path(__file__).parents[1] / "examples" / "tour.py"


def test_the_tour_runs_to_its_end(tmp_path, capsys):
    spec = importlib.util.spec_from_file_location("tour", TOUR)
    tour = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tour)
    tour.tour(tmp_path, n_events=2_500)
    assert "alerts in the evening, by the imported model" in capsys.readouterr().out


def test_the_tour_is_read_in_one_sitting():
    assert len(TOUR.read_text().splitlines()) < 80
