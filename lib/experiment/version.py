"""The version of the experiment: part of every stored run's key.

Raise it when the same configuration may give other answers or scores than before: another prompt, another way to
train, cut, search or score. Comments, names, pages and charts leave it as it is, and with it every stored run.
"""

EXPERIMENT_VERSION = 1
