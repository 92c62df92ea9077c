"""Stage 0 quotes word for word, or abstains."""

from __future__ import annotations

import pytest

from answerable.kit import ids
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.knowledge.answering.service import DocumentAnswer, Looking, answer_from_documents
from answerable.knowledge.embedding import has_encoder
from answerable.knowledge.indexing import IndexedDocument, delete_documents
from answerable.knowledge.retrieval import Scope
from tests.factories.callers import Workspace
from tests.knowledge.library import OIL, OXYGEN, RETURNS, passages, put, put_passages

LONG = (
    "The archive of the harbour office in Bremen, which was opened by the senator for trade after many years "
    "of debate about its cost, its place and its purpose, keeps the papers of every ship that has called at "
    "the port, from the first steamers of the nineteenth century to the container ships of today, and lends "
    "copies of them to anyone who asks for them in writing and pays a fee of eleven euros for each folder."
)
MANUAL = (
    "Descaling the machine\n\n"
    "Descale the machine every eight weeks. Use 40 ml of citric acid for a litre of water.\n\n"
    "- Empty the tray\n- Run the pump twice"
)
TEXTS = {"oil": OIL, "oxygen": OXYGEN, "returns": RETURNS, "archive": LONG, "manual": MANUAL}


GATES = {
    "de": "Das Tor der Gärtnerei ist vier Meter breit und schließt um 19 Uhr. Den Schlüssel hat die Leitung.",
    "fr": "La grille du jardin mesure quatre mètres de large et ferme à 19 heures. Le gardien a les clés.",
    "es": "La verja del jardín mide cuatro metros y se cierra a las 19 horas. El guarda tiene la llave.",
    "ru": "Ворота сада шириной четыре метра закрываются в 19 часов. Ключи у сторожа.",
    "zh": "花园的大门宽四米，晚上七点关门。钥匙在管理员那里。",
    "th": "ประตูสวนกว้างสี่เมตร ปิดเวลา 19 นาฬิกา กุญแจอยู่ที่คนเฝ้าสวน",
}
PAINTED = {
    "de": (" Es ist grün gestrichen.", "Welche Farbe hat das Tor der Gärtnerei?"),
    "fr": (" La grille est peinte en vert.", "De quelle couleur est la grille du jardin ?"),
    "es": (" La verja es verde.", "¿De qué color es la verja del jardín?"),
    "ru": (" Ворота сада зелёные.", "Какого цвета ворота сада?"),
    "zh": ("大门漆成绿色。", "花园的大门是什么颜色的？"),
    "th": (" ประตูสวนทาสีเขียว", "ประตูสวนสีอะไร"),
}


async def ask(
    runtime: Runtime, workspace_id: str, question: str, scope: Scope | None = None
) -> DocumentAnswer:
    async with runtime.database.begin(Principal.system(workspace_id)) as session:
        return await answer_from_documents(session, runtime, question, Looking(scope or Scope()))


async def fill(runtime: Runtime, workspace_id: str) -> dict[str, str]:
    """Index TEXTS; returns the text by document id."""
    return {await put(runtime, workspace_id, text, title=name): text for name, text in TEXTS.items()}


@pytest.mark.parametrize("language", GATES)
async def test_a_colour_asked_for_in_any_language_is_quoted_where_one_is_named_and_else_nothing(
    runtime: Runtime, workspace: Workspace, language: str
) -> None:
    sentence, question = PAINTED[language]
    unpainted = await put(runtime, workspace.id, GATES[language], title="Tor")
    assert (await ask(runtime, workspace.id, question)).abstained
    async with runtime.database.begin(Principal.system(workspace.id)) as session:
        await delete_documents(session, [unpainted])
    await put(runtime, workspace.id, GATES[language] + sentence, title="Tor")
    assert sentence.strip() in (await ask(runtime, workspace.id, question)).quotes[0].text


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("When did the oil crisis begin?", "October 1973"),
        ("Who discovered oxygen?", "Carl Wilhelm Scheele"),
        ("At what temperature does liquid oxygen boil?", "minus 183 degrees"),
        ("How long can goods be returned?", "thirty days"),
        ("What does a folder of the archive cost?", "eleven euros"),
        ("How often should the machine be descaled?", "eight weeks"),
    ],
)
async def test_the_first_quote_holds_the_answer(
    runtime: Runtime, workspace: Workspace, question: str, expected: str
) -> None:
    texts = await fill(runtime, workspace.id)
    answer = await ask(runtime, workspace.id, question)
    assert expected in answer.quotes[0].text
    assert 1 <= len(answer.quotes) <= 3
    for quote in answer.quotes:
        assert texts[quote.document_id][quote.start : quote.end] == quote.text
        assert 0 < len(quote.text) <= 320
    assert answer.confidence == answer.quotes[0].score


