-- The token that a draft is sent with, and the ids of the uploads that go with it.
ALTER TABLE drafts ADD COLUMN client_token TEXT;
ALTER TABLE drafts ADD COLUMN attachments TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(attachments));
