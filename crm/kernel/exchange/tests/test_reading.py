"""Text tables: encodings, delimiters, quotes, ragged rows."""

from pathlib import Path

import pytest

from crm.kernel.exchange.reading import Unreadable, rows, sniff

DATA = Path(__file__).resolve().parents[5] / "shared" / "data"
CHINESE = '公司名称,城市,备注\r\n上海盈晟标牌有限公司,上海,"按时交货, 质量好"\r\n深圳市华瓷股份有限公司,深圳,新客户\r\n'
TAIWAN = "公司名稱,城市,備註\r\n台灣積體電路製造股份有限公司,新竹,長期合作的客戶\r\n鴻海精密工業股份有限公司,新北,電話聯絡\r\n"


def write(tmp_path: Path, content: bytes, name: str = "file.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def table(path: Path, **given: object) -> list[tuple[str, ...]]:
    shape = sniff(path, **given)  # type: ignore[arg-type]
    return [shape.columns, *(row.cells for row in rows(path, shape))]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
def test_simplified_chinese_is_read_in_every_encoding(tmp_path: Path, codec: str) -> None:
    found = table(write(tmp_path, CHINESE.encode(codec)))
    assert found[0] == ("公司名称", "城市", "备注")
    assert found[1] == ("上海盈晟标牌有限公司", "上海", "按时交货, 质量好")
    assert len(found) == 3


@pytest.mark.parametrize("codec", ["utf-8", "big5", "cp950", "big5hkscs", "utf-16-be"])
def test_traditional_chinese_is_read_in_every_encoding(tmp_path: Path, codec: str) -> None:
    found = table(write(tmp_path, TAIWAN.encode(codec)))
    assert found[0] == ("公司名稱", "城市", "備註")
    assert found[2] == ("鴻海精密工業股份有限公司", "新北", "電話聯絡")


def test_accents_of_western_files_are_no_chinese(tmp_path: Path) -> None:
    path = write(tmp_path, "name;city\nBólido Comidas;Madrid\nFrançois & Søn;Århus\n".encode("cp1252"))
    assert table(path)[1:] == [("Bólido Comidas", "Madrid"), ("François & Søn", "Århus")]


def test_a_broken_byte_late_in_the_file_rejects_only_its_row(tmp_path: Path) -> None:
    good = "名称,城市\n" + "上海公司,上海\n" * 50_000
    path = write(tmp_path, good.encode() + b"\xe4\xb8,x\n" + "末尾,北京\n".encode())
    shape = sniff(path)
    assert (shape.encoding, shape.encoding_sure, shape.rows, shape.ragged) == (
        "utf-8",
        False,
        50_002,
        (50_002,),
    )
    read = list(rows(path, shape))
    assert read[-2].problem and not read[-1].problem and read[-1].cells == ("末尾", "北京")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    text = "\n".join(delimiter.join(cells) for cells in [("id", "text"), ("007", '"a, b; c | d"'), ("2/4", "x")])
    assert table(write(tmp_path, text.encode())) == [("id", "text"), ("007", "a, b; c | d"), ("2/4", "x")]


def test_one_column_needs_no_delimiter(tmp_path: Path) -> None:
    assert table(write(tmp_path, b"Primary Email\na@b.example\n")) == [("Primary Email",), ("a@b.example",)]


def test_the_line_sep_of_excel_is_no_row(tmp_path: Path) -> None:
    assert table(write(tmp_path, b"sep=;\r\na;b\r\n1;2,5\r\n")) == [("a", "b"), ("1", "2,5")]


def test_ragged_rows_are_named_by_their_line(tmp_path: Path) -> None:
    path = write(tmp_path, b'a,b,c\n1,2,3\n"line\nbreak",2,3\n1,2\n1,2,3,4\n1,2,3,\n')
    shape = sniff(path)
    assert (shape.rows, shape.ragged, shape.ragged_count) == (5, (5, 6), 2)
    read = {row.number: row for row in rows(path, shape)}
    assert read[3].cells == ("line\nbreak", "2", "3")
    assert read[5].problem == "This row has 2 cells, the header has 3."
    assert read[6].problem == "This row has 4 cells, the header has 3."
    assert read[7].problem is None


def test_header_names_become_distinct_and_never_empty(tmp_path: Path) -> None:
    shape = sniff(write(tmp_path, b"OrderID,,orderid,\n1,2,3,4\n"))
    assert shape.columns == ("OrderID", "Column B", "orderid (2)", "Column D")


def test_titles_above_the_table_and_blank_lines_are_passed_over(tmp_path: Path) -> None:
    path = write(tmp_path, b"\nCustomers of 2026,,\n\nname,city,phone\n\nA,B,1\n")
    shape = sniff(path)
    assert (shape.header_row, shape.columns, shape.rows) == (4, ("name", "city", "phone"), 1)
    assert [row.number for row in rows(path, shape)] == [6]


def test_a_file_without_header_gets_letters(tmp_path: Path) -> None:
    path = write(tmp_path, b"1,2\n3,4\n")
    assert table(path, header_row=0) == [("Column A", "Column B"), ("1", "2"), ("3", "4")]


def test_reading_goes_on_after_a_bookmark(tmp_path: Path) -> None:
    path = write(tmp_path, b"a\n" + b"".join(b"%d\n" % n for n in range(10)))
    shape = sniff(path)
    assert [row.cells[0] for row in rows(path, shape, after=9)] == ["8", "9"]


def test_an_unclosed_quote_is_said_and_does_not_break(tmp_path: Path) -> None:
    path = write(tmp_path, b'a,b\n1,2\n3,"four\n5,6\n')
    read = list(rows(path, sniff(path)))
    assert read[-1].problem == "The quotation mark opened in line 3 is never closed."
    huge = write(tmp_path, b'a,b\n1,2\n3,"' + b"x,y\n" * 400_000, "huge.csv")
    with pytest.raises(Unreadable, match="line 3 is never closed"):
        list(rows(huge, sniff(huge, delimiter=",", encoding="utf-8")))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\n\n \n", "no rows"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n", "picture"),
        (b"<html><table><tr><td>a", "web page"),
        (b"PK\x03\x04broken", "damaged"),
        (b'[{"a": 1}]', "no table"),
        (bytes(range(256)) * 200, "no known encoding"),
    ],
)
def test_what_is_no_table_is_refused_with_a_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(Unreadable, match=said):
        sniff(write(tmp_path, content))


