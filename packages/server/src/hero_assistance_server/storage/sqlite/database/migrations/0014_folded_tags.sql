-- Tags that look alike are one: trimmed, without invisible characters, in one case. SQL knows no case but that of ASCII,
-- so that the server folds the stored ones itself, right after this. Events of the time before have the old tags;
-- 0013 has forgotten them.
SELECT 1;
