from django.urls import path

from crm.customers.views import done, log

urlpatterns = [
    path("activities/log/<uuid:record>", log, name="customers.log"),
    path("activities/<uuid:pk>/done", done, name="customers.done"),
]
