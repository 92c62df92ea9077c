"""What is asked, as the cache knows it: one name for equal calls, and what may be done for them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import msgspec

from answerable.inference.cache.canonical import (
    Document,
    canonical_bytes,
    digest,
    is_too_large,
    read_document,
)
from answerable.inference.cache.wish import ANYTHING, CacheWish
from answerable.inference.chat import ChatRequest, Json, Text
from answerable.inference.models.plan import Plan
from answerable.inference.operation import Operation

Default = Literal["off", "deterministic", "exact"]

# An encoder reads the beginning of a text only: what it does not see must not be taken for equal.
LONGEST_MEANING = 800
_CHATS = frozenset({Operation.CHAT, Operation.RESPONSES, Operation.MESSAGES})
_KNOWN_PLANS = 1_000
_encode = msgspec.json.Encoder(order="sorted").encode


@dataclass(frozen=True, slots=True)
class Meaning:
    """The last turn of a person, and a name for everything else of the call, which must be equal."""

    scope: bytes
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """One call. `key` is equal for calls that ask the same; `meaning` is set where another call that means
    the same may answer. `tags` name what the answer depends on, the workspace always among them."""

    workspace_id: str
    operation: Operation
    key: bytes
    ttl_seconds: int
    tags: tuple[str, ...]
    wish: CacheWish = ANYTHING
    meaning: Meaning | None = None
    threshold: float | None = None

    @property
    def place(self) -> tuple[str, bytes]:
        """Where its answer is kept."""
        return self.workspace_id, self.key


def workspace_tag(workspace_id: str) -> str:
    """The tag of every answer of a workspace."""
    return f"workspace:{workspace_id}"


class Questions:
    """Makes questions of calls, by the rules of their plans and the settings' default."""

    def __init__(self, default: Default, ttl_seconds: int) -> None:
        self._default = default
        self._ttl_seconds = ttl_seconds
        self._identities: OrderedDict[int, tuple[Plan, bytes]] = OrderedDict()

    def relayed(
        self,
        workspace_id: str,
        operation: Operation,
        body: bytes,
        plan: Plan,
        *,
        passed: Callable[[], Mapping[str, str]],
        wish: CacheWish,
    ) -> Question | None:
        """The question that a client's body asks; None when the answer may be neither given nor kept.

        `passed` gives the client's headers that reach the provider.
        """
        mode = plan.cache.mode
        if mode == "off" or not (wish.read or wish.keep) or is_too_large(body):
            return None
        if mode == "default" and not self._may_be_default(operation, body):
            return None
        document = read_document(body)
        if document is None or not _repeatable(operation, document):
            return None
        if mode == "default" and not self._is_default(operation, document):
            return None
        beginning = (operation.encode(), self._identity(plan), _encode(sorted(passed().items())))
        meaning = None
        if mode == "semantic" and operation in _CHATS:
            meaning = _meaning(operation, document, beginning)
        return Question(
            workspace_id,
            operation,
            digest((*beginning, canonical_bytes(operation, document))),
            self._ttl(plan),
            (workspace_tag(workspace_id),),
            wish,
            meaning,
            plan.cache.threshold,
        )

    def chat(
        self, workspace_id: str, request: ChatRequest, plan: Plan, tags: Sequence[str] = ()
    ) -> Question | None:
        """The question of one of the system's own chats; None when its answer may not be kept."""
        mode = plan.cache.mode
        certain = request.temperature == 0 or request.seed is not None
        if mode == "off" or (mode == "default" and not self._allows(certain=certain)):
            return None
        plain = msgspec.structs.replace(request, model="", stream=False, include_usage=False)
        beginning = (b"chat", self._identity(plan))
        meaning = None
        if mode == "semantic" and plain.messages:
            last = plain.messages[-1]
            if last.role == "user" and all(isinstance(part, Text) for part in last.parts):
                rest = msgspec.structs.replace(plain, messages=plain.messages[:-1])
                meaning = _of_text(last.text, (*beginning, _encode(rest)))
        return Question(
            workspace_id,
            Operation.CHAT,
            digest((*beginning, _encode(plain))),
            self._ttl(plan),
            _tags(workspace_id, tags),
            meaning=meaning,
            threshold=plan.cache.threshold,
        )

    def _allows(self, *, certain: bool) -> bool:
        return self._default == "exact" or (self._default == "deterministic" and certain)

    def _may_be_default(self, operation: Operation, body: bytes) -> bool:
        """A quick look, before the body is read."""
        if self._default == "off" or operation is Operation.SPEECH:
            return False
        if self._default == "exact" or operation is Operation.EMBEDDINGS:
            return True
        return b'"temperature"' in body or b'"seed"' in body

    def _is_default(self, operation: Operation, document: Document) -> bool:
        certain = operation is Operation.EMBEDDINGS or (
            document.get("temperature") == 0 or document.get("seed") is not None
        )
        return self._allows(certain=certain)

    def _ttl(self, plan: Plan) -> int:
        return self._ttl_seconds if plan.cache.mode == "default" else plan.cache.ttl_seconds

    def _identity(self, plan: Plan) -> bytes:
        """Where a plan leads: another model, address or order is another question."""
        known = self._identities.get(id(plan))
        if known is not None and known[0] is plan:
            return known[1]
        groups = [
            [[target.provider_id, target.kind, target.base_url, target.upstream_model] for target in group]
            for group in plan.groups
        ]
        stages = [[stage.model, list(stage.checks), stage.min_confidence] for stage in plan.cascade]
        identity = digest((_encode([groups, stages]),))
        self._identities[id(plan)] = (plan, identity)
        if len(self._identities) > _KNOWN_PLANS:
            self._identities.popitem(last=False)
        return identity


