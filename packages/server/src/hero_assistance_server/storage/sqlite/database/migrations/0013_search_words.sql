-- The server itself says what the words of a text are: the tokenizer parts them at spaces and folds nothing else.
-- The index is empty until the server has written every document again, newest ticket first, while it runs.

DROP TABLE search_index;

CREATE VIRTUAL TABLE search_index USING fts5 (
    public,
    notes,
    facets,
    content = '',
    contentless_delete = 1,
    tokenize = 'ascii',
    prefix = '2 3 4 5'
);

-- By which rules the documents were made, and the ticket from which on all of them are there.
CREATE TABLE search_rebuild (
    only_row       INTEGER NOT NULL PRIMARY KEY CHECK (only_row = 1),
    words_version  INTEGER NOT NULL,
    indexed_from   INTEGER NOT NULL
) STRICT;
