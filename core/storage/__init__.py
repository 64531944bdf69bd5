"""Tables, the unit of work, the key store, and opening them all. Personal data is sealed before it comes here."""
