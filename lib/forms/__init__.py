"""Live forms over the client file, and the pages that show a decision."""
