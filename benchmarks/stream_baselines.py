"""What a stream's scorer is measured against: each is fitted on the opening part, and scores a point by its past.

Each is a function of the opening part and of the rest, arrays of shape (n, k), and returns a score a point of
both. Sources: the windowed Gaussian and relative entropy (Wang et al., "Statistical Techniques for Online
Anomaly Detection in Data Centers", IM 2011) with the windows that the Numenta benchmark gives them; T2 and Q
of the principal components, and the convolutional autoencoder, with the sizes that the leaderboard of the
Skoltech benchmark gives them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from scipy.special import log_ndtr

Scores = tuple[np.ndarray, np.ndarray]
#: Past points that a point of one column is seen with, where a method knows rows only.
LAGS = 10
#: Points in a window of the autoencoder.
WINDOW = 60


def isolation_forest(opening: np.ndarray, rest: np.ndarray) -> Scores:
    """Return how few cuts set a row apart."""
    from sklearn.ensemble import IsolationForest

    first, later = _rows(opening, rest)
    forest = IsolationForest(random_state=0).fit(first)
    return -forest.score_samples(first), -forest.score_samples(later)


def clock(opening: np.ndarray, rest: np.ndarray) -> Scores:
    """Return the same score everywhere: with rests an alert at fixed steps, which any detector must beat."""
    return np.ones(len(opening)), np.ones(len(rest))


def windowed_gaussian(opening: np.ndarray, rest: np.ndarray, window: int = 1000) -> Scores:
    """Return minus the logarithm of a normal tail with the moments of the last points, the most of columns."""
    values = np.concatenate([opening, rest])
    total = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    middle = values.mean(axis=0)
    square = np.cumsum((values - middle) ** 2, axis=0)
    square = np.concatenate([np.zeros((1, values.shape[1])), square])
    end = np.arange(len(values))
    start = np.maximum(end - window, 0)
    count = np.maximum(end - start, 1)[:, None]
    mean = (total[end] - total[start]) / count
    spread = (square[end] - square[start]) / count - (mean - middle) ** 2
    z = np.abs(values - mean) / np.maximum(np.sqrt(np.maximum(spread, 0)), 1e-6)
    z[0] = 0.0
    return _cut(-log_ndtr(-z).max(axis=1), opening)


def relative_entropy(opening: np.ndarray, rest: np.ndarray) -> Scores:
    """Return whether the histogram of the last 52 points is one that was not met before; a mean over columns.

    The bins span the range of the whole series, as the benchmark tells it to every detector.
    """
    values = np.concatenate([opening, rest])
    columns = [_unmet(values[:, c]) for c in range(values.shape[1])]
    return _cut(np.mean(columns, axis=0), opening)


def _unmet(values: np.ndarray, window: int = 52, n_bins: int = 5, line: float = 13.2767) -> Any:
    """Return 1 where no known histogram agrees; ``line`` is the 0.99 quantile of chi-squared with 4 degrees."""
    low, span = values.min(), np.ptp(values)
    found = np.zeros(len(values))
    if span == 0 or len(values) < window:
        return found
    bins = np.minimum(np.ceil((values - low) / span * n_bins), n_bins - 1).astype(np.int64)
    counts = np.cumsum(np.eye(n_bins)[bins], axis=0)
    shares = counts[window - 1 :].copy()
    shares[1:] -= counts[:-window]
    shares /= window
    known, times = shares[:1], np.ones(1)
    for i, share in enumerate(shares[1:], start=window):
        with np.errstate(divide="ignore", invalid="ignore"):
            parts = np.where(share > 0, share * np.log(share / known), 0.0)
        distance = 2.0 * window * parts.sum(axis=1)
        nearest = int(distance.argmin())
        if distance[nearest] < line:
            times[nearest] += 1
        else:
            found[i] = 1.0
            known, times = np.concatenate([known, share[None]]), np.append(times, 1.0)
    return found


def pca(opening: np.ndarray, rest: np.ndarray, scaled: bool = True) -> Scores:
    """Return T2 or Q of the principal components, each over its 0.99 quantile, the higher; a median of five."""
    first, later = _rows(opening, rest)
    spread = first.std(axis=0) if scaled else np.ones(first.shape[1])
    both = (np.concatenate([first, later]) - first.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    size, axes = np.linalg.eigh(np.atleast_2d(np.cov(both[: len(first)].T)))
    size, axes = size[::-1], axes[:, ::-1]
    n_axes = int(np.searchsorted(np.cumsum(size), 0.85 * size.sum())) + 1
    on = both @ axes[:, :n_axes]
    t2 = (on**2 / np.maximum(size[:n_axes], 1e-12)).sum(axis=1)
    q = np.maximum((both**2).sum(axis=1) - (on**2).sum(axis=1), 0.0)
    over = [s / max(float(np.quantile(s[: len(first)], 0.99)), 1e-12) for s in (t2, q)]
    highest = np.concatenate([np.zeros(4), np.maximum(*over)])
    return _cut(np.median(sliding_window_view(highest, 5), axis=1), opening)


def pca_unscaled(opening: np.ndarray, rest: np.ndarray) -> Scores:
    """Return the same of columns as they are, in their own units."""
    return pca(opening, rest, scaled=False)


def autoencoder(opening: np.ndarray, rest: np.ndarray) -> Scores:
    """Return what a convolutional autoencoder fails to rebuild of the last points, a mean of absolute errors."""
    import torch

    torch.manual_seed(0)
    torch.set_num_threads(1)
    spread = opening.std(axis=0)
    both = np.concatenate([opening, rest]) - opening.mean(axis=0)
    both = both / np.where(spread > 0, spread, 1.0)
    padded = np.concatenate([np.repeat(both[:1], WINDOW - 1, axis=0), both])
    windows = torch.from_numpy(
        np.ascontiguousarray(sliding_window_view(padded, WINDOW, axis=0), np.float32)
    )
    net = _convolutional(torch.nn, both.shape[1])
    train = windows[min(WINDOW, len(opening) // 2) : len(opening)]
    _train(torch, net, train[: int(0.9 * len(train))], train[int(0.9 * len(train)) :])
    net.eval()
    with torch.no_grad():
        errors = [(net(w) - w).abs().mean(dim=(1, 2)).numpy() for w in windows.split(4096)]
    return _cut(np.concatenate(errors).astype(np.float64), opening)


def _convolutional(nn: Any, n_columns: int) -> Any:
    across = {"kernel_size": 7, "stride": 2, "padding": 3}
    back = {**across, "output_padding": 1}
    return nn.Sequential(
        nn.Conv1d(n_columns, 32, **across), nn.ReLU(), nn.Dropout(0.2),
        nn.Conv1d(32, 16, **across), nn.ReLU(),
        nn.ConvTranspose1d(16, 16, **back), nn.ReLU(), nn.Dropout(0.2),
        nn.ConvTranspose1d(16, 32, **back), nn.ReLU(),
        nn.Conv1d(32, n_columns, 7, padding=3),
    )  # fmt: skip


def _train(torch: Any, net: Any, train: Any, held_out: Any) -> None:
    """Train for 100 rounds at most, and stop where five gained nothing on what is held out."""
    steps, best, waited = torch.optim.Adam(net.parameters(), lr=0.001), np.inf, 0
    for _ in range(100):
        net.train()
        for rows in train[torch.randperm(len(train))].split(32):
            steps.zero_grad()
            (net(rows) - rows).square().mean().backward()
            steps.step()
        net.eval()
        with torch.no_grad():
            error = float((net(held_out) - held_out).square().mean())
        best, waited = (error, 0) if error < best else (best, waited + 1)
        if waited >= 5:
            break


def _rows(opening: np.ndarray, rest: np.ndarray) -> Scores:
    """Return the rows as they are, or a point of one column beside the ones before it."""
    if opening.shape[1] > 1:
        return opening, rest
    both = np.concatenate([np.repeat(opening[:1], LAGS - 1, axis=0), opening, rest])
    return _cut(sliding_window_view(both[:, 0], LAGS), opening)


def _cut(found: Any, opening: np.ndarray) -> Scores:
    return np.asarray(found[: len(opening)]), np.asarray(found[len(opening) :])


BASELINES: dict[str, Callable[[np.ndarray, np.ndarray], Scores]] = {
    "alert by the clock": clock,
    "isolation forest": isolation_forest,
    "windowed Gaussian": windowed_gaussian,
    "relative entropy": relative_entropy,
    "PCA T2 and Q": pca,
    "PCA unscaled": pca_unscaled,
    "convolutional autoencoder": autoencoder,
}
