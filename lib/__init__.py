"""The decision workbook: RAG, fine-tuning, both, or neither, from a client's own facts.

Rooms, in the one direction in which they may import each other:
``client`` (the client file) → ``decision``, ``costs``, ``experiment`` → ``charts``, ``forms`` → ``report``.
"""
