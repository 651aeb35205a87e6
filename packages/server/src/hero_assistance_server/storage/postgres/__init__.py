"""PostgreSQL 15 or newer as storage engine; nothing outside this folder imports psycopg."""
