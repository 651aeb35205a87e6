"""The desks whose pages are measured side by side, and how a browser measures them."""
