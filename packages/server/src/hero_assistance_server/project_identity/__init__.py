"""By which key callers know this project, at each of its addresses."""
