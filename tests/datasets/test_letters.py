"""Which encoding words are in: short columns in the encodings of the world, of words that no model was fitted to."""

import random

import pytest

from genvsdisc.datasets import read_table
from genvsdisc.datasets.encodings import _line_by_line
from genvsdisc.datasets.letters import ENCODING_NAMES, most_likely

FILES = 24
WORDS = {
    "gbk": "春 夏 秋 冬 早上 晚上 工人 农民 医生 教师 已婚 未婚 离婚 股票 债券 汽车 火车 飞机 鱼 鸟",
    "big5": "春 夏 秋 冬 早上 晚上 工人 農民 醫生 教師 已婚 未婚 離婚 股票 債券 汽車 火車 飛機 魚 鳥",
    "cp949": "봄 여름 가을 겨울 아침 저녁 노동자 농부 의사 교사 기혼 미혼 이혼 주식 채권 자동차 기차 비행기 물고기 새",
    "cp932": "春 夏 秋 冬 朝 夜 会社員 農家 医者 教師 既婚 未婚 離婚 株式 債券 自動車 電車 飛行機 さかな とり",
    "cp1254": "ilkbahar yaz sonbahar kış sabah akşam işçi çiftçi doktor öğretmen evli bekâr boşanmış hisse "
    "tahvil araba uçak balık kuş köpek",
    "cp1255": "אביב קיץ סתיו חורף בוקר ערב פועל חקלאי רופא מורה נשוי רווק גרוש מניה מכונית רכבת מטוס דג ציפור כלב",
    "cp1256": "ربيع صيف خريف شتاء صباح مساء عامل فلاح طبيب معلم متزوج أعزب مطلق سهم سيارة قطار طائرة سمك طائر كلب",
    "cp1257": "pavasaris vasara ruduo žiema rytas vakaras darbininkas ūkininkas gydytojas mokytojas vedęs "
    "nevedęs išsiskyręs akcijos mašina traukinys lėktuvas žuvis paukštis šuo",
    "cp874": "ร้อน ฝน หนาว เช้า เย็น คนงาน ชาวนา แพทย์ ครู แต่งงาน โสด หย่า หุ้น รถยนต์ รถไฟ เครื่องบิน ปลา นก สุนัข แมว",
    "cp1251": "весна лето осень зима утро вечер рабочий фермер врач учитель женат холост разведён акции машина "
    "поезд самолёт рыба птица собака",
    "cp1253": "άνοιξη καλοκαίρι φθινόπωρο χειμώνας πρωί βράδυ εργάτης αγρότης γιατρός δάσκαλος παντρεμένος "
    "άγαμος μετοχή αυτοκίνητο τρένο ψάρι πουλί σκύλος",
    "cp1250": "wiosna lato jesień zima rano wieczór robotnik rolnik lekarz nauczyciel żonaty wolny samochód "
    "pociąg ptak pies jaro léto podzim dělník zemědělec lékař učitel ženatý svobodný vůz letadlo "
    "pták",
    "cp1252": "Frühling Sommer Bäcker Lehrer Ärztin verheiratet ledig Flugzeug Vögel été printemps marié "
    "célibataire ingénieur médecin voiture oiseau forêt otoño mañana médico ingeniería avión pájaro",
    "mac_roman": "Frühling Sommer Bäcker Lehrer Ärztin verheiratet ledig Flugzeug Vögel été printemps marié "
    "célibataire ingénieur médecin voiture oiseau forêt otoño mañana médico ingeniería avión pájaro",
    "koi8_r": "весна лето осень зима утро вечер рабочий фермер врач учитель женат холост разведён акции машина "
    "поезд рыба птица собака",
}
LEAST = {"gbk": 0.8, "cp932": 0.95, "cp1257": 0.5, "cp1250": 0.65, "cp1254": 0.9, "cp1255": 0.95, "mac_roman": 0.9}
"""Share of files read as they are meant, as measured; of others all. A few letters may well be of the West."""


def made(encoding, seed):
    """A few short labels, among numbers, of which one is beyond ASCII."""
    rng = random.Random(f"{encoding} {seed}")
    words = WORDS[encoding].split()
    first = rng.choice([word for word in words if not word.isascii()])
    labels = [first, *rng.sample([word for word in words if word != first], rng.choice([1, 2, 5]))]
    names = ["x", "y"] if seed % 2 else rng.sample([word for word in words if word not in labels], 2)
    rows = [f"{rng.gauss(0, 1):.2f},{labels[i % len(labels)]}" for i in range(rng.choice([12, 40]))]
    return "\n".join([",".join(names), *rows]) + "\n", labels


@pytest.mark.parametrize("encoding", WORDS)
def test_f24_the_encoding_is_that_of_the_likeliest_words(encoding):
    right = 0
    for seed in range(FILES):
        text, _ = made(encoding, seed)
        raw = text.encode(encoding)
        right += raw.decode(most_likely(raw), "replace") == text
    assert right / FILES >= LEAST.get(encoding, 1.0)


@pytest.mark.parametrize("encoding", ["gbk", "big5", "cp949", "cp932", "cp874", "koi8_r", "cp1251", "cp1255", "cp1256"])
def test_f24_lines_that_are_utf8_by_chance_make_no_file_of_two(encoding):
    for seed in range(100):
        assert _line_by_line(made(encoding, seed)[0].encode(encoding)) is None


@pytest.mark.parametrize("encoding", WORDS)
def test_f24_classes_stay_apart_and_a_note_names_what_was_guessed(tmp_path, encoding):
    text, labels = made(encoding, 0)
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode(encoding))
    data = read_table(path)
    assert data.y.nunique() == len(labels)
    (note,) = (note for note in data.notes if "it was read as" in note)
    name, _, remedy = note.removeprefix("The file is not in UTF-8; it was read as ").partition(": ")
    assert name in {*ENCODING_NAMES.values(), "cp1251", "cp1253", "koi8_r"}
    assert remedy == "where its words look wrong, say which it is (--encoding NAME, or encoding= in Python)."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("caf\u00e9", "latin-1"),
        ("\u201cso\u201d", "cp1252"),
        ("10 \u20ac", "cp1252"),
        ("A\u578b B\u578b", "cp932"),  # letters of ASCII beside ideographs
        ("\u042f", "cp1251"),
        ("\u0130stanbul", "cp1254"),
    ],
)
def test_one_word_is_enough_where_it_is_of_one_language(text, encoding):
    assert text.encode(encoding).decode(most_likely(text.encode(encoding))) == text
