"""The names of the search methods and re-rankers, apart from the code that needs a database driver."""

METHODS = ("dense", "full_text", "hybrid")

# Those that need no download; a cross-encoder is named by its hub id or folder.
RERANKERS = ("none", "term_overlap")
