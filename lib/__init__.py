"""The decision workbook: RAG, fine-tuning, both, or neither, from a client's own facts.

Rooms, from the ground floor up; each says what it is for and what it may import, and imports only what is below it:
arms, stats, words, files → ``client`` → ``prices``, ``sample_company``, ``retrieval``, ``models`` → ``costs``,
``experiment`` → ``decision``, ``claims`` → ``evaluation``, ``plan`` → ``views`` → ``forms`` → ``report`` → ``commands``.
"""
