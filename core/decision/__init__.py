"""Facts in, an explained decision out. Pure: no clock, no store, no network."""
