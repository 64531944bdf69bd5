"""The phone line, the staff console and the replay bench."""

import os

# One thread for numbers a process, before numpy is loaded: many calls share the cores, and threads that wait for each
# other cost more than they give. Processes for heavy work are counted by the settings.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
