"""`manage.py worker`: runs background jobs, periodic work and the delivery of events."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from crm.kernel.queue.worker import WorkerProcess


class Command(BaseCommand):
    help = "Runs background jobs, periodic work and the delivery of events until it is told to stop."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--concurrency", type=int, default=2, help="how many jobs at a time")

    def handle(self, *args: Any, **options: Any) -> None:
        WorkerProcess(options["concurrency"]).run()
