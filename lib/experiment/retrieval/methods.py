"""The names of the search methods, apart from the code that needs a database driver."""

METHODS = ("dense", "full_text", "hybrid")
