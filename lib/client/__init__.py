"""The client file: one YAML describing one client situation.

For: reading, checking and saving it, and its fields as arrays that rules and formulas compute on.
May import: the ground floor alone.
"""

from lib.client.client_file import answers, check_client, json_schema, load_client, save_client
from lib.client.facts import Facts
from lib.client.model import ClientFile

__all__ = ["ClientFile", "Facts", "answers", "check_client", "json_schema", "load_client", "save_client"]
