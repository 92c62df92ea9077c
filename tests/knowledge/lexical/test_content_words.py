"""What a question is about, without the words that only carry its grammar."""

from __future__ import annotations

import pytest

from answerable.knowledge.lexical.content_words import content_words
from answerable.knowledge.lexical.function_words import language_of
from answerable.knowledge.lexical.words import words


@pytest.mark.parametrize(
    ("question", "language", "about"),
    [
        ("What is the fee for a dog?", "en", ["fee", "dog"]),
        ("Wann verfällt der Resturlaub?", "de", ["verfallt", "resturlaub"]),
        ("Combien de jours de congé y a-t-il ?", "fr", ["jour", "cong"]),
        ("¿Cuándo se devuelve la fianza?", "es", ["devuelv", "fianza"]),
        ("Qual é o valor da caução?", "pt", ["valor", "caucao"]),
        ("Quanto costa il biglietto della funivia?", "it", ["costa", "biglietto", "funivia"]),
        ("Wat is de prijs van het kaartje?", "nl", ["prij", "kaartj"]),
        ("Сколько стоит билет в музей?", "ru", ["стоит", "билет", "музеи"]),
        ("أين تقع قاعة الدراسة في المكتبة؟", "ar", ["تقع", "قاع", "دراس", "مكتب"]),
        ("泳池 什么 多少", "zh", ["泳池"]),
        ("die casting", "en", ["die", "cast"]),
        ("the of", "en", ["the", "of"]),
    ],
)
def test_grammar_is_left_out_in_the_questions_own_language(
    question: str, language: str, about: list[str]
) -> None:
    assert language_of(words(question)) == language
    assert content_words(question) == about
