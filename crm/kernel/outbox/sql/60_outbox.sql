-- The feed, and two small indexes over what is not delivered yet: the next one, and who waits behind whom.
CREATE UNIQUE INDEX IF NOT EXISTS outbox_event_feed ON outbox_event (workspace_id, xid, number);
CREATE INDEX IF NOT EXISTS outbox_event_next ON outbox_event (workspace_id, xid, number) WHERE state = 'pending';
CREATE INDEX IF NOT EXISTS outbox_event_parked ON outbox_event (workspace_id, record, number)
  WHERE state IN ('pending', 'dead');
CREATE INDEX IF NOT EXISTS outbox_event_done ON outbox_event (workspace_id, done_at) WHERE done_at IS NOT NULL;
