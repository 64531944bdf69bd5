"""Is this voice and this call plausible? Takes plain samples, returns core's ``RiskReport``."""
