"""The HTTP/1.1 client against a server that sends exactly the bytes of the test."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.factories.certificates import server_and_client_tls
from tests.factories.waiting import eventually
from tests.kit.outbound.wire import Peer, Wire, wire

from answerable.kit.outbound import FailedStage, Outbound, OutboundFailure, OutboundRequest, OutboundTimes

SIZED = b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 5\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
PATIENT = OutboundTimes()


@pytest.fixture
async def outbound() -> AsyncIterator[Outbound]:
    """A client of the test's own."""
    client = Outbound()
    yield client
    client.close()


def to(server: Wire, body: bytes = b"{}", headers: tuple[tuple[str, str], ...] = ()) -> OutboundRequest:
    """A request to the server; loopback is private, and allowed."""
    return OutboundRequest(server.url, headers, body, allow_private=True)


async def fetch(outbound: Outbound, server: Wire, times: OutboundTimes = PATIENT) -> bytes:
    """A whole body."""
    response = await outbound.send(to(server), times)
    return await response.read_whole(10_000_000)


def answering(*answers: bytes) -> object:
    """A server that gives these answers, one a request, on each connection."""

    async def play(peer: Peer) -> None:
        for answer in answers:
            await peer.request()
            await peer.send(answer)
        await peer.gone()

    return play


def always(data: bytes) -> object:
    """A server that answers every request with the same bytes."""

    async def play(peer: Peer) -> None:
        while True:
            await peer.request()
            await peer.send(data)

    return play


async def failing(outbound: Outbound, server: Wire, times: OutboundTimes = PATIENT) -> FailedStage:
    """How far a request came that must fail."""
    with pytest.raises(OutboundFailure) as caught:
        await fetch(outbound, server, times)
    return caught.value.stage


async def test_a_request_carries_its_head_and_body(outbound: Outbound) -> None:
    async with wire(always(SIZED)) as server:
        response = await outbound.send(to(server, b'{"a":1}', (("x-key", "v"),)), PATIENT)
        assert (response.status, response.headers["content-type"]) == (200, "text/plain")
        assert await response.read_whole(100) == b"hello"
    head = server.peers[0].requests[0].decode()
    assert head.startswith("POST /answer HTTP/1.1\r\n")
    assert f"host: localhost:{server.port}\r\n" in head
    assert "x-key: v\r\n" in head
    assert "content-length: 7\r\n" in head


async def test_connections_are_used_again(outbound: Outbound) -> None:
    async with wire(always(SIZED)) as server:
        for _ in range(5):
            assert await fetch(outbound, server) == b"hello"
        assert len(server.peers) == 1


async def test_requests_at_once_have_connections_of_their_own(outbound: Outbound) -> None:
    async with wire(always(SIZED)) as server:
        bodies = await asyncio.gather(*(fetch(outbound, server) for _ in range(20)))
    assert bodies == [b"hello"] * 20


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(parts=st.lists(st.binary(min_size=1, max_size=300), max_size=6), cuts=st.lists(st.integers(0, 400)))
async def test_a_chunked_body_is_whole_however_it_is_cut(
    outbound: Outbound, parts: list[bytes], cuts: list[int]
) -> None:
    data = CHUNKED + b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"

    async def play(peer: Peer) -> None:
        await peer.request()
        at = 0
        for cut in sorted(set(cuts)):
            await peer.send(data[at:cut])
            at = max(at, cut)
            await asyncio.sleep(0)
        await peer.send(data[at:])
        await peer.gone()

    async with wire(play) as server:
        assert await fetch(outbound, server) == b"".join(parts)


async def test_a_part_is_given_when_it_arrives(outbound: Outbound) -> None:
    go_on = asyncio.Event()

    async def play(peer: Peer) -> None:
        await peer.request()
        await peer.send(CHUNKED + b"3\r\none\r\n")
        await go_on.wait()
        await peer.send(b"3\r\ntwo\r\n0\r\n\r\n")
        await peer.gone()

    async with wire(play) as server:
        response = await outbound.send(to(server), PATIENT)
        assert await response.read() == b"one"
        assert not response.complete
        go_on.set()
        assert await response.read_whole(100) == b"two"


async def test_the_connections_end_can_be_the_bodys_end(outbound: Outbound) -> None:
    async def play(peer: Peer) -> None:
        await peer.request()
        await peer.send(b"HTTP/1.1 200 OK\r\n\r\nall of it")

    async with wire(play) as server:
        response = await outbound.send(to(server), PATIENT)
        assert await response.read_whole(100) == b"all of it"
        assert not response.framed


@pytest.mark.parametrize(
    "cut",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf",
        CHUNKED + b"a\r\nhalf",
        CHUNKED + b"4\r\nhalf\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-le",
        b"",
    ],
)
async def test_a_body_that_is_cut_fails(outbound: Outbound, cut: bytes) -> None:
    async def play(peer: Peer) -> None:
        await peer.request()
        await peer.send(cut)

    async with wire(play) as server:
        assert await failing(outbound, server) is FailedStage.CUT


