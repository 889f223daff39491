"""``phantom export`` and ``import``: models out of a home and into another."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from phantom_ml.cli.options import Common, Model


def export_model(
    model: Model,
    path: Annotated[
        str,
        typer.Argument(metavar="PATH", help="A folder to make, or a file that ends in .phantom."),
    ],
    common: Common,
) -> None:
    """Write a model for another machine.

    It is a signed folder, or a single file where PATH ends in .phantom.
    """
    core = common.core()
    written = core.export_model(model, Path(path))
    _tell("path", str(written), f"written to {written}", common)


def import_model(
    path: Annotated[
        str, typer.Argument(metavar="PATH", help="What 'phantom export' wrote: folder or file.")
    ],
    common: Common,
    trust: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY", help="Fingerprint of a key whose models are taken in, too (repeat)."
        ),
    ] = None,
) -> None:
    """Take in an exported model.

    Its signature, its parts and its golden rows are checked before it is used.
    """
    known = common.core(tuple(trust or ())).import_model(Path(path))
    _tell("model_id", known, f"kept as {known}", common)


def _tell(name: str, value: str, text: str, common: Common) -> None:
    from phantom_ml.cli.screen import screen, write_json

    if common.json:
        write_json({name: value})
    else:
        screen().print(text, soft_wrap=True)
