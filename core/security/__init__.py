"""Keys, sealed boxes, blind indexes, the audit tree and redaction. No database, no network."""
