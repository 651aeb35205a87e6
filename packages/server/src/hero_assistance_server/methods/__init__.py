"""The methods of `rpc.sock`, one module a namespace: thin, between wire types, core and store."""
