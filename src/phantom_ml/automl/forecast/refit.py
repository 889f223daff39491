"""The same blend on another history: its members fitted again, their weights kept."""

from __future__ import annotations

from phantom_ml.automl.forecast.draft import draft_of
from phantom_ml.automl.forecast.problem import ForecastProblem
from phantom_ml.automl.forecast.trials import FIT, Tested, payload_of
from phantom_ml.automl.trials.draft import Draft
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.model.forecast import SERIES
from phantom_ml.model.forecast_spec import ForecastSpec
from phantom_ml.model.trial import Trial
from phantom_ml.process.child import run_child
from phantom_ml.process.deadline import Deadline


def refit_forecast(
    problem: ForecastProblem, spec: ForecastSpec, trial: Trial, workspace: Workspace
) -> Draft:
    """Return the draft of a blend whose members were fitted on other series.

    Parameters
    ----------
    problem : ForecastProblem
        The other series.
    spec : ForecastSpec
        Of the blend that is to be fitted again.
    trial : Trial
        Of that blend.
    workspace : Workspace
        An empty folder.
    """
    place = workspace.folder / SERIES
    place.mkdir()
    problem.series.save(place)
    members = []
    for number, member in enumerate(spec.members):
        folder = workspace.trial_folder(number)
        payload = payload_of(problem, workspace, member.forecaster, folder, Deadline.never())
        # Without a window nothing is tested: the weights were found before.
        run_child(FIT, payload | {"n_windows": 0}, folder)
        tested = Tested(Trial(number=number, algorithm=member.forecaster), folder)
        members.append((tested, member.weight))
    return draft_of(problem, workspace, members, trial, stretch=spec.stretch)
