from django.apps import AppConfig


class LoansConfig(AppConfig):
    name = "kith_loans"
    label = "loans"
