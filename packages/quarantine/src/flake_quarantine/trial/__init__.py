"""A measuring pytest process: replaces tests by copies, logs each run, and forks for runs after it has collected."""
