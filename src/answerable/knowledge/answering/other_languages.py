"""How other languages than English ask for things of a fixed form, and the names of colours in them: the
languages whose grammar questions are read by, and Thai and Korean.

Only words that ask for nothing else: "Farbe" is paint too, "welche Farbe" is not.
"""

from __future__ import annotations

_COLOURS = {
    "de": r"(?:rot|blau|grün|gelb|schwarz|wei(?:ß|ss)|grau|braun|orange|lila|violett|rosa|silbern|golden|"
    r"beige|türkis)(?:e[mnrs]?)?",
    "fr": r"(?:rouge|bleu|vert|jaune|noir|blanc|gris|brun|marron|orange|violet|rose|argenté|doré|beige|"
    r"turquoise)(?:h?es?|te|s)?",
    "es, pt, it": r"(?:roj|vermelh|ross|amarill|amarel|giall|negr|pret|ner|blanc|branc|bianc|morad|rox|"
    r"plate?ad|prate?ad|dorad|dourad|dorat|argentat|grigi)h?[oaei]s?|azul(?:es|i)?|azu[is]s?|blu|verd[ei]s?|"
    r"gris(?:es)?|cinza|marr[oó]n[ei]?|marrom|naranja|laranja|arancion[ei]|violeta|viola|rosa|beige|turques[ae]",
    "nl": r"(?:rood|rode|blauw|groen|geel|gele|zwart|wit|witte|grijs|grijze|bruin|oranje|paars|roze|zilver|"
    r"goud)(?:en?)?",
    "ru": r"(?:красн|син|голуб|зел[её]н|ж[её]лт|ч[её]рн|бел|сер|коричнев|оранжев|фиолетов|розов|серебрист|"
    r"золотист|бежев)(?:ый|ий|ой|ая|яя|ое|ее|ые|ие|ого|его|ому|ему|ым|им|ую|юю|ых|их)",
    "ar": r"(?:ال)?(?:[أا]حمر|حمراء|[أا]زرق|زرقاء|[أا]خضر|خضراء|[أا]صفر|صفراء|[أا]سود|سوداء|[أا]بيض|بيضاء|"
    r"(?:رمادي|بني|برتقالي|بنفسجي|وردي|فضي|ذهبي)ة?)",
}
_COLOURS_WITHOUT_SPACES = (
    r"[红紅蓝藍绿綠黄黃黑白灰棕褐橙紫粉银銀金]色|[赤青緑黄黒白灰紫茶銀金橙桃]色|[赤青黒白]い|[赤青緑黒白](?=です|で、|。)"
    r"|ピンク|オレンジ|グレー|ベージュ|สี(?:แดง|น้ำเงิน|ฟ้า|เขียว|เหลือง|ดำ|ขาว|เทา|น้ำตาล|ส้ม|ม่วง|ชมพู|เงิน|ทอง|ครีม)"
    r"|빨간|빨강|파란|파랑|초록|녹색|노란|노랑|검은|검정|흰|하얀|회색|갈색|주황|보라|분홍|은색|금색"
)
COLOURS = rf"\b(?:{'|'.join(_COLOURS.values())})\b|{_COLOURS_WITHOUT_SPACES}"

COLOUR = (
    r"\b(?:(?:welche[nrs]?|in welcher) farbe|(?:quelle|quelle est la|quelles sont les) couleurs?|"
    r"qué color(?:es)?|cuál es el color|que cor|qual (?:é )?a cor|che colore|qual è il colore|welke kleur|"
    r"wat is de kleur|как(?:ого|им|ой|ов) цвет(?:а|ом)?)\b|(?:ما|أي|اي|بأي)(?: هو)? لون|"
    r"(?:什么|甚麼|什麼|哪种|何种)[颜顏]色|[颜顏]色是|何色|どんな色|色は(?:何|なに|どれ)|"
    r"สี(?:อะไร|ไหน|ใด)|(?:무슨|어떤) 색"
)
TELEPHONE = (
    r"\b(?:telefonnummer|rufnummer|faxnummer|numéro de (?:téléphone|fax)|(?:número de )?teléfono|"
    r"(?:número d[eo] )?telefone|numero di telefono|telefoonnummer|номер\w* телефона)\b|رقم (?:ال)?هاتف|"
    r"电话号码|電話號碼|電話番号|เบอร์โทร|หมายเลขโทรศัพท์|전화번호"
)
EMAIL = (
    r"\b(?:e-?mail-?adresse|adresse (?:e-?mail|électronique|de courriel)|dirección de correo|"
    r"endereço de e-?mail|indirizzo e-?mail|e-?mail-?adres|адрес\w* электронной почты)\b|"
    r"عنوان (?:ال)?بريد|邮箱地址|电子邮件地址|電子郵件地址|メールアドレス|ที่อยู่อีเมล|이메일 주소"
)
