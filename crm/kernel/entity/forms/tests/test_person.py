"""Names of people: surname first or last, compound surnames whole, titles apart."""

import pytest

from crm.kernel.entity.forms.errors import FieldError
from crm.kernel.entity.forms.person import PersonName, compose_person, initials, join_name, parse_person, show_person
from crm.kernel.entity.forms.reading import Reading


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("陈静", PersonName("陈静", "陈", "静", "", "eastern")),
        ("欧阳娜娜", PersonName("欧阳娜娜", "欧阳", "娜娜", "", "eastern")),
        ("欧阳 修", PersonName("欧阳修", "欧阳", "修", "", "eastern")),
        ("司馬懿", PersonName("司馬懿", "司馬", "懿", "", "eastern")),
        ("王小明先生", PersonName("王小明", "王", "小明", "先生", "eastern")),
        ("王总", PersonName("王", "王", "", "总", "eastern")),
        ("阿卜杜拉•买买提", PersonName("阿卜杜拉·买买提", "买买提", "阿卜杜拉", "", "western")),
        ("山田 太郎", PersonName("山田 太郎", "山田", "太郎", "", "eastern")),
        ("남궁민", PersonName("남궁민", "남궁", "민", "", "eastern")),
        ("JON YANG", PersonName("Jon Yang", "Yang", "Jon")),
        ("MR. JON YANG", PersonName("Jon Yang", "Yang", "Jon", "Mr.")),
        ("O'BRIEN, CONAN", PersonName("Conan O'Brien", "O'Brien", "Conan")),
        ("RONALD MCDONALD", PersonName("Ronald McDonald", "McDonald", "Ronald")),
        ("Ludwig van Beethoven", PersonName("Ludwig van Beethoven", "van Beethoven", "Ludwig")),
        ("Martin Luther King Jr.", PersonName("Martin Luther King Jr.", "King", "Martin Luther")),
        ("Dr. Jean-Paul Sartre", PersonName("Jean-Paul Sartre", "Sartre", "Jean-Paul", "Dr.")),
        ("Madonna", PersonName("Madonna", "", "Madonna")),
        ("陈静 (Jenny Chen)", PersonName("陈静 (Jenny Chen)", "陈", "静", "", "eastern")),
    ],
)
def test_a_name(raw: str, name: PersonName, english: Reading, chinese: Reading) -> None:
    assert parse_person(raw, english) == name
    assert parse_person(show_person(name, chinese, titled=True), chinese) == name


def test_parts_in_columns_of_their_own(english: Reading) -> None:
    assert compose_person("YANG", "JON", english, "MR.") == PersonName("Jon Yang", "Yang", "Jon", "Mr.")
    assert compose_person("欧阳", "修", english) == PersonName("欧阳修", "欧阳", "修", "", "eastern")
    assert compose_person("LI", "JON", english) == PersonName("Jon Li", "Li", "Jon")
    assert compose_person("", " ", english) is None
    assert join_name("陈", "静") == "陈静"
    assert join_name("Yang", "Jon") == "Jon Yang"
    assert join_name(None, "Jon") == "Jon"


def test_avatars(english: Reading) -> None:
    drawn = {
        "陈静": ("陈静", "陈"),
        "王小明": ("小明", "王"),
        "欧阳娜娜": ("娜娜", "欧阳"),
        "欧阳修": ("欧阳", "欧阳"),
        "Jon Yang": ("JY", "JY"),
        "Ludwig van Beethoven": ("LB", "LB"),
        "Madonna": ("M", "M"),
    }
    for name, (large, small) in drawn.items():
        assert initials(name) == large
        assert initials(name, small=True) == small


def test_names_sort_by_the_sound_of_the_surname(english: Reading) -> None:
    names = ["单雄信", "陈静", "曾国藩", "Jon Yang", "欧阳修"]
    parsed = [name for raw in names if (name := parse_person(raw, english))]
    assert [name.full for name in sorted(parsed, key=lambda name: name.sort_key)] == [
        "陈静", "欧阳修", "单雄信", "Jon Yang", "曾国藩",
    ]  # fmt: skip


@pytest.mark.parametrize("raw", ["12345", "---", "x" * 121])
def test_what_is_no_name(raw: str, english: Reading) -> None:
    with pytest.raises(FieldError):
        parse_person(raw, english)
