"""How much a file may ask of this machine."""

MAX_FILE_BYTES = 200 * 1024 * 1024
"""Largest file that is accepted, in bytes."""

MAX_CELL_CHARACTERS = 1_000_000
"""Longest single cell; a longer one is nearly always a quotation mark that was never closed."""

MAX_COLUMNS = 1_000

CHILD_MEMORY_BYTES = 1536 * 1024 * 1024
"""Address space of the process that opens a spreadsheet."""

CHILD_CPU_SECONDS = 90

CHILD_OUTPUT_LINE = 64 * 1024 * 1024
"""Longest line the child may hand over, in bytes."""

MOST_HEADER_ROW = 200
"""The last row in which the column names may stand."""

SAMPLE_ROWS = 200
"""Rows looked at for the delimiter, the header and the kind of content."""
