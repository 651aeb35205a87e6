"""The languages of letters: their catalogues, and which one a reader's is."""
