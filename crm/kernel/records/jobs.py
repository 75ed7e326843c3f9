"""The jobs of this package, read as the program starts."""

from crm.kernel.records.counting import count_all, count_fields
from crm.kernel.records.many import carry_out, forget_many
from crm.kernel.records.undo_all import take_back_act

__all__ = ["carry_out", "count_all", "count_fields", "forget_many", "take_back_act"]
