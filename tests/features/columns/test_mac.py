"""Flags of hardware addresses."""

import pytest

from tests.features.columns.made import computed


@pytest.mark.parametrize(
    "spelling",
    [
        "00:50:56:0a:02:03",
        "00-50-56-0A-02-03",
        "0050.560a.0203",
        "0050560A0203",
        "0:50:56:a:2:3",
        " 00:50:56:0a:02:03 ",
    ],
)
def test_every_spelling_is_read(spelling):
    assert computed("mac", [spelling])["hypervisor"].to_list() == ["vmware"]


@pytest.mark.parametrize(
    ("name", "yes", "no"),
    [
        ("is_multicast", "01:00:5e:00:00:fb", "00:1b:21:00:00:fb"),
        ("is_local", "da:a1:19:00:00:01", "00:1b:21:00:00:01"),
        ("is_broadcast", "ff:ff:ff:ff:ff:ff", "ff:ff:ff:ff:ff:fe"),
        ("is_zero", "00:00:00:00:00:00", "00:00:00:00:00:01"),
        ("is_eui64", "00:1b:21:ff:fe:00:00:01", "00:1b:21:00:00:01"),
        ("is_virtual", "02:42:ac:11:00:02", "00:1b:21:00:00:01"),
    ],
)
def test_a_flag_is_up_for_one_and_down_for_the_other(name, yes, no):
    assert computed("mac", [yes, no])[name].to_list() == [True, False]


@pytest.mark.parametrize(
    ("address", "hypervisor"),
    [
        ("08:00:27:00:00:01", "virtualbox"),
        ("00:15:5d:00:00:01", "hyper-v"),
        ("52:54:00:00:00:01", "qemu"),
        ("00:16:3e:00:00:01", "xen"),
        ("00:1c:42:00:00:01", "parallels"),
        ("02:42:ac:11:00:02", "docker"),
        ("00:1b:21:00:00:01", None),
    ],
)
def test_whose_virtual_machine_it_is_is_told(address, hypervisor):
    assert computed("mac", [address])["hypervisor"].to_list() == [hypervisor]


@pytest.mark.parametrize("text", ["", "00:50:56", "not a mac", "00:50:56:0a:02:0g"])
def test_what_is_no_address_has_no_parts(text):
    assert set(computed("mac", [text]).row(0)) == {None}
