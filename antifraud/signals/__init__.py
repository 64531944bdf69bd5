"""One module per family of signals. Each reads what is known of a call and states one thing, or why it cannot."""
