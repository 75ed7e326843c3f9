"""People, teams, roles, and the keys that let them in."""

from crm.kernel.identity.models.attempts import Attempt
from crm.kernel.identity.models.keys import ApiToken, CalendarLink, Invitation, PasswordReset, Session
from crm.kernel.identity.models.people import Role, Team, User, UserRole

__all__ = ["ApiToken", "Attempt", "CalendarLink", "Invitation", "PasswordReset", "Role", "Session", "Team", "User", "UserRole"]
