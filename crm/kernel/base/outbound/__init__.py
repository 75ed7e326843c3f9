"""The one way out: every request that Kith itself makes to an address somebody typed goes through here.

It never reaches what only Kith's own network reaches (`addresses`), whatever a name resolves to, and a receiver can neither keep it
waiting nor fill its memory (`client`). `KITH_OUTBOUND_ALLOW` opens single hosts and networks of one's own.
"""

from crm.kernel.base.outbound.addresses import Forbidden, Target, read_target
from crm.kernel.base.outbound.client import Answer, Limits, Unreachable, Wire

__all__ = ["Answer", "Forbidden", "Limits", "Target", "Unreachable", "Wire", "read_target"]