async def test_what_arrived_before_the_cut_can_be_read(outbound: Outbound) -> None:
    async def play(peer: Peer) -> None:
        await peer.request()
        await peer.send(CHUNKED + b"4\r\nhalf\r\n")

    async with wire(play) as server:
        response = await outbound.send(to(server), PATIENT)
        await eventually(lambda: _closed(server))
        assert await response.read() == b"half"
        with pytest.raises(OutboundFailure):
            await response.read()


async def _closed(server: Wire) -> bool:
    return all(peer.writer.is_closing() for peer in server.peers)


async def test_interim_answers_are_passed_over(outbound: Outbound) -> None:
    interim = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"
    async with wire(always(interim + SIZED)) as server:
        response = await outbound.send(to(server), PATIENT)
        assert response.status == 200
        assert "link" not in response.headers
        assert await response.read_whole(100) == b"hello"
        assert await fetch(outbound, server) == b"hello"
        assert len(server.peers) == 1


async def test_an_answer_without_a_body(outbound: Outbound) -> None:
    async with wire(always(b"HTTP/1.1 204 No Content\r\n\r\n")) as server:
        response = await outbound.send(to(server), PATIENT)
        assert (response.status, await response.read()) == (204, b"")


@pytest.mark.parametrize(
    "garbage",
    [
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\nhello",
        CHUNKED + b"zz\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
    ],
)
async def test_what_is_not_http_fails(outbound: Outbound, garbage: bytes) -> None:
    async with wire(always(garbage)) as server:
        assert await failing(outbound, server) is FailedStage.PROTOCOL
        await eventually(lambda: _none_open(outbound))


@pytest.mark.parametrize(
    "flood",
    [
        b"HTTP/1.1 200 OK\r\n" + b"x-many: header\r\n" * 10_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nx-long: " + b"x" * 200_000,
        CHUNKED + b"0\r\nx-trailer: " + b"x" * 200_000,
    ],
)
async def test_headers_and_trailers_without_end_are_refused(outbound: Outbound, flood: bytes) -> None:
    async with wire(always(flood)) as server:
        assert await failing(outbound, server) is FailedStage.PROTOCOL


async def test_bytes_beyond_an_answer_belong_to_nobody(outbound: Outbound) -> None:
    stray = b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nevil"
    async with wire(always(SIZED + stray)) as server:
        assert await fetch(outbound, server) == b"hello"
        assert await fetch(outbound, server) == b"hello"
        assert len(server.peers) == 2


async def test_bytes_that_nobody_asked_for_close_the_connection(outbound: Outbound) -> None:
    async def play(peer: Peer) -> None:
        await peer.request()
        await peer.send(SIZED)
        await asyncio.sleep(0)
        await peer.send(SIZED)
        await peer.gone()

    async with wire(play) as server:
        assert await fetch(outbound, server) == b"hello"
        await eventually(lambda: _none_open(outbound))


async def _none_open(outbound: Outbound) -> bool:
    return outbound.connections == 0


async def test_a_connection_that_was_closed_while_idle_is_replaced(outbound: Outbound) -> None:
    async def play(peer: Peer) -> None:
        await peer.request()
        await peer.send(SIZED)
        if peer.number == 1:
            await peer.request()  # and closes without a word: to the client it looks idle until then
            return
        await peer.gone()

    async with wire(play) as server:
        assert await fetch(outbound, server) == b"hello"
        assert await fetch(outbound, server) == b"hello"
        assert [len(peer.requests) for peer in server.peers] == [2, 1]


async def test_a_request_is_not_repeated_once_an_answer_began(outbound: Outbound) -> None:
    async def play(peer: Peer) -> None:
        await peer.request()
        await peer.send(SIZED)
        await peer.request()
        await peer.send(b"HTTP/1.1 200 OK\r\n")

    async with wire(play) as server:
        await fetch(outbound, server)
        assert await failing(outbound, server) is FailedStage.CUT
        assert len(server.peers) == 1


async def test_a_fresh_connection_that_closes_is_a_failure(outbound: Outbound) -> None:
    async def play(peer: Peer) -> None:
        await peer.request()

    async with wire(play) as server:
        assert await failing(outbound, server) is FailedStage.CUT
        assert len(server.peers) == 1


async def test_connection_close_is_heeded(outbound: Outbound) -> None:
    closing = SIZED.replace(b"content-type: text/plain", b"connection: close")
    async with wire(always(closing)) as server:
        await fetch(outbound, server)
        await fetch(outbound, server)
        assert len(server.peers) == 2


async def test_idle_connections_are_closed() -> None:
    outbound = Outbound(idle_seconds=0.05)
    async with wire(always(SIZED)) as server:
        await fetch(outbound, server)
        await eventually(lambda: _none_open(outbound))


