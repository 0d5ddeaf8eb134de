"""The sample company: a help centre that reads as a real one, with questions whose right answers are known.

For: documents, questions, training pairs and voice of one seed, as a ``Dataset``.
May import: dataset.

Loomstead sells software to operators of shared workspaces. ``data/sample_company/`` holds the prose; everything
else (values, what pages leave out, what has changed, who is taught what) follows from a seed.
"""

from lib.sample_company.make import DOCUMENTS, QUESTIONS, QUICK_QUESTIONS, VOICE, sample_company

__all__ = ["DOCUMENTS", "QUESTIONS", "QUICK_QUESTIONS", "VOICE", "sample_company"]
