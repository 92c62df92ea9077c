"""The language of a text, and silence where it is not clear."""

from __future__ import annotations

import pytest

from answerable.knowledge.parsing.language import language_of

TEXTS = {
    "en": "The committee has decided that all members will be informed of the results before the "
    "end of the month.",
    "de": "Der Vertrag wird für die Dauer von zwei Jahren geschlossen und verlängert sich, wenn er "
    "nicht gekündigt wird.",
    "fr": "Le conseil a décidé que les membres seront informés des résultats avant la fin du mois, "
    "et que le rapport est public.",
    "es": "El comité ha decidido que los miembros serán informados de los resultados antes del "
    "final del mes por la secretaría.",
    "pt": "O comitê decidiu que os membros não serão informados dos resultados antes do fim do mês,"
    " mas a decisão foi adiada.",
    "it": "Il comitato ha deciso che i membri sono informati dei risultati prima della fine del "
    "mese, e non oltre, con una lettera.",
    "nl": "De overeenkomst wordt voor twee jaar gesloten en kan door een van de partijen worden "
    "opgezegd als dat nodig is.",
    "sv": "Avtalet gäller från och med den första januari och kan inte sägas upp av någon part "
    "under det första året.",
    "da": "Aftalen gælder fra den første januar og kan ikke opsiges af en af parterne efter at den "
    "er blevet underskrevet.",
    "no": "Avtalen gjelder fra den første januar og kan ikke sies opp av partene etter at den ble "
    "undertegnet, men vi skal se på det.",
    "fi": "Sopimus on voimassa kaksi vuotta ja se voidaan irtisanoa, jos osapuolet ovat yhtä mieltä"
    " siitä, että se ei ole tarpeen.",
    "pl": "Umowa jest zawarta na dwa lata i nie może być wypowiedziana przez żadną ze stron, a "
    "także nie jest przedłużana.",
    "cs": "Smlouva je uzavřena na dva roky a nemůže být vypovězena žádnou ze stran, pokud se strany"
    " nedohodnou jinak, ale jen v roce.",
    "hu": "A szerződés két évre szól, és nem lehet felmondani, ha a felek meg nem egyeznek, mert az"
    " csak akkor érvényes.",
    "ro": "Contractul este încheiat pe o perioadă de doi ani și nu poate fi reziliat de către "
    "părți, dar se poate prelungi prin acord.",
    "tr": "Sözleşme iki yıl için yapılır ve taraflar bir anlaşmaya varmadan sona erdirilemez; bu "
    "durum da çok önemli bir konu olarak görülür.",
    "ru": "Договор заключён на два года и не может быть расторгнут, если стороны не договорились о "
    "том, что это необходимо.",
    "uk": "Договір укладено на два роки, і він не може бути розірваний, якщо сторони не домовилися "
    "про те, що це необхідно.",
    "bg": "Договорът се сключва за две години и не може да бъде прекратен от страните, ако те не са"
    " се споразумели за това.",
    "ar": "تم إبرام العقد لمدة سنتين ولا يمكن إنهاؤه إلا إذا اتفق الطرفان على ذلك في اجتماع رسمي من"
    " قبل اللجنة",
    "fa": "این قرارداد برای دو سال بسته شده است و نمی‌توان آن را فسخ کرد مگر این که طرفین با یکدیگر"
    " به توافق برسند",
    "hi": "यह अनुबंध दो साल के लिए है और इसे तब तक समाप्त नहीं किया जा सकता जब तक कि दोनों पक्ष "
    "सहमत न हों",
    "he": "החוזה נחתם לתקופה של שנתיים ואינו ניתן לביטול אלא בהסכמת הצדדים",
    "el": "Η σύμβαση συνάπτεται για δύο χρόνια και δεν μπορεί να λυθεί",
    "ja": "契約は二年間有効であり、双方の合意がない限り解除することはできません。",
    "zh": "本合同有效期为两年，除非双方同意，否则不得解除合同。合同自签字之日起生效。",
    "ko": "계약은 2년 동안 유효하며 양 당사자가 합의하지 않는 한 해지할 수 없습니다.",
    "th": "สัญญามีผลบังคับใช้เป็นเวลาสองปีและไม่สามารถยกเลิกได้",
    "vi": "Hợp đồng có hiệu lực trong hai năm và không được chấm dứt trừ khi các bên đã đồng ý với "
    "điều này trong một văn bản.",
    "id": "Perjanjian ini berlaku untuk dua tahun dan tidak dapat diakhiri oleh salah satu pihak, "
    "kecuali ada persetujuan dari yang lain.",
}  # fmt: skip


@pytest.mark.parametrize("language", TEXTS)
def test_the_language_of_a_sentence_is_found(language: str) -> None:
    assert language_of(TEXTS[language]) == language


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hello",
        "ABC-123 | 5 EUR | 2026-11-20\nXYZ-9 | 7 EUR | 2026-11-21",
        "def main(argv): return sum(int(value) for value in argv)",
        f"{TEXTS['en']} {TEXTS['ru']} {TEXTS['th']} {TEXTS['ko']}",
    ],
)
def test_nothing_is_said_of_a_text_that_does_not_tell(text: str) -> None:
    assert language_of(text) is None


def test_a_few_foreign_words_change_nothing() -> None:
    assert language_of(f"{TEXTS['de']} The meeting is over. {TEXTS['de']}") == "de"
