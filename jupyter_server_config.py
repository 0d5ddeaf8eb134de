"""JupyterLab started in this folder (``make lab``) saves notebooks without what a run put into them.

A notebook that is run shows the chosen client's figures, and JupyterLab saves by itself. Git keeps the notebooks, so
outputs on disk stay those of the sample client; ``make notebooks`` alone makes new ones.
"""

from lib.saving import keep_outputs

c.FileContentsManager.pre_save_hook = keep_outputs  # noqa: F821 (Jupyter gives ``c``)
