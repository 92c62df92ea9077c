"""Where connections may lead."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.kit.outbound.test_connection import SIZED, always
from tests.kit.outbound.wire import wire

from answerable.kit.outbound import FailedStage, Outbound, OutboundFailure, OutboundRequest, OutboundTimes

# Every way that the system's resolver reads as this machine, this network, or a cloud's metadata.
PRIVATE = [
    "127.0.0.1", "127.1", "2130706433", "0177.0.0.1", "0x7f.1", "0x7f000001", "0", "0.0.0.0", "localhost",
    "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]", "[64:ff9b::a9fe:a9fe]", "[2002:7f00:1::]",
    "169.254.169.254", "169.254.1.1", "[fe80::1]", "[fd00::1]", "[fec0::1]", "10.0.0.1", "172.16.0.1",
    "192.168.1.1", "100.64.0.1", "198.18.0.1", "192.0.2.1", "224.0.0.1", "255.255.255.255", "240.0.0.1",
    "[ff02::1]", "[2001:db8::1]", "[fd00:ec2::254]",
]  # fmt: skip


async def refused(outbound: Outbound, url: str, *, allow_private: bool = False) -> FailedStage:
    """How far a request came that must be refused."""
    with pytest.raises(OutboundFailure) as caught:
        await outbound.send(OutboundRequest(url, allow_private=allow_private), OutboundTimes(connect=2))
    return caught.value.stage


@pytest.mark.parametrize("host", PRIVATE)
async def test_private_addresses_are_refused_however_they_are_written(host: str) -> None:
    async with wire(always(SIZED)) as server:
        assert await refused(Outbound(), f"http://{host}:{server.port}/") is FailedStage.ADDRESS
        assert server.peers == []


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/", "file:///etc/passwd", "http://", "http:///path", "//example.com/",
        "example.com",
        "http://user:pass@example.com/", "http://example.com:port/", "http://example.com:99999/",
        "http://exam ple.com/", "http://example.com/a b", "http://example.com/\r\nevil: yes", "http://exämple.com/",
        "http://[::1/", "gopher://127.0.0.1/",
    ],
)  # fmt: skip
async def test_what_is_no_plain_address_is_refused(url: str) -> None:
    assert await refused(Outbound(), url, allow_private=True) is FailedStage.ADDRESS


async def test_one_private_answer_among_public_ones_refuses_the_name() -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return ["93.184.215.14", "10.0.0.1"]

    assert await refused(Outbound(resolve=resolve), "http://mixed.example/") is FailedStage.ADDRESS


async def test_the_checked_address_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [["93.184.215.14"], ["127.0.0.1"]]
    asked: list[str] = []
    connected: list[str] = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return answers.pop(0)

    async def no_connection(self: object, make: object, host: str, *_: object, **__: object) -> None:
        connected.append(host)
        raise OSError("the network is not for tests")

    monkeypatch.setattr("asyncio.base_events.BaseEventLoop.create_connection", no_connection)
    outbound = Outbound(resolve=resolve)
    assert await refused(outbound, "http://rebinding.example/") is FailedStage.CONNECT
    assert (asked, connected) == (["rebinding.example"], ["93.184.215.14"])
    assert await refused(outbound, "http://rebinding.example/") is FailedStage.ADDRESS
    assert connected == ["93.184.215.14"]


async def test_a_connection_for_the_operator_is_not_lent_to_others() -> None:
    async with wire(always(SIZED)) as server:
        outbound = Outbound()
        response = await outbound.send(OutboundRequest(server.url, allow_private=True), OutboundTimes())
        assert await response.read_whole(100) == b"hello"
        assert await refused(outbound, server.url) is FailedStage.ADDRESS
        outbound.close()


async def test_redirects_are_not_followed() -> None:
    async with (
        wire(always(SIZED)) as private,
        wire(
            always(f"HTTP/1.1 302 Found\r\nlocation: {private.url}\r\ncontent-length: 0\r\n\r\n".encode())
        ) as server,
    ):
        outbound = Outbound()
        response = await outbound.send(OutboundRequest(server.url, allow_private=True), OutboundTimes())
        assert response.status == 302
        assert private.peers == []
        outbound.close()


async def test_a_name_that_is_none() -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        raise OSError("no such host")

    assert await refused(Outbound(resolve=resolve), "http://nowhere.example/") is FailedStage.CONNECT
