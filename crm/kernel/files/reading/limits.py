"""How much a file may ask for while it is read."""

#: Memory of a child, bytes. A PDF's engine and a large sheet need some hundred megabytes.
MEMORY = 768 * 2**20
#: Seconds of processor time, and of waiting, for all the text of a file.
TEXT_SECONDS = 20
#: The same for one page.
PAGE_SECONDS = 6
#: Characters of text that are kept of one file.
MOST_TEXT = 200_000
#: Bytes of one page's picture.
MOST_PICTURE = 16 * 2**20
#: Files beyond this are not read for their text.
LARGEST = 100 * 2**20
