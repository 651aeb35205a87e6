"""The repositories, one module a noun."""
