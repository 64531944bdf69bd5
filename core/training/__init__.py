"""Make a scorecard from past loans: binning, points, calibration, measurement. Runs when a model is trained, never when
one decides; the decision reads only the committed tables of ``core.scoring``."""
