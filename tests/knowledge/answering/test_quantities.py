"""How a question asks for a thing of a fixed form, and how a text gives one."""

from __future__ import annotations

import pytest

from answerable.knowledge.answering.quantities import Quantity, asked_quantity, gives


@pytest.mark.parametrize(
    ("question", "quantity"),
    [
        ("how much does the machine weigh?", Quantity.MASS),
        ("how heavy is it?", Quantity.MASS),
        ("what is the salary of the director?", Quantity.MONEY),
        ("how much is the restocking fee?", Quantity.MONEY),
        ("what does the course cost?", Quantity.MONEY),
        ("how much did the trip cost the company?", Quantity.MONEY),
        ("what percentage of voters agreed?", Quantity.PERCENT),
        ("how many litres does the boiler hold?", Quantity.VOLUME),
        ("how many square metres has the hall?", Quantity.AREA),
        ("how many days of leave do i get?", Quantity.DURATION),
        ("what's the notice period?", Quantity.DURATION),
        ("how long is the return window?", Quantity.DURATION),
        ("what is the maximum speed of the belt?", Quantity.SPEED),
        ("what is the boiling point of ethanol?", Quantity.TEMPERATURE),
        ("how tall is the tower?", Quantity.LENGTH),
        ("which colour is the car?", Quantity.COLOUR),
        ("what is the phone number of the office?", Quantity.TELEPHONE),
        ("what is the e-mail address of the office?", Quantity.EMAIL),
        ("welche farbe hat das auto?", Quantity.COLOUR),
        ("de quelle couleur est la porte ?", Quantity.COLOUR),
        ("¿de qué color son los asientos?", Quantity.COLOUR),
        ("de que cor é o portão?", Quantity.COLOUR),
        ("di che colore è il cancello?", Quantity.COLOUR),
        ("welke kleur heeft de deur?", Quantity.COLOUR),
        ("какого цвета дверь?", Quantity.COLOUR),
        ("ما لون الباب؟", Quantity.COLOUR),
        ("门是什么颜色的？", Quantity.COLOUR),
        ("ドアは何色ですか？", Quantity.COLOUR),
        ("ประตูสีอะไร", Quantity.COLOUR),
        ("wie lautet die telefonnummer der praxis?", Quantity.TELEPHONE),
        ("quel est le numéro de téléphone du cabinet ?", Quantity.TELEPHONE),
        ("诊所的电话号码是多少？", Quantity.TELEPHONE),
        ("wie ist die e-mail-adresse der praxis?", Quantity.EMAIL),
        ("診療所のメールアドレスは？", Quantity.EMAIL),
    ],
)
def test_a_question_asks_for(question: str, quantity: Quantity) -> None:
    asked = asked_quantity(question)
    assert asked is not None
    assert asked[0] is quantity


@pytest.mark.parametrize(
    "question",
    [
        "what network showed the first color broadcast?",
        "how many weight rooms are there?",
        "what was the cause of the price increase?",
        "what did he need the money to pay for?",
        "what will oxygen speed up?",
        "when was the third period of growth?",
        "who paid the fine?",
        "wo kann man alte farbe abgeben?",
        "wann telefoniert die praxis?",
        "油漆的颜色会变吗？",
        "how many people came?",
        "",
    ],
)
def test_a_question_that_only_speaks_of_one_does_not_ask_for_it(question: str) -> None:
    assert asked_quantity(question) is None


@pytest.mark.parametrize(
    ("quantity", "text", "found"),
    [
        (Quantity.MASS, "It weighs 68 kg.", True),
        (Quantity.MASS, "It weighs 68\nkilograms.", True),
        (Quantity.MASS, "It weighs a lot and costs 68 euros.", False),
        (Quantity.MONEY, "It sold for $1.2 billion.", True),
        (Quantity.MONEY, "It costs two hundred pounds.", True),
        (Quantity.MONEY, "The fee is 15 percent of the price.", True),
        (Quantity.MONEY, "The fee is due in 15 days.", False),
        (Quantity.DURATION, "The period is six months.", True),
        (Quantity.DURATION, "It is reported within a day.", True),
        (Quantity.TEMPERATURE, "It rose by 0.3 to 0.6 °C.", True),
        (Quantity.AREA, "A booth of 36 square metres.", True),
        (Quantity.AREA, "It is 36 metres long.", False),
        (Quantity.SPEED, "At most 8 kilometres an hour.", True),
        (Quantity.SPEED, "It is 8 kilometres away.", False),
        (Quantity.VOLUME, "It filters about 2,500 litres.", True),
        (Quantity.PERCENT, "Half of the members agreed.", True),
        (Quantity.COLOUR, "The car is dark red.", True),
        (Quantity.COLOUR, "The car was covered.", False),
        (Quantity.COLOUR, "Das Tor hat einen hellgrauen und einen grünen Flügel.", True),
        (Quantity.COLOUR, "Das Tor steht im Rotdornweg.", False),
        (Quantity.COLOUR, "Le portail est peint en blanc.", True),
        (Quantity.COLOUR, "Los asientos son rojos.", True),
        (Quantity.COLOUR, "Дверь покрашена в синий цвет.", True),
        (Quantity.COLOUR, "Сергей закрыл дверь.", False),
        (Quantity.COLOUR, "الباب أزرق.", True),
        (Quantity.COLOUR, "大门漆成绿色。", True),
        (Quantity.COLOUR, "ドアは白いです。", True),
        (Quantity.COLOUR, "金曜日に閉まります。", False),
        (Quantity.COLOUR, "ประตูทาสีเขียว", True),
        (Quantity.TELEPHONE, "Call extension 155.", True),
        (Quantity.TELEPHONE, "They get the telephone number.", False),
        (Quantity.EMAIL, "Write to people@lindmoor.example.", True),
    ],
)
def test_a_text_gives(quantity: Quantity, text: str, found: bool) -> None:
    assert gives(quantity, text, "") is found


def test_what_the_question_says_itself_is_not_given() -> None:
    assert not gives(
        Quantity.MONEY, "Trips above 800 euros are approved.", "what do trips above 800 euros cost?"
    )
