"""What is written from the program: the pages of the wire, the types of the page, the docs site."""
