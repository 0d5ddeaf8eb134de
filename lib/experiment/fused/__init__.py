"""The same arithmetic in fewer passes, for small models on a processor.

On a processor most of a small model's time goes into reading and writing, not into multiplying, and the models of
``transformers`` are written for compilers that put passes together: a norm of theirs makes eight passes forward and
more backward, where three suffice. Here are the parts that pay, each with its own gradient: norm, gate, rotary
attention, LoRA layer, attention for short texts. They are put into a copy of a model by ``fuse``, into ``peft`` and
into the attention register of ``transformers`` by these libraries' own means. Graphics cards keep the libraries' own.

The modules of this package import torch at once: import them only where a model is at hand.
"""

SHORT_ATTENTION = "workbook_short"
"""The name of our own attention for short texts in the register of ``transformers``."""
