"""Prints one page of a PDF as a PNG; as page 0 the number of pages and the sizes of the first ones. Exit code 0: done.

Started by path with `python -I` and limits, as the reader of text: the browser gets a picture and never the PDF itself.
"""

import os
import resource
import struct
import sys
import zlib

import pypdfium2

#: Pixels of the longer side at most.
LONGEST = 4_000
#: So many pages are measured.
MEASURED = 100


def png(width: int, height: int, stride: int, raw: bytes) -> bytes:
    """A PNG of rows of RGB bytes."""
    rows = b"".join(b"\x00" + raw[at * stride : at * stride + width * 3] for at in range(height))
    parts = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b"")]
    chunks = (struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def main(path: str, number: int, width: int) -> None:
    """Draws page `number`, from 1, so many pixels wide; page 0 prints the number of pages, then "width height" in points of each."""
    document = pypdfium2.PdfDocument(path)
    if number == 0:
        sizes = [document.get_page_size(at) for at in range(min(len(document), MEASURED))]
        lines = [str(len(document)), *(f"{max(round(wide), 1)} {max(round(high), 1)}" for wide, high in sizes)]
        sys.stdout.write("\n".join(lines))
        return
    page = document[number - 1]
    wide, high = page.get_size()
    scale = min(width / max(wide, 1), LONGEST / max(high, 1), LONGEST / max(wide, 1))
    drawn = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)
    sys.stdout.buffer.write(png(drawn.width, drawn.height, drawn.stride, bytes(drawn.buffer)))


if __name__ == "__main__":
    memory, seconds = int(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    try:
        main(sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
        sys.stdout.flush()
        code = 0
    except BaseException:
        code = 5
    os._exit(code)
