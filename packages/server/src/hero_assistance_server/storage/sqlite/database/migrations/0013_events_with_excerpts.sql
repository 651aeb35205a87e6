-- The tickets of events have an excerpt, as those of lists have. Readers start from a snapshot, also those that had the
-- last event: the number goes on behind it.
DELETE FROM event_readers;
DELETE FROM events;
UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'events' AND seq > 0;
