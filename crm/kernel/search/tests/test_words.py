"""Words of texts and of questions, without a database."""

import random

import pytest
from pypinyin import lazy_pinyin
from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

from crm.kernel.base.text import pinyin_of
from crm.kernel.search.words import lexemes, pinyin_spaced, question, vector


def words(text: str, title: bool = False) -> set[str]:
    return set(lexemes(text, title))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("North Star Trading Ltd", {"north", "star", "trading"}),
        ("O'Brien & Sons", {"o'brien", "sons"}),
        ("Café Zürich", {"cafe", "zurich"}),
        ("Li.Wei@Acme.com.cn", {"li.wei@acme.com.cn", "li", "wei", "acme", "com", "cn", "acme.com.cn"}),
        ("OP-1042", {"op-1042", "op", "1042"}),
        ("+86 138 0000 1234", {"8613800001234", "13800001234", "~4321000083168"}),
        ("(021) 5555-6789", {"02155556789", "~98765555120"}),
        ("贸易", {"贸易"}),
        ("盈牌貿易有限公司", {"盈牌", "牌贸", "贸易"}),
    ],
)
def test_words_of_a_text(text: str, found: set[str]) -> None:
    assert found <= words(text)
    assert not {"ltd", "有限", "公司"} & words(text)


def test_a_name_is_found_by_pinyin_initials_and_single_characters() -> None:
    found = words("上海盈牌贸易有限公司", title=True)
    assert {"盈", "上海", "shanghaiyingpai", "yingpaimaoyi", "shypmy"} <= found
    assert "chongqing" in words("重庆", title=True), "readings come from phrases"


def test_traditional_and_simplified_are_one() -> None:
    assert words("東莞電子", title=True) == words("东莞电子", title=True)


def test_the_heaviest_weight_counts() -> None:
    assert vector([("D", "acme"), ("B", "acme")]) == "'acme':1B"


@pytest.mark.parametrize("hostile", ["' | 'x':*", "a\\", "'", "<script>", "\u202eabc", "a\x00b", "😀😀", ""])
def test_no_text_breaks_the_form(hostile: str) -> None:
    for made in (vector([("A", hostile)]), question(hostile).index):
        assert made.replace("''", "").replace("\\\\", "").count("'") % 2 == 0


@pytest.mark.parametrize(
    ("typed", "index"),
    [
        ("shyp", "'shyp':*"),
        ("上海", "'上海'"),
        ("盈", "'盈'"),
        ("1234", "('1234':* | '~4321':*)"),
        ("021-5555 6789", "('02155556789':* | '~9876555512':*)"),
        ("li", ""),
        ("zhang wei", "('zhangwei':* | ('zhang':* & 'wei':*))"),
        ("zhang w", "('zhangw':* | ('zhang':*))"),
    ],
)
def test_a_question_for_the_index(typed: str, index: str) -> None:
    assert question(typed).index == index


def test_short_names_are_read_as_the_library_reads_them() -> None:
    dice = random.Random(7)  # noqa: S311
    letters, phrases = [chr(code) for code in range(0x4E00, 0x9FA6) if code in PINYIN_DICT], list(PHRASES_DICT)
    for number in range(3_000):
        text = dice.choice(phrases) if number % 3 == 0 else ""
        text += "".join(dice.choices(letters, k=dice.randrange(2, 6)))
        assert pinyin_of(text) == tuple(lazy_pinyin(text)), text


def test_letters_read_as_pinyin() -> None:
    assert pinyin_spaced("shanghaiy") == ["shang hai y"]
    assert set(pinyin_spaced("xian")) >= {"xian", "xi an"}
    assert pinyin_spaced("brgz") == []
