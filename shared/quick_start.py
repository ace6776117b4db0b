"""Imported before everything else by the services' `__main__`: the cycle collector rests while modules load.

It would look through them again and again as they come, for a sixth of the processor time of a start, and
find nothing. `shared.process.spare_the_collector` sets it to work once the service is about to serve.
"""

import gc

gc.disable()
