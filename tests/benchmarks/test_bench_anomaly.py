"""What the tables of detectors say of lines."""

from benchmarks.anomaly import markdown


def line(data, seed, seconds):
    return {
        "data": data,
        "seed": seed,
        "detector": "KNN",
        "auc": 0.5,
        "ap": 0.25,
        "seconds": seconds,
    }


LINES = [line("a", 0, 1.0), line("a", 1, 2.0), line("b", 0, 3.0)]


def test_seconds_of_a_set_are_the_mean_of_its_seeds():
    assert "| a | 1.50 |" in markdown(LINES)


def test_seconds_of_a_detector_are_added_up_over_the_sets():
    assert markdown(LINES)[-1] == "| **sum** | **4.5** |"
