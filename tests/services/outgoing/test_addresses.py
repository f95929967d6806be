"""Tests of which addresses outgoing requests may connect to."""

from ipaddress import ip_address, ip_network

import pytest

from services.outgoing.addresses import OutgoingError, is_public, resolve

INNER = [
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "169.254.169.254",
    "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::808:808",
    "64:ff9b:1::1", "100::1", "2001::1", "2001:0:7f00:1::", "2001:20::1", "2001:db8::1", "2002:7f00:1::",
    "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "4000::1",
]  # fmt: skip
PUBLIC = ["1.1.1.1", "8.8.8.8", "100.63.255.255", "172.32.0.1", "192.0.1.1", "2001:4860:4860::8888", "2606:4700::1111"]


@pytest.mark.parametrize("address", INNER)
def test_special_addresses_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_others_are(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "::1", "::ffff:127.0.0.1", "0"],
)
async def test_however_a_host_is_written_its_address_decides(host: str) -> None:
    with pytest.raises(OutgoingError, match="its host is not a public one"):
        await resolve(host, 443, networks=(), public=True)


async def test_an_allowed_network_is_reached_and_no_other_of_that_kind() -> None:
    networks = (ip_network("127.0.0.0/8"),)
    assert await resolve("127.0.0.1", 80, networks=networks, public=False) == ["127.0.0.1"]
    for host in ("10.0.0.1", "::1", "::ffff:127.0.0.1"):
        with pytest.raises(OutgoingError, match="its host is not a public one"):
            await resolve(host, 80, networks=networks, public=False)
    with pytest.raises(OutgoingError, match="http:// is for allowed networks alone"):
        await resolve("1.1.1.1", 80, networks=networks, public=False)


async def test_an_unknown_name_is_told_apart() -> None:
    for host in ("nothing.invalid", "a" * 64 + ".example", "\ud800.example"):
        with pytest.raises(OutgoingError, match="its host name is unknown"):
            await resolve(host, 443, networks=(), public=True)
