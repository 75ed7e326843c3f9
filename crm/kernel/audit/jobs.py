"""The jobs of the audit log."""

from crm.kernel.audit import sealing
from crm.kernel.queue.registry import periodic


@periodic("4-59/15 * * * *", "audit.seal", where="kith_unsealed_workspaces")
def seal() -> None:
    """Seals what was written since."""
    sealing.seal()


@periodic("29 2 * * *", "audit.retire")
def retire() -> None:
    """Removes the details whose time is over by rule."""
    sealing.retire()
