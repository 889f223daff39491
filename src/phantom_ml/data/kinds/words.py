"""Text without a grammar of its own: entities, categories, log messages, and any other text."""

from __future__ import annotations

from phantom_ml.data.columns.column import Column, name_words, thinned
from phantom_ml.data.kinds.base import FLOOR, Claim, Pattern, Recogniser, evidence, hints_at, kinds
from phantom_ml.data.schema import ColumnKind
from phantom_ml.wording import counted

ENTITY_HINTS = name_words(
    """user username login account acct host hostname computer device machine workstation
    client server session logon principal subject actor owner customer employee member
    asset endpoint caller identity arn sid pid node mailbox sender recipient"""
)
#: Weaker words: an id may be a code, unless it has a value for every tenth row.
ID_HINTS, ID_SHARE = name_words("id uid guid uuid key"), 0.1
MESSAGE_HINTS = name_words("""message msg log content event text description line raw details""")
#: So many values are levels of a category, and so many may be.
FEW, LEVELS = 64, 1000
#: Above this share of distinct values, levels do not repeat enough to be learned one by one.
REPEATED = 0.5
#: Words a cell from which text is prose or a log line, and characters from which it is no name.
PROSE_WORDS, LONG = 3.0, 60.0
#: Words from which a line is a machine's if so many lines share a template, two templates at least.
MACHINE_WORDS, LINES_A_TEMPLATE = 2.0, 100
#: Words a line from which one that bears a time of day is a log's: more than a bare time has.
STAMPED_WORDS = 5.0
#: A time of day; a line of words that has one was written by a machine.
CLOCK = r"(?:^|\D)[0-2]\d[:.][0-5]\d[:.][0-5]\d(?:\D|$)"
#: Cells of text that are taken to pieces.
PIECES = 1000

_SHAPE = Pattern(
    ColumnKind.ENTITY,
    "account, resource or object names (SID, ARN, UPN, GUID)",
    r"^(?:S-1-\d+(?:-\d+)+|arn:[\w-]*:.+|[\w.$-]+@[\w.-]+|[\w.-]+\\[\w.$ -]+"
    r"|\{?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?)$",
    ENTITY_HINTS,
)


def _entity(column: Column) -> Claim | None:
    if column.is_text and column.n_distinct > 1 and column.distinct_share < 0.99:
        claim = _SHAPE.claim(column)
        if claim is not None:
            return claim
    names_one = column.is_text or column.whole is not None
    if not names_one or column.n_distinct <= FEW or column.distinct_share > 0.95:
        return None
    if not _named_entity(column) or (column.is_text and _is_prose(column)):
        return None
    return Claim(ColumnKind.ENTITY, 1.0, f"{_repeated(column)}, and the name says who or what.")


def _named_entity(column: Column) -> bool:
    last = frozenset(column.words[-1:])
    many = column.distinct_share >= ID_SHARE or column.n_distinct > LEVELS
    if many and not ID_HINTS.isdisjoint(last):
        return True
    # Among numbers, host_count is a count and only count_host could be a host.
    return hints_at(column, ENTITY_HINTS) if column.is_text else not ENTITY_HINTS.isdisjoint(last)


def _category(column: Column) -> Claim | None:
    if not column.is_text or column.n_distinct == 0:
        return None
    if column.distinct_share > REPEATED and column.n_present > 2:
        return None
    if column.mostly is not None and column.n_distinct > 2:
        return None
    few = column.n_distinct <= FEW
    if not few and (column.n_distinct > LEVELS or _is_prose(column)):
        return None
    return Claim(ColumnKind.CATEGORY, 1.0, f"{_repeated(column)}.")


def _log_message(column: Column) -> Claim | None:
    """Lines of many words that, numbers aside, come from fewer templates; of two words, from very few."""
    if not column.is_text or column.n_distinct < 2 or _words_a_cell(column) < MACHINE_WORDS:
        return None
    stamped = column.rate(lambda lines: lines.str.contains(CLOCK), FLOOR)
    if stamped and _words_a_cell(column) >= STAMPED_WORDS:
        return Claim(
            ColumnKind.LOG_MESSAGE, stamped, evidence(stamped, "lines with a time of day", False)
        )
    lines = thinned(column.sample, PIECES)
    templates = lines.str.replace_all(r"\S*\d\S*", "#").n_unique()
    most = 0.9 if hints_at(column, MESSAGE_HINTS) else 0.5
    if _words_a_cell(column) < PROSE_WORDS:
        most = 1 / LINES_A_TEMPLATE if templates > 1 else 0.0
    if templates > most * len(lines):
        return None
    per_line = counted(round(_words_a_cell(column)), "word")
    why = f"{per_line} a line, {counted(templates, 'template')} in {counted(len(lines), 'line')}."
    return Claim(ColumnKind.LOG_MESSAGE, 1.0, why)


def _text(column: Column) -> Claim | None:
    if not column.is_text or (column.n_distinct <= FEW and column.distinct_share <= REPEATED):
        return None
    return Claim(ColumnKind.TEXT, 1.0, f"{_many(column)} of no special form.")


def _is_prose(column: Column) -> bool:
    length = float(column.probe.str.len_chars().mean() or 0.0)  # type: ignore[arg-type]
    return _words_a_cell(column) >= PROSE_WORDS or length > LONG


def _words_a_cell(column: Column) -> float:
    return float(column.probe.str.count_matches(r"\S+").mean() or 0.0)  # type: ignore[arg-type]


def _repeated(column: Column) -> str:
    repeats = 1 < column.n_distinct < column.n_present
    return f"{_many(column)} that repeat" if repeats else _many(column)


def _many(column: Column) -> str:
    return f"{counted(column.n_distinct, 'value')} in {counted(column.n_present, 'cell')}"


kinds.add("entity")(Recogniser(ColumnKind.ENTITY, 150, _entity))
kinds.add("category")(Recogniser(ColumnKind.CATEGORY, 165, _category))
kinds.add("log_message")(Recogniser(ColumnKind.LOG_MESSAGE, 170, _log_message))
kinds.add("text")(Recogniser(ColumnKind.TEXT, 300, _text))
