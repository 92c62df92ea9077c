"""What a query says besides its words: phrases, codes, slips, and titles that it names."""

from __future__ import annotations

import pytest

from answerable.kit import ids
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.knowledge.answering.notes import sentence
from answerable.knowledge.answering.service import DocumentAnswer, answer_from_documents
from answerable.knowledge.retrieval.query import QueryTerms
from tests.factories.callers import Caller, Workspace
from tests.knowledge.library import put


async def titles(caller: Caller, query: str) -> list[str]:
    answer = await caller.post("/api/v1/search", json={"query": query})
    assert answer.status_code == 200, answer.text
    return [result["title"] for result in answer.json()["results"]]


async def ask(runtime: Runtime, workspace_id: str, question: str) -> DocumentAnswer:
    async with runtime.database.begin(Principal.system(workspace_id)) as session:
        return await answer_from_documents(session, runtime, question)


async def test_a_phrase_in_quotation_marks_comes_before_its_words(
    runtime: Runtime, workspace: Workspace
) -> None:
    await put(
        runtime, workspace.id, "The seal is red. A red broken ring marks the seal of a box.", title="words"
    )
    await put(runtime, workspace.id, "Boxes with a broken seal are not taken back by us.", title="phrase")
    for query in ('red "broken seal"', "red „broken seal“", "red «broken seal»"):
        assert (await titles(workspace.owner, query))[0] == "phrase"


async def test_a_phrase_in_corner_brackets_comes_before_its_words(
    runtime: Runtime, workspace: Workspace
) -> None:
    await put(runtime, workspace.id, "赤い封印が壊れた。封印は赤い。", title="words")
    await put(runtime, workspace.id, "この箱には壊れた封印がある。", title="phrase")
    assert (await titles(workspace.owner, "赤い 封印 「壊れた封印」"))[0] == "phrase"


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Who is Carla Nunes of SP-4471-B?", {"carla", "nune", "sp", "4471", "b", "sp-4471-b"}),
        ("Wie viele Tage Urlaub bekommen die Mitarbeiter?", set()),
        ("Was bedeutet der Fehler E02 im Kessel?", {"e02"}),
        ("Сколько дней отпуска у Елены?", {"елены"}),
        ("كم يوما من الإجازة في E02؟", {"e02"}),
        ("泳池 的 水温 是多少", set()),
        ("Quel état a signé à Genève ?", {"genev"}),
    ],
)
def test_names_are_told_by_capitals_where_these_tell_them(question: str, names: set[str]) -> None:
    terms = QueryTerms.of(question, ids.new_id("ws"))
    assert {terms.words[term] for term in terms.names} == names


async def test_the_exact_code_comes_before_its_neighbours(runtime: Runtime, workspace: Workspace) -> None:
    for code in ("SKU-1234-AB", "SKU-1234-AC", "SKU-1243-AB", "SKU-1234"):
        await put(runtime, workspace.id, f"The pump {code} is shipped from the northern store.", title=code)
    for code in ("SKU-1234-AB", "sku-1234-ac", "SKU-1243-AB"):
        assert (await titles(workspace.owner, f"where is {code} shipped from"))[0] == code.upper()


async def test_a_slip_is_read_as_the_word_that_is_there_and_said(
    runtime: Runtime, workspace: Workspace
) -> None:
    await put(runtime, workspace.id, "A parking permit costs thirty euros a year.", title="right")
    await put(runtime, workspace.id, "A fishing licence costs twenty euros a year.", title="other")
    assert (await titles(workspace.owner, "parkign permti"))[0] == "right"
    answer = await ask(runtime, workspace.id, "How much does a parkign permit cost?")
    assert "thirty euros" in answer.quotes[0].text
    assert sentence(answer.notes[-1]) == "No document has “parkign”: read as “parking”."


async def test_words_of_a_code_and_words_that_exist_are_never_put_right(
    runtime: Runtime, workspace: Workspace
) -> None:
    await put(runtime, workspace.id, "Error E04 means that the clear water tank is empty.", title="manual")
    for question in ("What does error E05 mean?", "How do I clean the tank?"):
        assert not any(
            "read as" in sentence(note) for note in (await ask(runtime, workspace.id, question)).notes
        )


async def test_a_title_counts_for_what_stands_under_it(runtime: Runtime, workspace: Workspace) -> None:
    text = "It is emptied every Tuesday before noon."
    await put(runtime, workspace.id, text, title="Glass container")
    await put(runtime, workspace.id, text.replace("Tuesday", "Friday"), title="Paper container")
    assert (await titles(workspace.owner, "When is the paper container emptied?"))[0] == "Paper container"


async def test_a_question_of_two_parts_is_answered_from_two_documents(
    runtime: Runtime, workspace: Workspace
) -> None:
    museum = "The maritime museum was opened by the shipowner Theodor Brandes in 1931."
    tower = "The lighthouse of Grauholm is 43 metres tall and has 217 steps."
    await put(runtime, workspace.id, museum, title="Museum")
    await put(runtime, workspace.id, tower, title="Lighthouse")
    answer = await ask(
        runtime, workspace.id, "Who opened the maritime museum, and how tall is the lighthouse of Grauholm?"
    )
    assert [quote.text for quote in answer.quotes] == [museum, tower]


async def test_sources_that_disagree_are_quoted_both_the_newer_first(
    runtime: Runtime, workspace: Workspace
) -> None:
    await put(runtime, workspace.id, "A day ticket for the tram costs 6.10 euros.", title="Fares")
    await put(runtime, workspace.id, "From January the day ticket costs 6.50 euros.", title="Newsletter")
    answer = await ask(runtime, workspace.id, "How much does a day ticket cost?")
    assert answer.disagree
    assert [quote.title for quote in answer.quotes] == ["Newsletter", "Fares"]
    same = await ask(runtime, workspace.id, "When does the day ticket change?")
    assert not same.disagree
