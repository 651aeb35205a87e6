"""OpenID Connect: signing in by a provider that the operator names."""
