import pytest

from phantom_ml.data.schema import ColumnKind
from tests.features.columns.made import computed, fitted, parts_of

TYPES = {
    "2": ("interactive", 0, 0, 1),
    "3": ("network", 1, 0, 0),
    "4": ("batch", 0, 0, 0),
    "5": ("service", 0, 0, 0),
    "7": ("unlock", 0, 0, 1),
    "8": ("network_cleartext", 1, 1, 0),
    "9": ("new_credentials", 0, 0, 0),
    "10": ("remote_interactive", 1, 0, 1),
    "11": ("cached_interactive", 0, 0, 1),
    "0x3": ("network", 1, 0, 0),
    "3.0": ("network", 1, 0, 0),
    "RemoteInteractive": ("remote_interactive", 1, 0, 1),
    "6": (None, None, None, None),
    "": (None, None, None, None),
}
ENCRYPTION = {
    "0x17": ("rc4", True),
    "23": ("rc4", True),
    "0x1": ("des_cbc_crc", True),
    "0x11": ("aes128", False),
    "0x12": ("aes256", False),
    "rc4-hmac": ("rc4", True),
    "aes256-cts-hmac-sha1-96": ("aes256", False),
    "0xffffffff": (None, None),
}


@pytest.mark.parametrize(("code", "wanted"), TYPES.items(), ids=TYPES)
def test_a_logon_type_is_told_in_words(code, wanted):
    found = computed("logon_type", [code]).row(0, named=True)
    parts = ("type", "is_remote", "is_cleartext", "is_interactive")
    assert tuple(found[p] for p in parts) == wanted


@pytest.mark.parametrize(("code", "wanted"), ENCRYPTION.items(), ids=ENCRYPTION)
def test_the_encryption_of_a_ticket_is_told_in_words(code, wanted):
    found = computed("ticket_encryption", [code]).row(0, named=True)
    assert (found["encryption"], found["is_weak_encryption"]) == wanted


@pytest.mark.parametrize("values", [[3, 10, 3], [3.0, 10.0, None], ["3", "10", "x"]], ids=str)
@pytest.mark.parametrize("column", ["logon_type", "LogonType", "winlog.event_data.LogonType"])
def test_a_column_of_logon_types_is_read_whatever_its_form(column, values):
    encoder = fitted("logon_type", values * 5, ColumnKind.NUMBER, column)
    found = parts_of(encoder, values)
    assert found["type"].to_list()[:2] == ["network", "remote_interactive"]


@pytest.mark.parametrize(
    ("name", "column"),
    [("logon_type", "type"), ("ticket_encryption", "file_type"), ("ticket_encryption", "type")],
)
def test_a_column_of_another_name_is_left(name, column):
    assert fitted(name, [3, 10, 17, 23], ColumnKind.NUMBER, column) is None


@pytest.mark.parametrize("column", ["TicketEncryptionType", "ticket_encryption_type", "etype"])
def test_a_column_of_encryption_types_is_read(column):
    encoder = fitted("ticket_encryption", ["0x17", "0x12"] * 5, ColumnKind.CATEGORY, column)
    assert encoder.kept == ("is_weak_encryption", "encryption")
