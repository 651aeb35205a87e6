-- The order in which a user has put the saved views that they see: their own and the shared ones.
CREATE TABLE view_places (
    user_id  TEXT NOT NULL REFERENCES users (user_id),
    view_id  INTEGER NOT NULL REFERENCES saved_views (view_id) ON DELETE CASCADE,
    place    INTEGER NOT NULL CHECK (place > 0),
    PRIMARY KEY (user_id, view_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX view_places_of_view ON view_places (view_id);
