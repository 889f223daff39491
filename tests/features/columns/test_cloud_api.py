import polars as pl
import pytest

from phantom_ml.data.schema import ColumnKind
from phantom_ml.features.knowledge.lists import knowledge
from tests.features.columns.made import computed, fitted, parts_of

CALLS = {
    "GetObject": ("get", "read", None, None),
    "CreateAccessKey": ("create", "permission", None, "T1098.001"),
    "iam:AttachUserPolicy": ("attach", "permission", "iam", "T1098.003"),
    "cloudtrail.amazonaws.com:StopLogging": ("stop", "write", "cloudtrail", "T1685.002"),
    "PutBucketPolicy": ("put", "permission", None, "T1537"),
    "GetSecretValue": ("get", "read", None, "T1555.006"),
    "GetParameters": ("get", "read", None, "T1555.006"),
    "LeaveOrganization": (None, None, None, "T1666"),
    "DescribeInstances": ("describe", "read", None, None),
    "BatchGetItem": ("get", "read", None, None),
    "TerminateInstances": ("terminate", "delete", None, "T1485"),
    "ConsoleLogin": ("login", "login", None, "T1078.004"),
    "AssumeRole": ("assume", "login", None, None),
    "DeleteRolePolicy": ("delete", "permission", None, None),
    "Microsoft.Compute/virtualMachines/write": ("write", "write", "compute", None),
    "MICROSOFT.AUTHORIZATION/ROLEASSIGNMENTS/WRITE": (
        "write",
        "permission",
        "authorization",
        "T1098.003",
    ),
    "Microsoft.Storage/storageAccounts/listKeys/action": (
        "action",
        "write",
        "storage",
        "T1555.006",
    ),
    "v1.compute.instances.insert": ("insert", "write", "compute", None),
    "beta.compute.firewalls.delete": ("delete", "delete", "compute", "T1686.001"),
    "storage.objects.get": ("get", "read", "storage", None),
    "google.iam.admin.v1.CreateServiceAccountKey": ("create", "permission", "iam", "T1098.001"),
    "SetIamPolicy": ("set", "permission", None, "T1098.003"),
    "io.k8s.core.v1.pods.list": ("list", "read", "core", None),
    "hello": (None, None, None, None),
    "Windows 10": (None, None, None, None),
}


@pytest.mark.parametrize(("call", "words"), CALLS.items(), ids=CALLS)
def test_words_of_a_call_are_told(call, words):
    found = computed("cloud_api", [call]).row(0, named=True)
    assert tuple(found[p] for p in ("verb", "access", "service", "technique")) == words
    assert found["is_sensitive"] == (words[3] is not None)


DENIED = {
    "AccessDenied": True,
    "Client.UnauthorizedOperation": True,
    "AccessDeniedException": True,
    "AuthorizationFailed": True,
    "PERMISSION_DENIED": True,
    "Failed authentication": True,
    "NoSuchBucket": False,
    "ThrottlingException": False,
    "GetObject": False,
    "": False,
}


@pytest.mark.parametrize(("code", "is_denied"), DENIED.items(), ids=DENIED)
def test_a_code_of_a_call_that_was_not_allowed_is_told(code, is_denied):
    assert computed("cloud_api", [code])["is_denied"].item() is is_denied


def test_a_column_of_calls_is_read():
    encoder = fitted(
        "cloud_api", ["GetObject", "PutObject", "CreateAccessKey"] * 5, ColumnKind.CATEGORY
    )
    assert encoder.kept == ("is_sensitive", "verb", "access", "technique")
    assert parts_of(encoder, ["PutObject", None]).rows() == [(0, "put", "write", None), (None,) * 4]


def test_a_column_of_error_codes_is_read():
    codes = ["AccessDenied", "NoSuchEntityException", "ThrottlingException"] * 5
    assert fitted("cloud_api", codes, ColumnKind.CATEGORY).kept == ("is_denied",)


NO_CALLS = [
    ["GET", "POST", "PUT", "DELETE"],
    ["tcp", "udp", "icmp"],
    ["Create", "Update", "Delete"],
    ["www.example.com", "mail.example.org"],
    ["Windows 10", "Mac OS X"],
    ["JohnSmith", "EveMiller"],
    ["/var/log/list", "/tmp/get"],
    [None],
]


@pytest.mark.parametrize("values", NO_CALLS, ids=str)
def test_a_column_of_other_words_is_left(values):
    assert fitted("cloud_api", values * 5, ColumnKind.CATEGORY) is None


def test_missing_names_are_missing_in_every_part():
    encoder = fitted("cloud_api", ["GetObject", "PutObject"] * 5, ColumnKind.ENTITY)
    assert set(parts_of(encoder, [None]).row(0)) == {None}


def test_every_verb_is_of_one_class():
    verbs = [v for those in knowledge("cloud")["verbs"].values() for v in those]
    assert pl.Series(verbs).is_unique().all()
