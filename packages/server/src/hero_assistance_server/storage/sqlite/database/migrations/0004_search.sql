-- The words of every ticket, one document each; its columns are made by `search.search_document`, and what is there already is
-- written when the database is opened next. Texts are not kept twice.

CREATE VIRTUAL TABLE search_index USING fts5 (
    public,
    notes,
    facets,
    content = '',
    contentless_delete = 1,
    tokenize = 'unicode61 remove_diacritics 2',
    prefix = '2 3 4 5'
);

CREATE INDEX tickets_by_filing ON tickets (created_at);
