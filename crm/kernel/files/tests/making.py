"""Small files of many kinds, made by hand: what Office and PDF programs write, down to what is read of it."""

import io
import zipfile

import openpyxl

DOCUMENT = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'
SLIDE = '<p:sld xmlns:p="http://p" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">{}</p:sld>'


def archive(**parts: str | bytes) -> bytes:
    """A zip; `__` in a name stands for a slash and `_x` for `.xml`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, body in parts.items():
            made.writestr(name.replace("__", "/").replace("_x", ".xml"), body)
    return out.getvalue()


def docx(*paragraphs: str) -> bytes:
    halves = ((one[: len(one) // 2], one[len(one) // 2 :]) for one in paragraphs)  # words are cut wherever one stopped typing
    lines = "".join(f"<w:p><w:r><w:t>{first}</w:t></w:r><w:r><w:t>{rest}</w:t></w:r></w:p>" for first, rest in halves)
    return archive(**{"[Content_Types]_x": "<Types/>", "word__document_x": DOCUMENT.format(lines)})


def pptx(*slides: str) -> bytes:
    parts = {f"ppt__slides__slide{at}_x": SLIDE.format(f"<a:p><a:t>{text}</a:t></a:p>") for at, text in enumerate(slides, 1)}
    return archive(**{"[Content_Types]_x": "<Types/>", **parts})


def xlsx(*rows: tuple[object, ...]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def pdf(text: str, pages: int = 1) -> bytes:
    """A PDF whose font tells each character by its Unicode number, as Chinese ones do."""
    codes = "".join(f"{ord(one):04X}" for one in text)
    pairs = "\n".join(f"<{ord(one):04X}> <{ord(one):04X}>" for one in sorted(set(text)))
    cmap = f"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <FFFF> endcodespacerange {len(set(text))} "
    cmap += f"beginbfchar\n{pairs}\nendbfchar endcmap end"
    drawn = f"BT /F1 24 Tf 40 700 Td <{codes}> Tj ET"
    kids = " ".join(f"{7 + at} 0 R" for at in range(pages))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>",
        "<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /Identity-H /DescendantFonts [4 0 R] /ToUnicode 5 0 R >>",
        "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Song "
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
        f"<< /Length {len(cmap)} >>\nstream\n{cmap}\nendstream",
        f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
    ]
    page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents 6 0 R >>"
    return _assembled([*objects, *[page] * pages])


def _assembled(objects: list[str]) -> bytes:
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    tail = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer << /Size {len(objects) + 1} /Root 1 0 R >>\n"
    return out + f"{tail}startxref\n{len(out)}\n%%EOF\n".encode()
