"""A release as other tools install it: a package for Debian, and an image for containers."""
