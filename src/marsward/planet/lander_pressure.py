"""Sol-mean pressures that landers read, to be set beside the climate's.

Viking: daily means of PDS VL1/VL2-M-MET-4-DAILY-AVG-PRESSURE-V1.0 (Tillman et al. 1993,
doi:10.1029/93JE01084), means of bins of 15 degrees of Ls over all years, the storms of 1977 and
1982 among them, as the public pipeline github.com/thrilokmanjunath/TerraScope binned them.
Curiosity: REMS (Gomez-Elvira et al. 2012, doi:10.1007/s11214-012-9921-1), sols 1 to 668, means of
sols within 6 degrees of each Ls; NASA PDS.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["FITTED", "PUBLISHED"]

Table = NDArray[np.float64]


def _table(text: str) -> Table:
    """Rows of Ls [deg] and pressure [Pa]."""
    return np.array(text.split(), dtype=np.float64).reshape(-1, 2)


PUBLISHED: dict[str, Table] = {
    "Viking 1": _table(
        "7.5 806.9 22.5 818.1 37.5 826.3 52.5 831.5 67.5 823.6 82.5 797.8 97.5 761.7 112.5 724.5 "
        "127.5 697.4 142.5 684.6 157.5 686.0 172.5 702.4 187.5 729.0 202.5 768.4 217.5 815.6 "
        "232.5 858.3 247.5 886.3 262.5 890.7 277.5 883.7 292.5 865.3 307.5 845.5 322.5 821.0 "
        "337.5 807.5 352.5 801.1"
    ),
    "Viking 2": _table(
        "7.5 884.5 22.5 890.7 37.5 902.0 52.5 904.2 67.5 896.3 97.5 811.4 112.5 782.5 "
        "127.5 757.6 142.5 743.8 157.5 744.6 172.5 756.9 187.5 795.0 202.5 842.6 217.5 899.8 "
        "232.5 949.2 247.5 976.6 262.5 986.4 277.5 981.4 292.5 975.2 307.5 939.0 322.5 906.4 "
        "337.5 887.0 352.5 883.6"
    ),
}
"""By site, (k, 2): Ls [deg] and pressure [Pa], which the climate was not fitted to."""
FITTED: dict[str, Table] = {
    "Gale": _table(
        "0 850.6 30 885.1 60 902.8 90 853.1 120 775.6 150 736.4 180 764.3 210 837.0 240 911.8 "
        "270 913.3 300 876.9 330 849.1"
    ),
}
"""The same of what the climate was fitted to, thinned."""
