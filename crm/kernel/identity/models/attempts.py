"""Tries at a password. Belongs to no workspace: it is counted before the workspace is known."""

from django.db import models


class Attempt(models.Model):
    """Tries under one key (a digest of what is counted) since `since`; none are accepted before `until`."""

    key = models.TextField(primary_key=True)
    tries = models.IntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        db_table = "attempt"
        indexes = [models.Index(fields=["since"], name="attempt_since_ix")]

    def __str__(self) -> str:
        return f"{self.tries} tries since {self.since:%H:%M}"
