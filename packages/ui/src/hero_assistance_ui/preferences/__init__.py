"""What a browser has chosen for itself: its language and its theme."""
