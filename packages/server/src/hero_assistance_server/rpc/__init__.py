"""What the methods of all folders share: types of params, cursors, caches of answers, examples."""
