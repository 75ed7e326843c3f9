from django.urls import path

from crm.customers.views.activities import calendar, done, log
from crm.customers.views.day import later, move
from crm.customers.views.mails import person, take
from crm.customers.views.naming import people

urlpatterns = [
    path("calendar/<str:secret>.ics", calendar, name="customers.calendar"),
    path("activities/log/<uuid:record>", log, name="customers.log"),
    path("activities/<uuid:pk>/done", done, name="customers.done"),
    path("people/<uuid:record>", people, name="customers.people"),
    path("day/<uuid:record>/<slug:reason>/later", later, name="customers.day_later"),
    path("day/<uuid:pk>/move", move, name="customers.day_move"),
    path("mails/<uuid:record>", take, name="customers.take_mail"),
    path("mails/<uuid:pk>/person", person, name="customers.mail_person"),
]
