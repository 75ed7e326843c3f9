"""Reading an e-mail file: bytes of any origin become a `Letter`, or are refused in one sentence. Knows no database."""

from crm.customers.letters.reading import MOST, Attachment, Letter, Party, Unreadable, read

__all__ = ["MOST", "Attachment", "Letter", "Party", "Unreadable", "read"]
