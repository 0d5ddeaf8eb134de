"""Retrieval on PostgreSQL and pgvector: the server, the embeddings, the index and the searches."""
