"""Where a customer may send us, held against the registries and every spelling of an address."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chalicelib.kernel.internet import UrlRefused, is_public, read_url

# IANA special-purpose address registries (IPv4: 2026-11, IPv6: 2026-11), as published, with
# multicast and Amazon's addresses inside a machine.
IPV4 = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.0.0/29",
    "192.0.0.8/32",
    "192.0.0.9/32",
    "192.0.0.10/32",
    "192.0.0.170/32",
    "192.0.0.171/32",
    "192.0.2.0/24",
    "192.31.196.0/24",
    "192.52.193.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "192.175.48.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "240.0.0.0/4",
    "255.255.255.255/32",
    "224.0.0.0/4",
    "169.254.169.254/32",
    "169.254.170.2/32",
]
IPV6 = [
    "::1/128",
    "::/128",
    "::ffff:0:0/96",
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "100::/64",
    "100:0:0:1::/64",
    "2001::/23",
    "2001::/32",
    "2001:1::1/128",
    "2001:1::2/128",
    "2001:2::/48",
    "2001:3::/32",
    "2001:4:112::/48",
    "2001:10::/28",
    "2001:20::/28",
    "2001:30::/28",
    "2001:db8::/32",
    "2002::/16",
    "2620:4f:8000::/48",
    "3fff::/20",
    "5f00::/16",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
    "fec0::/10",
    "::/96",
    "fd00:ec2::254/128",
    "fd00:ec2::/32",
]
SPECIAL = [ip_network(each) for each in (*IPV4, *IPV6)]

inside = st.sampled_from(SPECIAL).flatmap(
    lambda network: st.integers(0, network.num_addresses - 1).map(lambda at: network[at])
)
special_v4 = st.sampled_from([ip_network(each) for each in IPV4]).flatmap(
    lambda network: st.integers(0, network.num_addresses - 1).map(
        lambda at: IPv4Address(network[at])
    )
)


@given(inside)
def test_no_address_of_a_special_range_is_public(address: IPv4Address | IPv6Address) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("network", SPECIAL, ids=str)
def test_a_special_range_is_refused_from_end_to_end(network: IPv6Network) -> None:
    assert not is_public(network[0])
    assert not is_public(network[-1])


@given(st.ip_addresses())
def test_what_the_standard_library_calls_private_is_never_public(
    address: IPv4Address | IPv6Address,
) -> None:
    if is_public(address):
        assert address.is_global
        assert not (address.is_private)
        assert not (address.is_multicast)
        assert not (address.is_reserved)


@given(st.ip_addresses(v=4))
def test_every_other_ipv4_address_is_public(address: IPv4Address) -> None:
    assume(not any(address in each for each in SPECIAL if each.version == 4))

    assert is_public(address)


@given(special_v4)
def test_an_ipv4_address_inside_an_ipv6_one_is_no_way_around(address: IPv4Address) -> None:
    number = int(address)
    wrapped = [
        IPv6Address(number),
        IPv6Address((0xFFFF << 32) | number),
        IPv6Address((0xFFFF << 48) | number),  # SIIT, ::ffff:0:0:0/96
        IPv6Address((0x64FF9B << 96) | number),
        IPv6Address((0x2002 << 112) | (number << 80)),
        IPv6Address((0x20010000 << 96) | (number ^ 0xFFFFFFFF)),  # Teredo
    ]

    assert not any(is_public(each) for each in wrapped)


@pytest.mark.parametrize("text", ["8.8.8.8", "93.184.215.14", "2606:4700::1111", "2a01:e0a::1"])
def test_a_public_server_s_address_is_fine(text: str) -> None:
    assert is_public(ip_address(text))


def test_an_address_of_one_link_is_not_public_whatever_it_looks_like() -> None:
    assert not is_public(IPv6Address("2606:4700::1111%eth0"))


def spellings(address: IPv4Address) -> list[str]:
    """Every spelling of an IPv4 address that some resolver takes (inet_aton, WHATWG URL)."""
    a, b, c, d = address.packed
    number = int(address)
    return [
        str(address),
        str(number),
        hex(number),
        f"0{number:o}",
        f"{a}.{number & 0xFFFFFF}",
        f"{a}.{b}.{number & 0xFFFF}",
        f"{a:#x}.{b:#x}.{c:#x}.{d:#x}",
        f"0{a:o}.0{b:o}.0{c:o}.0{d:o}",
        f"{address}.",
        f"[::ffff:{address}]",
        f"[::{address}]",
        f"[{IPv6Address((0x64FF9B << 96) | number)}]",
        f"[{IPv6Address((0x2002 << 112) | (number << 80))}]",
        str(address).replace(".", "%2E"),
        str(address).replace(".", "\u3002"),
    ]


@given(special_v4)
def test_no_spelling_of_an_address_is_taken_for_a_name(address: IPv4Address) -> None:
    for spelling in spellings(address):
        with pytest.raises(UrlRefused):
            read_url(f"https://{spelling}/")


@pytest.mark.parametrize(
    ("url", "host", "port", "target"),
    [
        ("https://crm.example.fr", "crm.example.fr", 443, "/"),
        ("HTTPS://CRM.Example.FR/A?b=C", "crm.example.fr", 443, "/A?b=C"),
        ("https://crm.example.fr:8443?x", "crm.example.fr", 8443, "/?x"),
        ("https://1.crm-2.example.fr:443/a//b", "1.crm-2.example.fr", 443, "/a//b"),
        ("https://xn--caf-dma.fr/%C3%A9", "xn--caf-dma.fr", 443, "/%C3%A9"),
        ("https://10.0.0.1.nip.io/", "10.0.0.1.nip.io", 443, "/"),  # judged by its address
    ],
)
def test_a_customer_s_url_is_taken_apart(url: str, host: str, port: int, target: str) -> None:
    read = read_url(url)

    assert (read.host, read.port, read.target) == (host, port, target)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://crm.example.fr/", "must begin with https://"),
        ("file:///etc/passwd", "must begin with https://"),
        ("gopher://crm.example.fr/", "must begin with https://"),
        ("crm.example.fr/", "must be https://host/path"),
        ("", "percent-encoded"),
        ("https:/crm.example.fr/", "must be https://host/path"),
        ("https:///a", "must name a host"),
        ("https://crm.example.fr/#part", "without a #fragment"),
        ("https://user@crm.example.fr/", "user name or password"),
        ("https://user:pass@crm.example.fr/", "user name or password"),
        ("https://crm.example.fr@169.254.169.254/", "user name or password"),
        ("https://crm.example.fr:80/", "must use port 443 or 8443, not 80"),
        ("https://crm.example.fr:/", "names no host and port"),
        ("https://crm.example.fr:0443443/", "names no host and port"),
        ("https://crm.example.fr:443:443/", "names no host and port"),
        ("https://crm/", "must name a host on the public internet"),
        ("https://crm..example.fr/", "must name a host on the public internet"),
        ("https://-crm.example.fr/", "must name a host on the public internet"),
        ("https://crm.example.fr./", "must name a host on the public internet"),
        (f"https://{'a.' * 130}fr/", "must name a host on the public internet"),
        ("https://localhost/", "not on the public internet"),
        ("https://api.LocalHost/", "not on the public internet"),
        ("https://metadata.google.internal/", "not on the public internet"),
        ("https://printer.local/", "not on the public internet"),
        ("https://1.0.0.127.in-addr.arpa/", "not on the public internet"),
        ("https://93.184.215.14/", "must name its host, not give an address"),
        ("https://[2606:4700::1111]/", "must name its host, not give an address"),
        ("https://café.fr/", "percent-encoded"),
        ("https://crm.example.fr/a b", "percent-encoded"),
        ("https://crm.example.fr/\r\nHost: x", "percent-encoded"),
        ("https://crm.example.fr\\@evil.fr/", "percent-encoded"),
        ("https://crm.example.fr/" + "a" * 2_000, "is too long: 2023 characters, at most 2000"),
    ],
)
def test_a_url_that_leads_elsewhere_is_refused_in_words(url: str, why: str) -> None:
    with pytest.raises(UrlRefused) as refused:
        read_url(url)

    assert why in refused.value.message


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for url in (text, f"https://{text}", f"https://crm.example.fr{text}"):
        try:
            read = read_url(url)
        except UrlRefused:
            continue
        assert "." in read.host
        assert read.target.isascii()
        assert not set(read.target) & set(" \r\n\t#")
