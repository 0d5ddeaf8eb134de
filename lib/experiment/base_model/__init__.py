"""The workbook's own small language model: its tokenizer, training data, trainer and check."""
