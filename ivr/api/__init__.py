"""The shared decision core over HTTP for web forms and partners: the same use cases as the telephone."""
