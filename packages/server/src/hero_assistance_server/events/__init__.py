"""Events on their way to who may know: fan-out after the commit, replay, streams."""
