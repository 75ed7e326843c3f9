"""Addresses of integrations."""

from django.urls import path

from crm.integration.views import log, webhooks

urlpatterns = [
    path("settings/webhooks", webhooks.webhooks, name="settings.webhooks"),
    path("settings/webhooks/new", webhooks.new, name="settings.webhook.new"),
    path("settings/webhooks/events", webhooks.events, name="settings.webhook.events"),
    path("settings/webhooks/<uuid:webhook_id>", log.deliveries, name="settings.webhook"),
    path("settings/webhooks/<uuid:webhook_id>/edit", webhooks.edit, name="settings.webhook.edit"),
    path("settings/webhooks/<uuid:webhook_id>/secret", webhooks.new_secret, name="settings.webhook.secret"),
    path("settings/webhooks/<uuid:webhook_id>/remove", webhooks.remove, name="settings.webhook.remove"),
    path("settings/webhooks/<uuid:webhook_id>/test", log.send_test, name="settings.webhook.test"),
    path("settings/webhooks/<uuid:webhook_id>/again", log.all_again, name="settings.webhook.again"),
    path("settings/webhooks/deliveries/<uuid:delivery_id>", log.delivery, name="settings.webhook.delivery"),
    path("settings/webhooks/deliveries/<uuid:delivery_id>/again", log.again, name="settings.webhook.delivery.again"),
    path("undo/webhook/<uuid:webhook_id>", webhooks.take_back, name="settings.webhook.undo"),
]
