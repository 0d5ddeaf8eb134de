"""A client's own data, read and checked: questions, training pairs and the chat format, the audit of all of it."""
