"""The supervisor's protocol: what a service is (`specs`), what travels (`wire`), and a client (`client`)."""
