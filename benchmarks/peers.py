"""The peers: a virtual environment each, made on request with the versions that are compared."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

VENVS = Path.home() / ".cache" / "phantom-bench"
PEERS = {
    "h2o": ("h2o==3.46.0.12", "pandas", "pyarrow", "polars"),
    "flaml": ("flaml[automl]==2.7.0", "pandas", "pyarrow", "catboost", "xgboost", "lightgbm"),
    "autogluon": (
        "autogluon.tabular[lightgbm,catboost,xgboost,fastai]==1.6.3",
        "torch==2.13.0",
        "pyarrow",
    ),
}


def python_of(system: str, venvs: Path) -> Path | None:
    """Return the interpreter that has a system; None where it is not installed."""
    if system == "phantom":
        return Path(sys.executable)
    python = venvs / system / "bin" / "python"
    return python if python.exists() else None


def install(system: str, venvs: Path) -> None:
    """Make the environment of a peer; what is there already is kept."""
    if system == "phantom":
        return
    if system == "h2o" and shutil.which("java") is None:
        raise SystemExit("H2O needs Java 17: install openjdk-17-jre-headless and run this again.")
    folder = venvs / system
    if not (folder / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    subprocess.run([*pip, "--upgrade", "pip"], check=True)
    subprocess.run([*pip, *PEERS[system]], check=True)
