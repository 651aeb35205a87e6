"""The output of actions: processes append to it themselves, it is rotated meanwhile, and it is read by offset."""
