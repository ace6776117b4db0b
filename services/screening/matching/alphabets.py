"""Hebrew, Armenian, Georgian and Kana: scripts whose letters are read one by one.

Source: `spec/mrz.md` §5; the national romanisations as passports and lists carry them.
"""

from collections.abc import Callable

from services.screening.matching.letters import plain, spelled, table, without_marks
from services.screening.matching.tables import rows_of

_HEBREW = table(
    "אa בb גg דd הh וv זz חh טt יi כk ךk לl מm םm נn ןn סs עa פf ףf צtz ץtz קk רr שsh תt ײi ױo װv"
)
# At the start of a word the doubled letters are hard, and yod is a consonant.
_HEBREW_FIRST = {"פ": "p", "י": "y"}
_HEBREW_READINGS = (
    {"ו": "o", "א": "", "ע": "", "ב": "v", "כ": "ch", "ך": "ch"},
    {"ו": "u", "א": "", "ע": "", "פ": "p", "צ": "z", "ץ": "z", "ח": "ch"},
    {"י": "y"},
    {"ו": "o", "ש": "s", "צ": "ts", "ץ": "ts"},
)
_HEBREW_WITH_VOWELS = {word: readings.split() for word, readings in rows_of("hebrew")}
_ARMENIAN = table(
    "աa բb գg դd եe զz էe ըy թt ժzh իi լl խkh ծts կk հh ձdz ղgh ճch մm յy նn շsh ոo չch պp ջj ռr սs վv տt "
    "րr ցts ւv փp քk օo ֆf"
)
# What Armenians of Lebanon, Syria, France and America say for the same letters.
_WESTERN_ARMENIAN = _ARMENIAN | table("բp գk դt պb կg տd ծdz ձts ճj ջch յh")
_GEORGIAN = table(
    "აa ბb გg დd ეe ვv ზz თt იi კk ლl მm ნn ოo პp ჟzh რr სs ტt უu ფp ქk ღgh ყq შsh ჩch ცts ძdz წts ჭch "
    "ხkh ჯj ჰh"
)
_GEORGIAN_OTHERS = table("თth ფf ქkh ყk ხh ცc წc ჯdj")
_KANA_ROWS = {
    "": "あいうえお", "k": "かきくけこ", "g": "がぎぐげご", "s": "さしすせそ", "z": "ざじずぜぞ",
    "t": "たちつてと", "d": "だぢづでど", "n": "なにぬねの", "h": "はひふへほ", "b": "ばびぶべぼ",
    "p": "ぱぴぷぺぽ", "m": "まみむめも", "r": "らりるれろ",
}  # fmt: skip
_KANA = {
    kana: consonant + vowel
    for consonant, row in _KANA_ROWS.items()
    for kana, vowel in zip(row, "aiueo", strict=True)
}
_KANA |= {"し": "shi", "じ": "ji", "ち": "chi", "つ": "tsu", "ぢ": "ji", "づ": "zu", "ふ": "fu"}
_KANA |= table("やya ゆyu よyo わwa ゐi ゑe をo んn ゔvu ぁa ぃi ぅu ぇe ぉo")
_SMALL_Y = {"ゃ": "ya", "ゅ": "yu", "ょ": "yo"}
_KATAKANA_FIRST, _KATAKANA_LAST, _TO_HIRAGANA = ord("ァ"), ord("ヴ"), ord("ァ") - ord("ぁ")
_DOUBLED = "っ"
_LONG_VOWELS = (("ou", "o"), ("oo", "o"), ("uu", "u"), ("aa", "a"))


def hebrew(word: str) -> list[str]:
    """Readings of a Hebrew word: as common names are said; vav as o, u and v; a final he is an a heard."""
    bare = without_marks(word)
    if not bare:
        return []
    first = _HEBREW_FIRST.get(bare[0], _HEBREW.get(bare[0], ""))
    rests = [spelled(bare[1:], _HEBREW | reading) for reading in _HEBREW_READINGS]
    spelled_out = [first + (f"{rest[:-1]}a" if bare[1:].endswith("ה") else rest) for rest in rests]
    return [*_HEBREW_WITH_VOWELS.get(bare, ()), *spelled_out]


def armenian(word: str) -> list[str]:
    """The eastern and the western reading of an Armenian word, first with an initial ye or vo."""
    bare = word.replace("ու", "u").replace("եւ", "ev")
    readings = [spelled(bare, letters) for letters in (_ARMENIAN, _WESTERN_ARMENIAN)]
    glide = {"ե": "y", "ո": "v"}.get(bare[0], "")
    return [*(glide + reading for reading in readings), *readings]


def georgian(word: str) -> list[str]:
    """Readings of a Georgian word: the national system, and what older passports have."""
    return [spelled(word, letters) for letters in (_GEORGIAN, _GEORGIAN | _GEORGIAN_OTHERS)]


def kana(word: str) -> list[str]:
    """Hepburn with long vowels as passports have them: short first, then as written; then Kunrei."""
    written = _hepburn("".join(map(_hiragana, word)))
    short = written
    for long, one in _LONG_VOWELS:
        short = short.replace(long, one)
    return [short, written, short.replace("sh", "s").replace("chi", "ti").replace("tsu", "tu")]


def _hiragana(sign: str) -> str:
    return chr(ord(sign) - _TO_HIRAGANA) if _KATAKANA_FIRST <= ord(sign) <= _KATAKANA_LAST else sign


def _hepburn(word: str) -> str:
    written, is_doubled = "", False
    for sign in word:
        glide = _SMALL_Y.get(sign, "")
        if sign == _DOUBLED:
            is_doubled = True
        elif glide and written.endswith("i"):
            written = written[:-1] + (glide[1:] if written.endswith(("shi", "chi", "ji")) else glide)
        else:
            latin = _KANA.get(sign, glide)
            written += latin[:1] + latin if is_doubled else latin
            is_doubled = False
    return plain(written)


ALPHABETS: dict[str, Callable[[str], list[str]]] = {
    "HEBREW": hebrew,
    "ARMENIAN": armenian,
    "GEORGIAN": georgian,
    "HIRAGANA": kana,
    "KATAKANA": kana,
}
