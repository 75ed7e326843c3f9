"""Outbound mail over SMTP, sent by a job, so that no request waits for a mail server."""
