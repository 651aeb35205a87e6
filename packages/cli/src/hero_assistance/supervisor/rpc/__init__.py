"""The API on the supervisor's socket: HTTP, and the JSON-RPC methods."""
