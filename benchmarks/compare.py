"""Phantom and its peers: the same rows, the same budget, a process a run, scored by one code."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from benchmarks.datasets import folders
from benchmarks.names import chosen_names, seeds
from benchmarks.peers import PEERS, VENVS, install, python_of
from benchmarks.results import read
from benchmarks.runs import Run, execute

SYSTEMS = ("phantom", *PEERS)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument(
        "--data", type=Path, required=True, help="a data folder, or a folder of them"
    )
    parser.add_argument("--sets", help="names under --data, with commas between; default: all")
    parser.add_argument("--systems", default=",".join(SYSTEMS), help="default: %(default)s")
    parser.add_argument("--seconds", type=float, default=60.0, help="budget; default: %(default)s")
    parser.add_argument(
        "--seeds", type=seeds, default="1,2,3", help="of Phantom; peers run with the first one"
    )
    parser.add_argument("--out", type=Path, default=Path("results.jsonl"))
    parser.add_argument("--venvs", type=Path, default=VENVS, help="default: %(default)s")
    parser.add_argument("--install-peers", action="store_true", help="make what is missing first")


def run(chosen: argparse.Namespace) -> int:
    """Append a line a run; runs that the file holds already are not repeated."""
    systems = chosen_names(chosen.systems, "system", SYSTEMS)
    for system in systems if chosen.install_peers else ():
        install(system, chosen.venvs)
    done = {record.key for record in read([chosen.out])} if chosen.out.exists() else set()
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    for one in _planned(chosen, systems):
        if one.key in done:
            continue
        kept = chosen.out.parent / f"{chosen.out.stem}-predictions" / (_name(one) + ".npz")
        record = execute(one, kept)
        with chosen.out.open("a") as file:
            file.write(json.dumps(record) + "\n")
        print(_told(record), flush=True)
    return 0


def _planned(chosen: argparse.Namespace, systems: list[str]) -> Iterator[Run]:
    for folder in folders(chosen.data, chosen.sets):
        for system in systems:
            python = python_of(system, chosen.venvs)
            if python is None:
                print(f"{system} is not installed: run with --install-peers")
                continue
            for seed in chosen.seeds if system == "phantom" else chosen.seeds[:1]:
                yield Run(system, python, folder, chosen.seconds, seed)


def _name(one: Run) -> str:
    system, data, seconds, seed = one.key
    return f"{data}-{system}-{seconds:g}-{seed}"


def _told(record: dict) -> str:
    shown = {
        key: round(value, 4) if isinstance(value, float) else value
        for key, value in record["figures"].items()
    }
    return f"{record['data']} {record['system']} seed {record['seed']}: {shown}"
