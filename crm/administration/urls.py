"""Addresses of the administration."""

from django.urls import path
from django.views.generic import RedirectView

from crm.administration.views import entrance, links, own, people, role_filter, roles, teams, work, workspace

urlpatterns = [
    path("sign-in", entrance.sign_in_page, name="sign-in"),
    path("sign-in/choose", entrance.choose, name="sign-in.choose"),
    path("sign-out", entrance.sign_out_page, name="sign-out"),
    path("language", entrance.language, name="language"),
    path("invite/<str:secret>", links.invitation, name="invitation"),
    path("reset", links.forgotten, name="forgotten"),
    path("reset/<str:secret>", links.reset, name="reset"),
    path("settings", RedirectView.as_view(url="/settings/profile"), name="settings"),
    path("settings/profile", own.profile, name="settings.profile"),
    path("settings/calendar", own.calendar, name="settings.calendar"),
    path("settings/security", own.security, name="settings.security"),
    path("settings/sessions/end-others", own.end_other_sessions, name="settings.sessions.end-others"),
    path("settings/sessions/<uuid:session_id>/end", own.end_session, name="settings.sessions.end"),
    path("settings/tokens", own.tokens, name="settings.tokens"),
    path("settings/tokens/<uuid:token_id>/revoke", own.revoke_token, name="settings.tokens.revoke"),
    path("settings/workspace", workspace.settings_page, name="settings.workspace"),
    path("settings/all-tokens", workspace.all_tokens, name="settings.all-tokens"),
    path("settings/users", people.users, name="settings.users"),
    path("settings/users/<uuid:user_id>", people.user, name="settings.user"),
    path("settings/users/<uuid:user_id>/deactivate", people.deactivate, name="settings.user.deactivate"),
    path("settings/users/<uuid:user_id>/activate", people.activate, name="settings.user.activate"),
    path("settings/users/<uuid:user_id>/reset-link", people.make_reset, name="settings.user.reset-link"),
    path(
        "settings/invitations/<uuid:invitation_id>/revoke", people.revoke_invitation, name="settings.invitation.revoke"
    ),
    path("settings/teams", teams.teams, name="settings.teams"),
    path("settings/teams/<uuid:team_id>", teams.team, name="settings.team"),
    path("settings/teams/<uuid:team_id>/delete", teams.delete, name="settings.team.delete"),
    path("settings/work", work.work, name="settings.work"),
    path("settings/work/<uuid:task_id>/stop", work.stop, name="settings.work.stop"),
    path("settings/work/<uuid:task_id>/retry", work.retry, name="settings.work.retry"),
    path("settings/work/news/<uuid:event_id>/retry", work.retry_letter, name="settings.work.news.retry"),
    path("settings/work/news/<uuid:event_id>/discard", work.discard_letter, name="settings.work.news.discard"),
    path("settings/roles", roles.roles, name="settings.roles"),
    path("settings/roles/new", roles.role, name="settings.role.new"),
    path("settings/roles/filter/<slug:kind>", role_filter.editor, name="settings.role.filter"),
    path("settings/roles/<uuid:role_id>", roles.role, name="settings.role"),
    path("settings/roles/<uuid:role_id>/delete", roles.delete, name="settings.role.delete"),
]