def test_hostile_bytes_reject_rows_and_nothing_else(tmp_path: Path) -> None:
    path = write(tmp_path, b"name,city\n<script>alert(1)</script>,x\nnul\x00byte,y\n\xf0\x9f\x98\x80,z\n")
    read = list(rows(path, sniff(path, encoding="utf-8")))
    assert [bool(row.problem) for row in read] == [False, True, False]
    assert read[2].cells == ("😀", "z")


def real(*parts: str) -> Path:
    path = DATA.joinpath(*parts)
    if not path.exists():
        pytest.skip("the real data set is not on this machine")
    return path


@pytest.mark.parametrize(
    ("name", "count", "first"),
    [
        ("areas_gbk.csv", 2978, ("110101", "东城区", "1101", "11")),
        (
            "listed_companies_gb18030.csv",
            2321,
            ("华瓷股份", "湖南华联瓷业股份有限公司", "001216", "深圳证券交易所", "2021-10-19"),
        ),
        (
            "listed_companies_utf16le_tab.txt",
            2321,
            ("华瓷股份", "湖南华联瓷业股份有限公司", "001216", "深圳证券交易所", "2021-10-19"),
        ),
        ("streets_gb18030_crlf.csv", 41352, ("110101001", "东华门街道", "110101", "11", "1101")),
        ("waimai_10k_gb18030.csv", 11987, ("1", "很快，好吃，味道足，量大")),
    ],
)
def test_real_chinese_tables_are_exact(name: str, count: int, first: tuple[str, ...]) -> None:
    path = real("cn_encodings_derived", name)
    shape = sniff(path)
    read = list(rows(path, shape))
    assert shape.encoding_sure and shape.rows == len(read) == count
    assert read[0].cells == first
    codec = "utf-16" if "utf16" in name else "gb18030"
    whole = path.read_bytes().decode(codec).replace("\r\n", "\n").rstrip("\n").split("\n")
    if '"' not in "".join(whole):
        assert [(shape.delimiter or "").join(row.cells) for row in read] == whole[1:]


@pytest.mark.parametrize("name", ["gb2312", "gbk", "gb18030", "big5"])
def test_codec_samples_are_exact(name: str) -> None:
    path = real("cjk_encodings_cpython", f"{name}.txt")
    codec = sniff(path).encoding or ""
    assert path.read_bytes().decode(codec) == path.with_name(f"{name}-utf8.txt").read_text("utf-8")


@pytest.mark.parametrize(
    ("parts", "count", "width"),
    [
        (("contacts_roundcube", "csv2vcard", "all.csv"), 1, 61),
        (("contacts_roundcube", "csv2vcard", "gmail.csv"), 1, 81),
        (("contacts_roundcube", "csv2vcard", "email.csv"), 4, 1),
        (("northwind", "customers.csv"), 91, 11),
        (("northwind", "employees.csv"), 9, 18),
        (("northwind", "orders.csv"), 2155, 19),
        (("adventureworks", "AdventureWorks_Customers.csv"), 18148, 13),
        (("adventureworks", "AdventureWorks_Sales_2017.xlsx"), 2630, 8),
        (("crm_sales_opportunities", "sales_pipeline.csv"), 8800, 8),
        (("marketing_campaign", "marketing_campaign.csv"), 2240, 29),
    ],
)
def test_real_files_have_their_known_size(parts: tuple[str, ...], count: int, width: int) -> None:
    path = real(*parts)
    shape = sniff(path)
    assert (shape.rows, len(shape.columns), shape.ragged_count) == (count, width, 0)
    assert sum(1 for row in rows(path, shape) if not row.problem) == count


def test_a_table_is_the_same_as_csv_and_as_xlsx() -> None:
    as_csv = table(real("adventureworks", "AdventureWorks_Sales_2017.csv"))
    as_xlsx = table(real("adventureworks", "AdventureWorks_Sales_2017.xlsx"))
    assert as_csv[0] == as_xlsx[0]
    assert [row[2:] for row in as_csv] == [row[2:] for row in as_xlsx]
