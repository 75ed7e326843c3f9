from django.urls import path

from kith_loans.views import overdue_page

urlpatterns = [path("loans/overdue", overdue_page, name="loans.overdue")]
