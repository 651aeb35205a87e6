"""A replica of the desk elsewhere: Litestream copies the database, and this folder what Litestream does not."""