def _tags(workspace_id: str, tags: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({workspace_tag(workspace_id), *tags}))


def _repeatable(operation: Operation, document: Document) -> bool:
    """Whether the answer depends on nothing but the body: no state at the provider, no look at the world."""
    if operation is Operation.RESPONSES:
        state = ("previous_response_id", "conversation", "background", "prompt")
        return not any(document.get(name) for name in state) and _only_functions(document)
    if operation is Operation.CHAT:
        spoken = document.get("modalities")
        return not document.get("web_search_options") and spoken in (None, ["text"])
    if operation is Operation.MESSAGES:
        return not document.get("container") and not document.get("mcp_servers") and _only_functions(document)
    return operation is not Operation.SPEECH or document.get("stream_format") in (None, "audio")


def _only_functions(document: Document) -> bool:
    """Whether the caller itself runs every tool; others search the web, run code or call servers."""
    tools = document.get("tools") or []
    return isinstance(tools, list) and all(
        isinstance(tool, dict) and tool.get("type", "custom") in ("function", "custom") for tool in tools
    )


def _meaning(operation: Operation, document: Document, beginning: tuple[bytes, ...]) -> Meaning | None:
    name = "input" if operation is Operation.RESPONSES else "messages"
    turns = document.get(name)
    if isinstance(turns, str):
        earlier: list[Json] = []
        text: str | None = turns
    elif isinstance(turns, list) and turns:
        *earlier, last = turns
        text = _last_words(last)
    else:
        return None
    if text is None:
        return None
    rest = canonical_bytes(operation, {**document, name: earlier})
    return _of_text(text, (*beginning, rest))


def _last_words(turn: Json) -> str | None:
    """The words of a person's turn that has nothing but words."""
    if (
        not isinstance(turn, dict)
        or turn.get("role") != "user"
        or not set(turn) <= {"role", "content", "type"}
    ):
        return None
    content = turn.get("content")
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return None
    words = []
    for part in content:
        if not isinstance(part, dict) or set(part) != {"type", "text"} or not isinstance(part["text"], str):
            return None
        words.append(part["text"])
    return "\n".join(words)


def _of_text(text: str, rest: tuple[bytes, ...]) -> Meaning | None:
    return Meaning(digest(rest), text) if 0 < len(text) <= LONGEST_MEANING else None