@pytest.mark.parametrize("question", ["How long is the return window?", "What is the return window?"])
async def test_a_limit_that_is_called_by_its_name_is_quoted(
    runtime: Runtime, workspace: Workspace, question: str
) -> None:
    text = (
        "The return window is 30 days from delivery. Customers pay 5 EUR for return shipping. "
        "Opened software cannot be returned."
    )
    await put(runtime, workspace.id, text, title="Returns")
    answer = await ask(runtime, workspace.id, question)
    assert "30 days from delivery" in answer.quotes[0].text


@pytest.mark.parametrize(
    "question",
    [
        "Which painter cut off his own ear?",
        "What is the capital of Mongolia?",
        "?!",
        "\u0000",
        "蒙古的首都是哪里？",
    ],
)
async def test_a_question_that_no_document_answers_is_abstained_from(
    runtime: Runtime, workspace: Workspace, question: str
) -> None:
    if not has_encoder(runtime):
        pytest.skip("by words alone a stray word can look like an answer")
    await fill(runtime, workspace.id)
    answer = await ask(runtime, workspace.id, question)
    assert answer.abstained
    assert answer.quotes == ()
    assert answer.confidence < 0.5
    assert len(answer.nearest) <= 3


async def test_an_abstention_names_the_nearest_passages(runtime: Runtime, workspace: Workspace) -> None:
    texts = await fill(runtime, workspace.id)
    answer = await ask(runtime, workspace.id, "Which machine painted the harbour?")
    near = await ask(runtime, workspace.id, "What is the capital of Mongolia?")
    assert near.abstained
    for passage in (*answer.nearest, *near.nearest):
        assert passage.text == texts[passage.document_id]
        assert (passage.start, passage.end) == (0, len(passage.text))


async def test_a_heading_is_no_answer(runtime: Runtime, workspace: Workspace) -> None:
    await put(runtime, workspace.id, MANUAL)
    answer = await ask(runtime, workspace.id, "descaling the machine")
    assert answer.quotes
    assert answer.quotes[0].text != "Descaling the machine"


async def test_the_same_text_in_two_documents_is_quoted_once(runtime: Runtime, workspace: Workspace) -> None:
    await put(runtime, workspace.id, OXYGEN, title="first")
    await put(runtime, workspace.id, OXYGEN, title="second")
    answer = await ask(runtime, workspace.id, "Who discovered oxygen?")
    assert len({quote.text for quote in answer.quotes}) == len(answer.quotes) == 1


async def test_only_the_documents_in_scope_are_quoted(runtime: Runtime, workspace: Workspace) -> None:
    texts = await fill(runtime, workspace.id)
    returns = next(document for document, text in texts.items() if text == RETURNS)
    answer = await ask(runtime, workspace.id, "Who discovered oxygen?", Scope((returns,)))
    assert {quote.document_id for quote in answer.quotes} <= {returns}
    assert (await ask(runtime, workspace.id, "Who discovered oxygen?", Scope(()))).abstained


async def test_another_tenants_documents_are_not_quoted(
    runtime: Runtime, workspace: Workspace, create_workspace: object
) -> None:
    await fill(runtime, workspace.id)
    other = await create_workspace()  # type: ignore[operator]
    answer = await ask(runtime, other.id, "Who discovered oxygen?")
    assert answer.abstained
    assert answer.nearest == ()


async def test_a_deleted_document_is_quoted_no_more(runtime: Runtime, workspace: Workspace) -> None:
    document_id = await put(runtime, workspace.id, OXYGEN)
    assert not (await ask(runtime, workspace.id, "Who discovered oxygen?")).abstained
    async with runtime.database.begin(Principal.system(workspace.id)) as session:
        await delete_documents(session, [document_id])
    gone = await ask(runtime, workspace.id, "Who discovered oxygen?")
    assert gone.abstained
    assert gone.nearest == ()


async def test_a_heading_is_not_quoted_but_counts_for_what_stands_under_it(
    runtime: Runtime, workspace: Workspace
) -> None:
    text = "Web shop outage\n\nReport number 14. The cause was an expired certificate at the bank."
    document = IndexedDocument(ids.new_id("doc"), "report")
    await put_passages(runtime, workspace.id, document, passages(text, heading_path=("Web shop outage",)))
    answer = await ask(runtime, workspace.id, "What caused the web shop outage?")
    assert "expired certificate" in answer.quotes[0].text
    assert "Web shop outage" not in answer.quotes[0].text


async def test_a_quote_stays_in_its_paragraph_item_or_row(runtime: Runtime, workspace: Workspace) -> None:
    text = (
        "Opening hours\nThe harbour museum opens at nine. It closes at six.\nTickets\n\n"
        "- The ferry museum lends red bicycles and boats on Sundays\n- Dogs wait outside\n\nLast change: May."
    )
    await put(runtime, workspace.id, text)
    museum = await ask(runtime, workspace.id, "When does the harbour museum open?")
    assert museum.quotes[0].text == "The harbour museum opens at nine. It closes at six."
    ferry = await ask(runtime, workspace.id, "What does the ferry museum lend on Sundays?")
    assert ferry.quotes[0].text == "- The ferry museum lends red bicycles and boats on Sundays"