async def test_a_slow_reader_pauses_the_server(outbound: Outbound) -> None:
    sent = 0

    async def play(peer: Peer) -> None:
        nonlocal sent
        await peer.request()
        await peer.send(b"HTTP/1.1 200 OK\r\ncontent-length: 50000000\r\n\r\n")
        for _ in range(50):
            await peer.send(b"x" * 1_000_000)
            sent += 1_000_000
        await peer.gone()

    async with wire(play) as server:
        # The server may fill the sockets' buffers, not our memory; then it goes on.
        response = await outbound.send(to(server), PATIENT)
        await eventually(lambda: _is_paused(response))
        before = sent
        for _ in range(20):
            await asyncio.sleep(0)
        assert before < 30_000_000
        assert len(await response.read_whole(50_000_000)) == 50_000_000


async def _is_paused(response: object) -> bool:
    return bool(response.paused)  # type: ignore[attr-defined]


async def test_an_answer_beyond_its_limit_is_given_up(outbound: Outbound) -> None:
    async with wire(always(SIZED)) as server:
        response = await outbound.send(to(server), PATIENT)
        with pytest.raises(OutboundFailure) as caught:
            await response.read_whole(4)
        assert caught.value.stage is FailedStage.PROTOCOL


@pytest.mark.parametrize(
    ("sent", "times", "stage"),
    [
        (b"", OutboundTimes(first_byte=0.05), FailedStage.FIRST_BYTE),
        (CHUNKED, OutboundTimes(first_byte=0.05), FailedStage.FIRST_BYTE),
        (CHUNKED + b"1\r\nx\r\n", OutboundTimes(idle=0.05), FailedStage.IDLE),
        (CHUNKED + b"1\r\nx\r\n", OutboundTimes(total=0.05), FailedStage.TOTAL),
        (b"", OutboundTimes(total=0.05), FailedStage.TOTAL),
    ],
)
async def test_waiting_has_an_end(
    outbound: Outbound, sent: bytes, times: OutboundTimes, stage: FailedStage
) -> None:
    async def play(peer: Peer) -> None:
        await peer.request()
        await peer.send(sent)
        await peer.gone()

    async with wire(play) as server:
        assert await failing(outbound, server, times) is stage
        await eventually(lambda: _none_open(outbound))


async def test_bytes_put_the_idle_deadline_off(outbound: Outbound) -> None:
    async def play(peer: Peer) -> None:
        await peer.request()
        await peer.send(CHUNKED)
        for _ in range(10):
            await peer.send(b"1\r\nx\r\n")
            await asyncio.sleep(0.03)
        await peer.send(b"0\r\n\r\n")
        await peer.gone()

    async with wire(play) as server:
        assert await fetch(outbound, server, OutboundTimes(idle=0.2)) == b"x" * 10


async def test_the_callers_own_time_shortens_the_whole(outbound: Outbound) -> None:
    async def play(peer: Peer) -> None:
        await peer.request()
        await peer.gone()

    async with wire(play) as server:
        with pytest.raises(OutboundFailure) as caught:
            await outbound.send(to(server), PATIENT, seconds=0.05)
    assert caught.value.stage is FailedStage.TOTAL


async def test_cancelling_closes_the_connection(outbound: Outbound) -> None:
    async def play(peer: Peer) -> None:
        await peer.request()
        await peer.send(CHUNKED + b"1\r\nx\r\n")
        await peer.gone()

    async with wire(play) as server:
        waiting = asyncio.create_task(fetch(outbound, server))
        await eventually(lambda: _reached(server))
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await eventually(lambda: _none_open(outbound))


async def _reached(server: Wire) -> bool:
    return bool(server.peers and server.peers[0].requests)


async def test_nobody_listens(outbound: Outbound) -> None:
    async with wire(always(SIZED)) as server:
        pass
    assert await failing(outbound, server) is FailedStage.CONNECT


async def test_tls_is_checked_against_the_name(tmp_path: Path) -> None:
    serving, trusting = server_and_client_tls(tmp_path, "localhost")
    async with wire(always(SIZED), tls=serving) as server:
        outbound = Outbound(tls=trusting)
        assert await fetch(outbound, server) == b"hello"
        assert await fetch(outbound, server) == b"hello"
        assert len(server.peers) == 1
        outbound.close()
        assert await failing(Outbound(tls=ssl.create_default_context()), server) is FailedStage.CONNECT
    serving, trusting = server_and_client_tls(tmp_path, "elsewhere.example")
    async with wire(always(SIZED), tls=serving) as server:
        assert await failing(Outbound(tls=trusting), server) is FailedStage.CONNECT


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-a", "b\r\nevil: yes"),
        ("x-a\r\nevil", "yes"),
        ("x-a", "b\n"),
        ("host", "else"),
        ("", "x"),
        ("x a", "b"),
    ],
)
async def test_headers_cannot_smuggle(outbound: Outbound, name: str, value: str) -> None:
    async with wire(always(SIZED)) as server:
        with pytest.raises(OutboundFailure):
            await outbound.send(to(server, headers=((name, value),)), PATIENT)
        assert server.peers == []
