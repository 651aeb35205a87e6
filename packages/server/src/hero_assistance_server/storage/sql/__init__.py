"""What is the same in every SQL engine: the statements of the repositories, and the port that they run through."""
