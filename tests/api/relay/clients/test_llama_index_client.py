"""LlamaIndex's OpenAI class, unchanged but for its address, in front of providers of every protocol.

The class refuses names of models that it does not know, so an alias carries a known one.
"""

from __future__ import annotations

import json

import httpx
import pytest
from llama_index.core.llms import ChatMessage
from llama_index.core.tools import FunctionTool
from llama_index.llms.openai import OpenAI
from pydantic import BaseModel

from tests.api.relay.gateway import Bed
from tests.factories.upstream import Call, Reply, Upstream

NAMES = {"openai": "gpt-4o-mini", "anthropic": "gpt-4o", "gemini": "gpt-4.1"}


class City(BaseModel):
    """A city."""

    name: str


def look(at: str) -> str:
    """Looks at a place."""
    return f"rain in {at}"


@pytest.fixture(scope="module")
async def named_bed(gateway_bed: Bed) -> Bed:
    for kind, name in NAMES.items():
        await gateway_bed.alias(name, [f"{kind}-chat"])
    return gateway_bed


@pytest.fixture
def chat(named_bed: Bed, wire: httpx.AsyncClient, kind: str, upstream: Upstream) -> OpenAI:
    return OpenAI(
        model=NAMES[kind],
        api_base=f"{named_bed.url}/v1",
        api_key=named_bed.key,
        max_retries=0,
        async_http_client=wire,
    )


async def test_chat(chat: OpenAI, upstream: Upstream) -> None:
    upstream.default = Reply(text="Grüezi")
    answer = await chat.achat(
        [ChatMessage(role="system", content="Be brief."), ChatMessage(role="user", content="Hi")]
    )
    assert answer.message.content == "Grüezi"


async def test_a_stream(chat: OpenAI, upstream: Upstream) -> None:
    upstream.default = Reply(text="Grüezi mitenand", pieces=4)
    stream = await chat.astream_chat([ChatMessage(role="user", content="Hi")])
    assert "".join([part.delta or "" async for part in stream]) == "Grüezi mitenand"


@pytest.mark.parametrize("streamed", [False, True])
async def test_tools(chat: OpenAI, upstream: Upstream, streamed: bool) -> None:
    calls = (Call("look", '{"at":"Bern"}', "call_a"), Call("look", '{"at":"Basel"}', "call_b"))
    upstream.default = Reply(text="", tool_calls=calls)
    tools = [FunctionTool.from_defaults(look)]
    if streamed:
        stream = await chat.astream_chat_with_tools(
            tools, user_msg="Weather?", allow_parallel_tool_calls=True
        )
        answer = [part async for part in stream][-1]
    else:
        answer = await chat.achat_with_tools(tools, user_msg="Weather?", allow_parallel_tool_calls=True)
    found = [call.tool_kwargs for call in chat.get_tool_calls_from_response(answer)]
    assert found == [{"at": "Bern"}, {"at": "Basel"}]


async def test_structured_output(chat: OpenAI, upstream: Upstream) -> None:
    upstream.default = Reply(text=json.dumps({"name": "Bern"}))
    answer = await chat.as_structured_llm(City).achat([ChatMessage(role="user", content="Where?")])
    assert answer.raw == City(name="Bern")
