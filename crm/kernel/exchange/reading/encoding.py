"""Which encoding a text file has. Decided by decoding it, not by guessing from its first bytes."""

import codecs
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ENCODINGS = {
    "utf-8": "UTF-8",
    "gb18030": "GBK / GB18030 (简体中文)",
    "cp950": "Big5 (繁體中文)",
    "big5hkscs": "Big5-HKSCS (繁體中文)",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "cp1252": "Windows-1252",
    "shift_jis": "Shift_JIS",
    "cp949": "EUC-KR",
}
"""What a user may choose by hand: codec → shown name."""

_CHUNK = 1 << 20
_SAMPLE = 1 << 21
_MANY = 1_000

# The most frequent characters of running Chinese, business lists and addresses, simplified and traditional. Their share
# tells real text from text that merely decodes.
_COMMON = frozenset(
    "的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可她里后小么心多天而能好都然没日于起"
    "还发成事只作当想看文无开手十用主行方又如前所本见经头面公同三已老从动两长知民样现分将外但身些与高意进把法此实回二理美点月明其种"
    "声全工己话儿者向情部正名定女问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少关并内加化由却代军"
    "产入先山五太水万市眼体别处总才场师书比住员九笑性通目华报立马命张活难神数件安表原车白应路期叫死常提感金何更反合放做系计或司利受光"
    "王果亲界及今京务制解各任至清物台象记边共风战干接它许八特觉望直服毛林题建南度统色字请交爱让认算论百吃义科怎元社术结六功指思非流每"
    "青管夫连远资队跟带花快条院变联言权往展该领传近留红治决周保达办运武半候七必城父强步完革深区即求品士转量空甚众技轻程告江语英基派满"
    "式李息写呢识极令黄德收脸钱党倒未持取设始版双历越史商千片容研像找友孩站广改议形委早房音火际则首单据导影失拿网香似斯专石若兵弟谁校"
    "读志飞观争究包组造落视济喜离虽坏兴切药店股份限限公司户客联系姓址编号称邮箱街镇乡村县省银账类型状态备注价格额税订货送味菜餐"
    "這來個們為時說會後過對沒裡麼發還當開經頭動兩長樣現將與進實點種聲話兒問機給幾業間電東氣關並內加產萬體別處總場師書員報馬張難數"
    "車應親界務制記邊戰許覺題統請愛讓認論義術結資隊帶條變聯權轉輕語滿識極錢雙歷識稱號編縣鎮鄉銀帳類態備註價額稅訂貨區門單專網廣"
    "議際據導組視濟離興藥資訊科技速度快測試軟體引進開發既有程式課題此處如何使用並且"
)
_PUNCTUATION = frozenset("，。、；：？！（）《》“”‘’【】…—·「」『』　～％￥")


@dataclass(frozen=True)
class Found:
    """The codec to decode with, whether it was clear, and the count of places that do not decode."""

    codec: str
    sure: bool = True
    broken: int = 0


def find_encoding(path: Path) -> Found:
    """The encoding of a whole file. A broken byte late in the file does not change the answer."""
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
    marked = _by_mark(head)
    if marked:
        return Found(marked, broken=_broken(path, marked))
    wide = _utf16(head)
    if wide:
        return Found(wide, broken=_broken(path, wide))
    broken = _broken(path, "utf-8")
    if not broken:
        return Found("utf-8")
    if broken < 20 and _multibyte_share(head) > 0.99:
        return Found("utf-8", broken=broken)
    return _legacy(path, head)


def _by_mark(head: bytes) -> str | None:
    for mark, codec in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if head.startswith(mark):
            return codec
    return None


def _utf16(head: bytes) -> str | None:
    """UTF-16 without a mark: line ends and delimiters are ASCII, so one half of their two bytes is zero."""
    if b"\x00" not in head:
        return None
    even, odd = head[0::2], head[1::2]
    zeros = {"utf-16-le": odd.count(0), "utf-16-be": even.count(0)}
    codec = max(zeros, key=lambda name: zeros[name])
    others = min(zeros.values())
    if zeros[codec] * 200 < len(even) or others * 4 > zeros[codec]:
        return None
    text = head[: len(head) // 2 * 2].decode(codec, "replace")
    control = sum(text.count(chr(code)) for code in range(32) if chr(code) not in "\t\r\n")
    return codec if text.count("�") * 50 <= len(text) and control * 500 <= len(text) else None


class _Counting:
    """A decoding error handler that counts where a codec failed."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        self.count += 1
        return "�", error.end


def _broken(path: Path, codec: str) -> int:
    """How many places of the whole file do not decode; past `_MANY` the count stops."""
    counting = _Counting()
    codecs.register_error("kith.counting", counting)
    decoder = codecs.getincrementaldecoder(codec)("kith.counting")
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            decoder.decode(chunk)
            if counting.count > _MANY:
                return counting.count
    decoder.decode(b"", final=True)
    return counting.count


def _multibyte_share(head: bytes) -> float:
    """The share of the bytes above 0x7F which belong to a whole UTF-8 character."""
    text = head.decode("utf-8", "ignore")
    high = sum(1 for byte in head if byte > 0x7F)
    return sum(len(c.encode()) for c in text if c > "\x7f") / high if high else 1.0


def _legacy(path: Path, head: bytes) -> Found:
    """Among the encodings before Unicode: how good the text is that each gives, over the whole file's errors."""
    if _lonely(head) > 0.75:
        return Found("cp1252" if not _broken(path, "cp1252") else "latin-1")
    scored: list[tuple[float, str, int]] = []
    for codec in ("gb18030", "cp950", "big5hkscs"):
        text = head.decode(codec, "replace")
        scored.append((_chinese(text) - 0.01 * (codec == "big5hkscs"), codec, _broken(path, codec)))
    whole = [entry for entry in scored if not entry[2]]
    score, codec, broken = max(whole or scored)
    best = max(scored)
    if best[0] > score + 0.15:
        score, codec, broken = best
    rest = max(entry[0] for entry in scored if (entry[1] == "gb18030") != (codec == "gb18030"))
    return Found(codec, sure=score > 0.45 and score > rest + 0.1, broken=broken)


def _lonely(head: bytes) -> float:
    """The share of high bytes that stand alone between ASCII letters, as accents in Western text do."""
    high = lonely = 0
    padded = b" " + head[:200_000] + b" "
    for index in range(1, len(padded) - 1):
        if padded[index] > 0x7F:
            high += 1
            lonely += padded[index - 1] < 0x80 and padded[index + 1] < 0x80
    return lonely / high if high else 1.0


def _chinese(text: str) -> float:
    """0…1: how much the characters beyond ASCII look like written Chinese."""
    counts = Counter(text)
    total = good = 0.0
    for character, count in counts.items():
        if character < "\x80":
            continue
        total += count
        good += count * _worth(character)
    return good / total if total else 0.0


def _worth(character: str) -> float:
    if character in _COMMON or character in _PUNCTUATION:
        return 1.0
    if "一" <= character <= "鿿":
        return 0.55 if _everyday(character) else 0.15
    if character == "�" or "\ue000" <= character <= "\uf8ff":
        return -2.0
    if "！" <= character <= "～":
        return 0.7
    return 0.1


def _everyday(character: str) -> bool:
    """Whether a character is in the first level of GB 2312 or of Big5: some 6,000 in everyday use."""
    try:
        first, second = character.encode("gb2312")
        if 0xB0 <= first <= 0xD7:
            return True
    except UnicodeEncodeError:
        pass
    try:
        return 0xA4 <= character.encode("big5")[0] <= 0xC6
    except UnicodeEncodeError:
        return False
