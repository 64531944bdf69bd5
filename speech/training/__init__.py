"""How the committed English telephone model is made: from declared recordings to a verified Vosk directory.

``python -m speech.training`` runs the steps; ``docs/training.md`` explains them. Nothing here runs while a call is on
the line, and only the steps that need them import the packages of the optional extra ``train-ear``.
"""
