"""Retrieval: documents → passages → index → search, on PostgreSQL and pgvector.

For: documents in any format, passages, index, search, filters, re-ranking.
May import: dataset.

How it is used::

    from lib.retrieval.documents import load_documents    # a folder of md, txt, html, pdf, docx
    from lib.retrieval.embedder import load_embedder
    from lib.retrieval.index import open_index
    from lib.retrieval.server import postgres

    with postgres() as address, open_index(address, "help pages", load_embedder()) as index:
        changes = index.sync(documents, progress)           # added, changed, removed, unchanged passages
        rankings = index.search(questions, k=3)             # list[list[Hit]], best first
        rankings = index.search(questions, 3, "dense", where={"kind": "pdf"}, person=Person.parse("anna/hr"))
        gold = index.gold(question.document_ids, question.answer)     # one passage a document: Hit

A ``Hit`` has ``rank, score, id, document_id, title, text, kind, metadata``. ``search.follow_up_query`` says what to search
for after a first answer; ``rerank`` looks again at what was found; ``access`` says who may read what; ``kinds`` is the one
list of kinds of document, with their passage lengths. Rows of other things than documents (worked examples) go in as
``Passage`` through ``index.sync_passages``.
"""
