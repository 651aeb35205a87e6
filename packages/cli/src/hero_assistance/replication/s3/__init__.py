"""A target that is a bucket of an S3-compatible store: its requests, their signatures, and the key that signs them."""
