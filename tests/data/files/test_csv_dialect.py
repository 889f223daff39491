import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.data.files.csv_dialect import LINES, sniff
from phantom_ml.data.files.source import ReadOptions

ANY = ReadOptions()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", " "])
def test_a_delimiter_is_found(delimiter: str) -> None:
    lines = [["time", "bytes", "user"], ["1", "20", "ann"], ["2", "35", "bob"]]
    text = "\n".join(delimiter.join(line) for line in lines)
    assert sniff(text, ANY).delimiter == delimiter


def test_a_semicolon_wins_over_decimal_commas() -> None:
    dialect = sniff("1,5;2,5\n3,5;4,5\n", ANY)
    assert (dialect.delimiter, dialect.decimal) == (";", ",")


def test_commas_within_quotes_are_no_delimiters() -> None:
    assert sniff('a\tb\n"x, y, z"\t1\n"p, q"\t2\n', ANY).delimiter == "\t"


def test_semicolons_within_values_are_no_delimiters() -> None:
    text = "agent,n\nMozilla (X11; Linux; rv),1\ncurl,2\nMozilla (X11; Linux),3\n"
    assert sniff(text, ANY).delimiter == ","


def test_decimal_points_are_kept_under_a_semicolon() -> None:
    assert sniff("a;b\n1.5;2\n2.5;3\n", ANY).decimal == "."


def test_single_quotes_are_found() -> None:
    assert sniff("a,b\n'x, y',1\n'z',2\n", ANY).quote == "'"


def test_an_apostrophe_is_no_quote() -> None:
    assert sniff("a,b\nO'Neil,1\nD'Arcy,2\n", ANY).quote == '"'


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("duration,proto\n0,tcp\n5,udp\n", True),
        ("0,tcp,SF\n5,udp,SF\n7,tcp,S0\n", False),
        ("user,host\nann,a1\nbob,b1\n", True),
        ("tcp,SF\nudp,S0\ntcp,S0\nudp,SF\n", False),
        ("2020-01-01,x\n2020-01-02,y\n", False),
        ("1,2\n", False),
        ("a,b\n", True),
        (",a\n0,1\n1,2\n", True),
        ("name,2019,2020\nx,1,2\ny,3,4\n", False),
    ],
)
def test_a_header_is_a_word_over_numbers(text: str, header: bool) -> None:
    assert bool(sniff(text, ANY).names) is header


def test_a_header_that_is_asked_for_is_one() -> None:
    assert sniff("2019,2020\n1,2\n", ReadOptions(has_header=True)).names == ("2019", "2020")


def test_a_delimiter_that_is_asked_for_is_taken() -> None:
    assert sniff("a,b;c\n1,2;3\n", ReadOptions(delimiter=";")).n_columns == 2


def test_comments_above_the_header_are_skipped() -> None:
    dialect = sniff("# made by a tool\n# on a day\na,b\n1,2\n", ANY)
    assert (dialect.names, dialect.skip_lines) == (("a", "b"), 3)


def test_a_header_with_a_hash_is_no_comment() -> None:
    assert sniff("#a,b\n1,2\n3,4\n", ANY).names == ("#a", "b")


def test_a_zeek_log_names_its_fields() -> None:
    text = "#separator \\x09\n#fields\tts\tuid\n#types\ttime\tstring\n1.5\tC1\n"
    dialect = sniff(text, ANY)
    assert (dialect.names, dialect.skip_lines, dialect.comments) == (("ts", "uid"), 3, True)


def test_a_header_of_two_lines_is_skipped_whole() -> None:
    assert sniff('a,"b\nc"\n1,2\n', ANY).skip_lines == 2


def test_free_text_is_lines() -> None:
    text = "Jun 14 combo sshd: failure, uid=0\nJun 15 combo su: opened\nJun 15 combo: a, b, c\n"
    dialect = sniff(text, ANY)
    assert (dialect.n_columns, dialect.names) == (1, ())


def test_spaces_after_commas_are_padding() -> None:
    assert sniff("a, b, c\n1, 2, x\n3, 4, y\n", ANY).padded


def test_a_record_that_the_sample_cuts_is_not_looked_at() -> None:
    assert sniff("a;b\n1;2\n3;4;5;6,7,8,9", ANY, whole=False).n_columns == 2


CELLS = st.text(alphabet="abcdefgh", min_size=1, max_size=6)


@settings(deadline=None, max_examples=60, derandomize=True)
@given(
    names=st.lists(CELLS, min_size=2, max_size=5, unique=True),
    numbers=st.lists(st.integers(-999, 999), min_size=1, max_size=8),
    delimiter=st.sampled_from(",;\t|"),
)
def test_a_plain_table_is_understood(names: list[str], numbers: list[int], delimiter: str) -> None:
    rows = [delimiter.join([str(n)] * len(names)) for n in numbers]
    dialect = sniff("\n".join([delimiter.join(names), *rows]), ANY)
    assert (dialect.delimiter, dialect.names) == (delimiter, tuple(names))


def test_prose_with_an_open_quote_is_no_single_record_of_words() -> None:
    text = 'Notes on the "data set.\n\nMade by hand, and others helped; not whole.\nThe end\n'
    assert sniff(text, ReadOptions()).delimiter == LINES
