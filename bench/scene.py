"""Where a soak's troubles happen."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from tests.processes.cluster import Cluster
from tests.processes.disk import Disk, disk_of_its_own
from tests.processes.estate import Estate
from tests.processes.post import Post
from tests.worker.receiver import Receiver

Disks = dict[str, Disk]


@dataclass(frozen=True, slots=True)
class Scene:
    """Many machines, and what is around them."""

    estate: Estate
    post: Post
    receiver: Receiver
    disks: Disks = field(default_factory=dict)
    """Of each PostgreSQL by its name; none where this user may mount none."""


@contextmanager
def disks_of_their_own(disks: Disks, cluster: Cluster) -> Iterator[None]:
    """A disk for each of them, put into `disks`."""
    with ExitStack() as mounted:
        for node in cluster.nodes:
            node.data.mkdir()
            try:
                disks[node.name] = mounted.enter_context(disk_of_its_own(node.data))
            except (OSError, subprocess.CalledProcessError):
                node.data.rmdir()
        yield
