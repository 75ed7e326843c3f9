"""Reading tables out of files: `sniff` finds how, `rows` streams them as text."""

from crm.kernel.exchange.reading.encoding import ENCODINGS
from crm.kernel.exchange.reading.problems import Unreadable
from crm.kernel.exchange.reading.shape import FileShape, Row
from crm.kernel.exchange.reading.sniffing import rows, sniff

__all__ = ["ENCODINGS", "FileShape", "Row", "Unreadable", "rows", "sniff"]
