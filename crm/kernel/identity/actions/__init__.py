"""What can be done with people and their keys. One file a noun."""

from crm.kernel.identity.actions.founding import found_workspace
from crm.kernel.identity.actions.invitations import (
    accept_invitation,
    check_invitation,
    invite,
    revoke_invitation,
)
from crm.kernel.identity.actions.keys import (
    drop_calendar_link,
    make_calendar_link,
    make_token,
    open_session,
    revoke_other_sessions,
    revoke_session,
    revoke_token,
    sign_out,
)
from crm.kernel.identity.actions.passwords import (
    change_password,
    check_reset,
    make_reset_link,
    request_reset,
    reset_password,
)
from crm.kernel.identity.actions.people import (
    activate_user,
    add_user,
    change_roles,
    change_user,
    deactivate_user,
    limit_access,
    save_profile,
)
from crm.kernel.identity.actions.roles import delete_role, save_role
from crm.kernel.identity.actions.signing_in import choose_workspace, sign_in
from crm.kernel.identity.actions.teams import delete_team, save_team
from crm.kernel.identity.actions.workspace import save_workspace

__all__ = [
    "accept_invitation",
    "activate_user",
    "add_user",
    "change_password",
    "change_roles",
    "change_user",
    "check_invitation",
    "check_reset",
    "choose_workspace",
    "deactivate_user",
    "delete_role",
    "delete_team",
    "drop_calendar_link",
    "found_workspace",
    "invite",
    "limit_access",
    "make_calendar_link",
    "make_reset_link",
    "make_token",
    "open_session",
    "request_reset",
    "reset_password",
    "revoke_invitation",
    "revoke_other_sessions",
    "revoke_session",
    "revoke_token",
    "save_profile",
    "save_role",
    "save_team",
    "save_workspace",
    "sign_in",
    "sign_out",
    "choose_workspace",
]
