"""Errors name settings; in the terminal they name the options that give them."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, get_type_hints

#: A setting as an error tells it: by what it belongs to.
PATH = re.compile(r"\b(?:config|reading|features)(?:\.\w+)+")


@dataclass(frozen=True)
class Flags:
    """What the options of one run of a command are called.

    Attributes
    ----------
    by_path : dict of str to str
        A setting's path to its option: ``config.n_threads`` to ``--threads``.
    given : frozenset of str
        The paths whose options were given.
    """

    by_path: Mapping[str, str]
    given: frozenset[str]

    @classmethod
    def of(cls, command: Callable[..., None], values: Mapping[str, Any]) -> Flags:
        """Return the options of a command that give settings.

        Parameters
        ----------
        command : callable
            Of its parameters, dataclasses with an ``owner`` hold settings of that path; their
            ``renamed`` maps options to settings of another name, ``also`` to a second owner.
        values : mapping
            What was given, by option.
        """
        by_path, given = {}, set()
        for kind in get_type_hints(command).values():
            if not (is_dataclass(kind) and hasattr(kind, "owner")):
                continue
            for field in fields(kind):
                setting = getattr(kind, "renamed", {}).get(field.name, field.name)
                # What belongs to a part of the configuration may be told by the part alone.
                second = getattr(kind, "also", {}).get(field.name, kind.owner)
                owners = (kind.owner, second)
                for owner in dict.fromkeys((*owners, *(o.removeprefix("config.") for o in owners))):
                    path = f"{owner}.{setting}"
                    by_path[path] = f"--{field.name.replace('_', '-')}"
                    if values.get(field.name) not in (None, []):
                        given.add(path)
        return cls(by_path, frozenset(given))

    def told(self, message: str, hint: str) -> tuple[str, str]:
        """Return the words of an error with options for settings.

        A path that no option gave was read from a file, and so is what the error says beside it:
        then nothing is changed. A bare name counts where it cannot be a word: with an underscore,
        or before an equals sign, and outside of quotes.

        Examples
        --------
        >>> flags = Flags({"config.n_threads": "--threads"}, frozenset({"config.n_threads"}))
        >>> flags.told("config.n_threads is 0.", "Give n_threads, or name the column 'n_threads'.")
        ('--threads is 0.', "Give --threads, or name the column 'n_threads'.")
        """
        if not all(self._gave(path) for path in PATH.findall(message)):
            return message, hint
        # What a hint names is still to be given, by its option.
        return self._replaced(message, self.given), self._replaced(hint, self.by_path)

    def _gave(self, path: str) -> bool:
        return any(f"{path}.".startswith(f"{given}.") for given in self.given)

    def _replaced(self, text: str, known: Container[str]) -> str:
        for path, flag in self.by_path.items():
            text = text.replace(path, flag) if path in known else text
            name = path.rpartition(".")[2]
            after = r"(?![\w'\"])" if "_" in name else "(?==)"
            text = re.sub(rf"(?<![\w'\".-]){name}{after}", flag, text)
        return text
