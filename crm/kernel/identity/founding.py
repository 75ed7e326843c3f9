"""What parts add to a new workspace (a first pipeline, for example): they register here and are called once."""

from collections.abc import Callable

from crm.kernel.identity.models import User
from crm.kernel.tenancy.models import Workspace

Hook = Callable[[Workspace, User], None]

_hooks: list[Hook] = []


def on_founded(hook: Hook) -> Hook:
    """Registers `hook(workspace, administrator)`; it runs inside the new workspace's scope as Kith itself."""
    if hook not in _hooks:
        _hooks.append(hook)
    return hook


def founded(workspace: Workspace, administrator: User) -> None:
    """Calls every hook, in the order of registration (that is the order of INSTALLED_APPS)."""
    for hook in _hooks:
        hook(workspace, administrator)
