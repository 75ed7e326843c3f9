from django.urls import path

from crm.customers.views import calendar, done, log

urlpatterns = [
    path("calendar/<str:secret>.ics", calendar, name="customers.calendar"),
    path("activities/log/<uuid:record>", log, name="customers.log"),
    path("activities/<uuid:pk>/done", done, name="customers.done"),
]
