"""How well the line hears and decides, run by run of the fixture calls."""
