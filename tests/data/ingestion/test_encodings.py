"""Text files in the encodings of the last forty years, with words that people write in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from answerable.data.ingestion.encoding import detect
from answerable.data.ingestion.quality import Code, Severity
from answerable.kit.code_page import codec, guess, words_of
from tests.data.ingestion.reading import ReadTable, read_bytes

# Three tables of each language: places, people, goods.
WORDS = {
    "polish": (
        "Białystok Łomża Toruń Poznań Bełchatów Grudziądz Krośnica Żywiec",
        "Małgorzata Stanisław Wójcik Zieliński Dąbrowska Kowalczyk Grażyna Józef",
        "krzesło stół książka ołówek mąka jabłko chleb śmietana",
    ),
    "czech": (
        "Olomouc Jihlava Kroměříž Zlín Přerov Chrudim Břeclav Mělník",
        "Jiří Božena Dvořák Černý Procházka Růžička Věra Zdeněk",
        "židle stůl knížka tužka chléb rohlík máslo mléko",
    ),
    "hungarian": (
        "Miskolc Pécs Nyíregyháza Kecskemét Szombathely Érd Salgótarján Esztergom",
        "Erzsébet Kovács Tóth Szűcs Gergő Zsófia Árpád Vörös",
        "szék asztal könyv ceruza kenyér tej gyümölcs őszibarack fűszer",
    ),
    "russian": (
        "Самара Омск Ростов-на-Дону Уфа Красноярск Воронеж Пермь Волгоград",
        "Иванов Смирнова Кузнецов Попова Екатерина Дмитрий Наталья Сергей",
        "стул стол книга карандаш хлеб молоко яблоко сметана",
    ),
    "bulgarian": (
        "Русе Добрич Сливен Шумен Перник Хасково Ямбол Пазарджик",
        "Иванов Георгиева Димитър Мария Николай Стоянова Петър Йорданка",
        "стол маса книга молив хляб мляко ябълка сметана",
    ),
    "greek": (
        "Πειραιάς Καβάλα Ιωάννινα Καλαμάτα Σέρρες Ρόδος Κέρκυρα Λαμία",
        "Παπαδόπουλος Γεώργιος Μαρία Νικολάου Ελένη Κωνσταντίνος Δημήτρης Αναστασία",
        "καρέκλα τραπέζι βιβλίο μολύβι ψωμί γάλα μήλο τυρί",
    ),
    "turkish": (
        "Şanlıurfa Kahramanmaraş Tekirdağ Balıkesir Aydın Uşak Niğde Elazığ",
        "Yılmaz Şahin Çelik Öztürk Ayşe Gökçe Işıl Doğan",
        "kitap kalem sandalye ekmek süt peynir şeker yoğurt çay ağaç ışık",
    ),
    "german": (
        "Saarbrücken Lübeck Göttingen Fürth Tübingen Mönchengladbach Gütersloh Köthen",
        "Müller Schäfer Jürgen Björn Krüger Weiß Günther Strauß",
        "Stühle Tische Bücher Käse Brötchen Äpfel Süßigkeiten Öl Kürbis",
    ),
    "french": (
        "Saint-Étienne Nîmes Châteauroux Mâcon Béthune Alès Périgueux Chambéry",
        "François Hélène Jérôme Céline André Zoé Gaëlle Benoît",
        "crème pâté fenêtre lumière chaussée café thé gâteau épicé",
    ),
    "spanish": (
        "Coruña Gijón Almería Cáceres Alcorcón Jaén Lérida Leganés",
        "Núñez Rodríguez Jiménez Begoña Íñigo Sánchez Martínez Inés",
        "lápiz sillón jamón piñón cartón melón plátano azúcar",
    ),
    "portuguese": (
        "Florianópolis Niterói Ribeirão Cuiabá Vitória Macapá Guimarães Setúbal",
        "João Conceição Gonçalves Inês Mário Antônio Simões Magalhães",
        "feijão pão maçã açúcar café limão pêssego colchão",
    ),
    "swedish": (
        "Linköping Jönköping Norrköping Växjö Östersund Luleå Borås Skövde",
        "Åsa Björn Göran Märta Sjöberg Lindström Öberg Håkan",
        "bröd mjölk smör päron äpple stol bänk kött kål",
    ),
    "japanese": (
        "京都市 神戸市 福岡県 仙台市 千葉県 北九州 新潟県 熊本市",
        "田中さん 鈴木さん 佐藤さん 高橋さん 渡辺さん 伊藤さん 山本さん 中村さん",
        "テーブル ノート えんぴつ パン 牛乳 バター みそ しょうゆ",
    ),
    "simplified": (
        "南京市 武汉市 西安市 苏州市 天津市 长沙市 沈阳市 青岛市",
        "王小明 李建国 张丽华 刘志强 陈秀英 杨晓东 赵国庆 黄海燕",
        "桌子 椅子 书本 铅笔 面包 牛奶 苹果 酱油",
    ),
    "traditional": (
        "臺北市 桃園市 高雄市 花蓮縣 屏東縣 宜蘭縣 彰化縣 雲林縣",
        "陳志明 林淑芬 黃建國 張美玲 李國華 王雅婷 吳俊傑 劉麗華",
        "桌子 椅子 書本 鉛筆 麵包 牛奶 蘋果 醬油",
    ),
    "korean": (
        "수원시 성남시 고양시 용인시 청주시 전주시 천안시 창원시",
        "김민수 이영희 박지훈 최은정 정현우 강서연 조성민 윤미경",
        "책상 의자 공책 연필 우유 사과 간장 고추장",
    ),
}
WESTERN = ("german", "french", "spanish", "portuguese", "swedish")
ENCODINGS = {
    "cp1250": ("polish", "czech", "hungarian"),
    "cp1251": ("russian", "bulgarian"),
    "cp1252": WESTERN,
    "cp1253": ("greek",),
    "cp1254": ("turkish",),
    "iso8859-2": ("polish", "czech", "hungarian"),
    "iso8859-5": ("russian", "bulgarian"),
    "iso8859-7": ("greek",),
    "iso8859-9": ("turkish",),
    "iso8859-15": WESTERN,
    "koi8-r": ("russian", "bulgarian"),
    "mac-roman": WESTERN,
    "cp437": ("german", "french", "swedish"),
    "cp850": WESTERN,
    "cp852": ("polish", "czech", "hungarian"),
    "shift-jis": ("japanese",),
    "euc-jp": ("japanese",),
    "gb18030": ("simplified",),
    "big5": ("traditional",),
    "euc-kr": ("korean",),
}
CASES = [
    pytest.param(encoding, words, id=f"{encoding}-{language}-{number}")
    for encoding, languages in ENCODINGS.items()
    for language in languages
    for number, words in enumerate(WORDS[language])
]
UNICODE = ("utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")


def table_of(words: str) -> str:
    return "name;count\n" + "".join(f"{word};{number}\n" for number, word in enumerate(words.split()))


def read(content: bytes) -> ReadTable:
    (table,) = read_bytes(content)
    return table


@pytest.mark.parametrize(("encoding", "words"), CASES)
def test_words_are_read_as_they_were_written_or_there_is_a_doubt(encoding: str, words: str) -> None:
    table = read(table_of(words).encode(encoding))
    finding = table.finding(Code.ENCODING)
    assert finding is not None
    assert table.column("name") == words.split() or finding.severity is Severity.DOUBTFUL, finding


def test_nearly_every_table_of_eight_words_is_read_right() -> None:
    wrong = []
    for case in CASES:
        encoding, words = map(str, case.values)
        content = table_of(words).encode(encoding)
        found = guess(dict.fromkeys(word for line in content.splitlines() for word in words_of(line)))
        if content.decode(codec(found.name)) != table_of(words):
            wrong.append(case.id)
    assert len(wrong) <= len(CASES) * 0.02, wrong


@pytest.mark.parametrize("encoding", list(ENCODINGS))
def test_a_table_of_all_words_is_read_right_and_its_encoding_is_named(encoding: str) -> None:
    for language in ENCODINGS[encoding]:
        words = " ".join(WORDS[language])
        table = read(table_of(words).encode(encoding))
        assert table.column("name") == words.split(), language
        finding = table.finding(Code.ENCODING)
        assert finding is not None
        assert finding.example


@pytest.mark.parametrize("encoding", UNICODE)
@pytest.mark.parametrize("language", list(WORDS))
def test_unicode_is_read_with_a_mark_and_without(encoding: str, language: str) -> None:
    words = WORDS[language][0]
    assert read(table_of(words).encode(encoding)).column("name") == words.split()


def test_nul_bytes_do_not_make_utf_16_of_a_text() -> None:
    table = read(b"name,count\nLondon\x00,1\nPa\x00ris,2\nRo\x00\x00me,3\n")
    assert table.column("name") == ["London", "Paris", "Rome"]


@pytest.mark.parametrize(("encoding", "language"), [("cp1251", "russian"), ("cp1250", "polish")])
def test_lines_of_utf_8_among_those_of_another_code_page_are_read_right(encoding: str, language: str) -> None:
    lines = table_of(" ".join(WORDS[language])).splitlines(keepends=True)
    content = b"".join(line.encode(encoding if n % 3 else "utf-8") for n, line in enumerate(lines))
    table = read(content)
    assert table.column("name") == " ".join(WORDS[language]).split()
    finding = table.finding(Code.ENCODING)
    assert finding is not None
    assert (finding.severity, finding.example) == (Severity.DOUBTFUL, "mixed")
    assert encoding in finding.sentence


def test_words_that_begin_far_down_the_file_decide_too(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_bytes(b"item;1\n" * 1_000_000 + table_of(WORDS["polish"][0]).encode("cp1250"))
    assert detect(path).name == "cp1250"


def test_one_word_alone_is_no_evidence() -> None:
    finding = read("name;count\nÅs;1\n".encode("mac-roman")).finding(Code.ENCODING)
    assert finding is not None
    assert finding.severity is Severity.DOUBTFUL
    assert "Save it as UTF-8" in finding.sentence
