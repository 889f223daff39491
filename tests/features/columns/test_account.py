import pytest

from phantom_ml.data.schema import ColumnKind
from tests.features.columns.made import computed, fitted

FLAGS = ("is_machine", "is_service", "is_admin", "is_system", "is_default", "is_assumed_role")
ACCOUNTS = {
    "eve": ("plain", set()),
    "CORP\\WEB01$": ("domain_user", {"is_machine"}),
    "svc_backup@corp.example": ("upn", {"is_service"}),
    "svcsql": ("plain", {"is_service"}),
    "krbtgt": ("plain", {"is_service"}),
    "deployer@project-1.iam.gserviceaccount.com": ("upn", {"is_service"}),
    "Administrator": ("plain", {"is_admin", "is_default"}),
    "CORP\\Domain Admins": ("domain_user", {"is_admin"}),
    "adm-eve": ("plain", {"is_admin"}),
    "S-1-5-21-1004336348-1177238915-682003330-500": ("sid", {"is_admin"}),
    "S-1-5-21-1004336348-1177238915-682003330-501": ("sid", {"is_default"}),
    "S-1-5-21-1004336348-1177238915-682003330-1500": ("sid", set()),
    "S-1-5-32-544": ("sid", {"is_admin"}),
    "S-1-5-18": ("sid", {"is_system"}),
    "NT AUTHORITY\\SYSTEM": ("domain_user", {"is_system"}),
    "LOCAL SERVICE": ("plain", {"is_system", "is_service"}),
    "DWM-3": ("plain", {"is_system"}),
    "guest": ("plain", {"is_default"}),
    "pi": ("plain", {"is_default"}),
    "arn:aws:iam::123456789012:user/eve": ("arn", set()),
    "arn:aws:iam::123456789012:root": ("arn", {"is_admin"}),
    "arn:aws:sts::123456789012:assumed-role/ci-admin/i-0abc": (
        "arn",
        {"is_service", "is_admin", "is_assumed_role"},
    ),
    "arn:aws:sts::123456789012:assumed-role/Admin/eve": ("arn", {"is_admin", "is_assumed_role"}),
    "wesley.bottom": ("plain", set()),
    "": ("plain", set()),
}


@pytest.mark.parametrize(("name", "wanted"), ACCOUNTS.items(), ids=ACCOUNTS)
def test_an_account_is_told_by_its_name(name, wanted):
    found = computed("account", [name]).row(0, named=True)
    assert (found["format"], {f for f in FLAGS if found[f]}) == wanted


def test_measures_of_a_name_are_counted():
    found = computed("account", ["ab12"]).row(0, named=True)
    assert [found[p] for p in ("length", "digit_share", "entropy")] == [4, 0.5, 2]


@pytest.mark.parametrize(
    "column",
    [
        "user",
        "src_user",
        "SubjectUserName",
        "TargetSid",
        "userIdentity.arn",
        "account",
        "username",
        "Actor",
    ],
)
def test_a_column_that_is_named_after_accounts_is_read(column):
    names = ["eve", "svc_sql", "root"] * 5
    assert fitted("account", names, ColumnKind.ENTITY, column) is not None


@pytest.mark.parametrize("column", ["host", "user_agent", "device", "reuser", "LogonType", "side"])
def test_a_column_of_another_name_is_left(column):
    assert fitted("account", ["eve", "sql01", "backup-2"], ColumnKind.ENTITY, column) is None


@pytest.mark.parametrize(
    "names",
    [
        ["CORP\\eve", "CORP\\WEB01$", "bob"],
        ["S-1-5-18", "S-1-5-21-1-2-3-500"],
        ["arn:aws:iam::123456789012:user/eve", "arn:aws:iam::123456789012:root"],
        ["eve@corp.example", "bob@corp.example"],
        ["root", "svc_backup", "eve"],
    ],
)
def test_a_column_of_any_name_is_read_where_its_values_look_like_accounts(names):
    assert fitted("account", names, ColumnKind.ENTITY, "c") is not None


def test_names_of_buckets_are_no_accounts():
    buckets = ["arn:aws:s3:::logs", "arn:aws:s3:::backup"]
    assert fitted("account", buckets, ColumnKind.ENTITY, "c") is None
