"""A folder of its own for each worker on a machine, the same one again after a restart."""

import fcntl
import os
from pathlib import Path

from streams.errors import Unusable

_MOST = 256


class Slot:
    """The first free folder `worker-<n>` under `root`, locked while the process lives."""

    def __init__(self, root: Path) -> None:
        """Raises Unusable where the folder cannot be written."""
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as why:
            raise Unusable(f"state folder {root} cannot be made: {why.strerror}") from None
        for number in range(_MOST):
            folder = root / f"worker-{number}"
            try:
                handle = os.open(root / f"worker-{number}.lock", os.O_RDWR | os.O_CREAT, 0o644)
            except OSError as why:
                raise Unusable(f"state folder {root} cannot be written: {why.strerror}") from None
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(handle)
                continue
            self.folder, self._handle = folder, handle
            return
        raise Unusable(f"all {_MOST} worker folders under {root} are in use")

    def release(self) -> None:
        os.close(self._handle)
