"""JSON-RPC 2.0 and OpenRPC 1.3: one table of typed methods is the protocol, its document and its checks."""
