-- Where customers get an event as the team does but for some fields of its ticket, these are named, separated by spaces;
-- their text is made when it is read. Where more differs, `customer_payload` has it.
ALTER TABLE events ADD COLUMN hidden TEXT CHECK (hidden IS NULL OR customer_payload IS NULL);
