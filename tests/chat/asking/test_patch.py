from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from answerable.chat.asking.patch import difference

documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text("a/~b", max_size=3), children),
    max_leaves=12,
)


def apply(document: Any, operations: list[dict[str, Any]]) -> Any:
    """The patched document, by the letter of RFC 6902 for members of objects."""
    for operation in operations:
        tokens = [t.replace("~1", "/").replace("~0", "~") for t in operation["path"].split("/")[1:]]
        if not tokens:
            document = operation["value"]
            continue
        parent = document
        for token in tokens[:-1]:
            parent = parent[token]
        if operation["op"] == "remove":
            del parent[tokens[-1]]
        else:
            assert (tokens[-1] in parent) is (operation["op"] == "replace")
            parent[tokens[-1]] = operation["value"]
    return document


@given(documents, documents)
def test_the_patch_turns_the_one_document_into_the_other(old: Any, new: Any) -> None:
    assert apply(copy.deepcopy(old), difference(old, new)) == new


@given(documents)
def test_equal_documents_need_no_patch(document: Any) -> None:
    assert difference(document, copy.deepcopy(document)) == []
