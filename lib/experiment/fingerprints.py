"""Old place of ``lib.fingerprints``."""

from lib.fingerprints import folder_fingerprint, text_fingerprint, value_fingerprint

__all__ = ["folder_fingerprint", "text_fingerprint", "value_fingerprint"]
