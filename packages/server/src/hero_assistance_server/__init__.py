"""The ticket server: decides, stores and tells everyone who may know."""
