"""The jobs of this package, read as the program starts."""

from crm.kernel.records.many import carry_out, forget_many
from crm.kernel.records.undo_all import take_back_act

__all__ = ["carry_out", "forget_many", "take_back_act"]
