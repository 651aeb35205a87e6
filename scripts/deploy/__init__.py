"""One release on the boxes of a fleet, by pyinfra: canary first, then batches, until a box is not well."""
