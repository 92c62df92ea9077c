"""LangChain's OpenAI classes, unchanged, in front of providers of every protocol."""

from __future__ import annotations

import httpx
import pytest
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI, OpenAIEmbeddings
from pydantic import BaseModel, SecretStr

from tests.api.relay.gateway import Bed
from tests.factories.upstream import Call, Reply, Tokens, Upstream


class City(BaseModel):
    """A city."""

    name: str


@tool
def look(at: str) -> str:
    """Looks at a place."""
    return f"rain in {at}"


@pytest.fixture
def chat(gateway_bed: Bed, wire: httpx.AsyncClient, model: str) -> ChatOpenAI:
    return ChatOpenAI(
        base_url=f"{gateway_bed.url}/v1",
        api_key=SecretStr(gateway_bed.key),
        model=model,
        max_retries=0,
        http_async_client=wire,
    )


async def test_chat_and_usage(chat: ChatOpenAI, upstream: Upstream) -> None:
    upstream.default = Reply(text="Grüezi", tokens=Tokens(9, 4))
    answer = await chat.ainvoke([SystemMessage("Be brief."), HumanMessage("Hi")])
    assert answer.content == "Grüezi"
    assert isinstance(answer, AIMessage)
    assert answer.usage_metadata is not None
    assert (answer.usage_metadata["input_tokens"], answer.usage_metadata["output_tokens"]) == (9, 4)


@pytest.mark.parametrize("responses", [False, True])
async def test_a_stream_and_its_usage(
    gateway_bed: Bed, wire: httpx.AsyncClient, model: str, upstream: Upstream, responses: bool
) -> None:
    upstream.default = Reply(text="Grüezi mitenand", tokens=Tokens(9, 4))
    chat = ChatOpenAI(
        base_url=f"{gateway_bed.url}/v1",
        api_key=SecretStr(gateway_bed.key),
        model=model,
        max_retries=0,
        stream_usage=True,
        http_async_client=wire,
        use_responses_api=responses,
    )
    whole: AIMessageChunk | None = None
    async for chunk in chat.astream("Hi"):
        assert isinstance(chunk, AIMessageChunk)
        whole = chunk if whole is None else whole + chunk
    assert whole is not None
    assert whole.text == "Grüezi mitenand"
    assert whole.usage_metadata is not None
    assert whole.usage_metadata["total_tokens"] == 13


async def test_a_round_of_tools(chat: ChatOpenAI, upstream: Upstream) -> None:
    calls = (Call("look", '{"at":"Bern"}', "call_a"), Call("look", '{"at":"Basel"}', "call_b"))
    upstream.script(Reply(text="", tool_calls=calls), Reply(text="Rain in both."))
    able = chat.bind_tools([look])
    asked = await able.ainvoke("Weather?")
    results: list[ToolMessage] = [await look.ainvoke(call) for call in asked.tool_calls]
    assert [result.content for result in results] == ["rain in Bern", "rain in Basel"]
    final = await able.ainvoke([HumanMessage("Weather?"), asked, *results])
    assert final.content == "Rain in both."


async def test_structured_output(chat: ChatOpenAI, upstream: Upstream) -> None:
    upstream.default = Reply(text='{"name":"Bern"}')
    assert await chat.with_structured_output(City).ainvoke("Where?") == City(name="Bern")


async def test_structured_output_by_a_tool(chat: ChatOpenAI, upstream: Upstream) -> None:
    upstream.default = Reply(text="", tool_calls=(Call("City", '{"name":"Bern"}', "call_a"),))
    able = chat.with_structured_output(City, method="function_calling")
    assert await able.ainvoke("Where?") == City(name="Bern")


@pytest.mark.parametrize("provider", ["openai", "gemini"])
async def test_embeddings(
    gateway_bed: Bed, wire: httpx.AsyncClient, upstream: Upstream, provider: str
) -> None:
    embeddings = OpenAIEmbeddings(  # type: ignore[call-arg]
        base_url=f"{gateway_bed.url}/v1",
        api_key=SecretStr(gateway_bed.key),
        model=f"{provider}-embed",
        check_embedding_ctx_length=False,
        dimensions=3,
        http_async_client=wire,
    )
    assert await embeddings.aembed_documents(["one", "three"]) == [[0.0, 3.0, 0.0], [1.0, 5.0, 0.0]]
