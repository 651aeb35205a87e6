"""`hero_assistance backup`, `restore`, `export`, `import` and `replicate`: what is done with all data."""
