"""The jobs of this package, read as the program starts."""

from crm.kernel.records.undo_all import take_back_act

__all__ = ["take_back_act"]
