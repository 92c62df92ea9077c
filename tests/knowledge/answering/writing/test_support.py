"""Whether passages say what sentences say: single rules, and the whole check on written pairs."""

from __future__ import annotations

from pathlib import Path

import pytest

from answerable.knowledge.answering.writing.checking import check_reply
from answerable.knowledge.answering.writing.support import Doubt, find_support
from answerable.knowledge.embedding import Encoder, TextEncoder, load_encoder
from tests.knowledge.answering.writing.pairs import ADVERSARIAL, FRESH, FROZEN, TUNED, UNSEEN, measure, source


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    loaded = load_encoder(tmp_path_factory.mktemp("weights"), threads=1)
    assert loaded is not None
    return loaded


@pytest.mark.parametrize(
    ("path", "removed", "recall"),
    [(TUNED, 1, 0.97), (FRESH, 1, 0.8), (ADVERSARIAL, 0.97, 0.85), (UNSEEN, 0.95, 0.8), (FROZEN, 0.95, 0.75)],
)
async def test_the_check_is_right_on_written_pairs(
    encoder: Encoder, path: Path, removed: float, recall: float
) -> None:
    measured = await measure(TextEncoder(lambda: encoder), path)
    assert measured.removed >= removed, measured
    assert measured.recall >= recall, measured


async def test_without_an_encoder_the_check_errs_on_the_side_of_silence() -> None:
    measured = await measure(TextEncoder(lambda: None), TUNED)
    assert measured.removed == 1, measured
    assert measured.recall >= 0.8, measured


@pytest.mark.parametrize(
    ("sentence", "doubt"),
    [
        ("The fee is 20 euros.", Doubt.NUMBER),
        ("The fee is 12 dollars.", Doubt.NUMBER),
        ("The fee is not 12 euros.", Doubt.NEGATION),
        ("The fee of the Globex club is 12 euros.", Doubt.NAME),
        ("The fee is due on 2 May 2024.", Doubt.DATE),
        ("The fee is at most 12 euros.", Doubt.OPPOSITE),
        ("The card is blue.", Doubt.SET_WORD),
        ("Whales sing in the deep sea.", Doubt.WORDS),
    ],
)
def test_a_sentence_is_doubted_for_what_the_passage_does_not_say(sentence: str, doubt: Doubt) -> None:
    passage = source("The fee is at least 12 euros. It is due on 1 May 2024. The card is red.", "Club fees")
    assert find_support(sentence, [(passage, "")]).doubt is doubt


RETURNS = "The return window is 30 days from delivery. Customers pay 5 EUR for return shipping."


@pytest.mark.parametrize(
    ("sentence", "doubt"),
    [
        ("Customers receive 5 EUR for return shipping.", Doubt.WORDS),
        ("Suppliers pay 5 EUR for return shipping.", Doubt.WORDS),
        ("Customers pay 5 EUR for outbound shipping.", Doubt.WORDS),
        ("The return window is 30 days before delivery.", Doubt.QUALIFIER),
        ("Customers pay up to 5 EUR for return shipping.", Doubt.QUALIFIER),
        ("Only customers pay 5 EUR for return shipping.", Doubt.QUALIFIER),
        ("All customers pay 5 EUR for return shipping.", Doubt.QUALIFIER),
        ("Return shipping pays customers 5 EUR.", Doubt.ORDER),
        ("For customers, the return window is 30 days from delivery.", Doubt.WORDS),
        ("Customers are charged 5 euros for shipping a return.", None),
    ],
)
def test_one_exchanged_word_is_a_doubt(sentence: str, doubt: Doubt | None) -> None:
    assert find_support(sentence, [(source(RETURNS), "")]).doubt is doubt


def test_in_other_languages_the_english_lists_do_not_apply() -> None:
    passage = source(
        "Die Ware kann innerhalb von 30 Tagen nach der Lieferung zurück an den Händler gegeben werden."
    )
    sentence = "Die Ware kann binnen 30 Tagen nach der Lieferung an den Händler zurück."
    assert find_support(sentence, [(passage, "")]).doubt is None


def test_a_sentence_without_citations_is_not_supported() -> None:
    assert find_support("The fee is 12 euros.", []).doubt is Doubt.UNCITED


def test_spans_are_places_of_the_passage() -> None:
    passage = source("One thing. The fee is 12 euros. Another thing.")
    support = find_support("The fee is 12 euros.", [(passage, "fee   is\n12")])
    assert [span.text for span in support.spans] == ["The fee is 12 euros."]


async def test_names_in_the_other_order_are_noticed() -> None:
    passage = source("Alice Meyer hired Omar Haddad.")
    assert find_support("Omar Haddad hired Alice Meyer.", [(passage, "")]).doubt is Doubt.ORDER
    assert find_support("Omar Haddad was hired by Alice Meyer.", [(passage, "")]).doubt is None


async def test_a_reply_is_checked_sentence_by_sentence() -> None:
    passages = [source("The fee is 12 euros.", number=1), source("The card is red.", number=2)]
    reply = (
        '{"cannot_answer":false,"sentences":['
        '{"text":"The fee is 12 euros.","citations":[1]},'
        '{"text":"The card is red.","citations":[1]},'
        '{"text":"The card is red.","citations":[2, 7]}]}'
    )
    checked = await check_reply(TextEncoder(lambda: None), reply, passages)
    assert [sentence.text for sentence in checked.kept] == ["The fee is 12 euros.", "The card is red."]
    assert len(checked.removed) == 1
