"""Writing tables: CSV and XLSX, streamed, with every text kept as it is."""

from crm.kernel.exchange.writing.book import Book, Column
from crm.kernel.exchange.writing.delimited import CsvWriter
from crm.kernel.exchange.writing.workbook import XlsxWriter, sheet_name

__all__ = ["Book", "Column", "CsvWriter", "XlsxWriter", "sheet_name"]
