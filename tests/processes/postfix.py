"""A real Postfix of the test's own: it takes mail by SMTP and hands ours on by LMTP."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.lacking import lacks
from tests.processes.installation import free_port

OURS = Path(__file__).parents[2] / "deploy/postfix"
DOMAIN = "out.example.com"
QUIET = """
compatibility_level = 3.6
myhostname = mx.example.com
mydestination =
mynetworks = 127.0.0.0/8
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
disable_dns_lookups = yes
alias_maps =
alias_database =
minimal_backoff_time = 1s
maximal_backoff_time = 1s
queue_run_delay = 1s
transport_retry_time = 1s
maillog_file = /dev/stdout
"""


class Postfix(NamedTuple):
    """A running one."""

    home: Path
    port: int

    def say(self, *what: str) -> str:
        """A command about its queue."""
        command = ["postqueue", "-c", str(self.home / "etc"), *what]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


SERVICES = """
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@contextmanager
def running_postfix(lmtp_port: int) -> Iterator[Postfix]:
    """Postfix with the settings of deploy/postfix. Skips where there is none or we are not root;
    under CI that fails."""
    if shutil.which("postfix") is None or os.geteuid():
        lacks("Postfix is not installed, or this is not root and cannot start it")
    home, port = Path(tempfile.mkdtemp(prefix="sayso-postfix-", dir="/var/tmp")), free_port()
    _settle(home, port, lmtp_port)
    command = ["postfix", "-c", str(home / "etc")]
    subprocess.run([*command, "check"], check=False, capture_output=True, umask=0o022)
    with (home / "log").open("wb") as log:
        process = subprocess.Popen([*command, "start-fg"], stdout=log, stderr=log, umask=0o022)
        try:
            yield Postfix(home, port)
        finally:
            process.terminate()
            process.wait(30)
            shutil.rmtree(home, ignore_errors=True)


def _settle(home: Path, port: int, lmtp_port: int) -> None:
    """Directories and settings: those of deploy/postfix, and what makes it the test's own."""
    etc = home / "etc"
    home.chmod(0o755)
    for name in ("etc", "spool", "data"):
        (home / name).mkdir()
        (home / name).chmod(0o755)
    os.chown(home / "data", pwd.getpwnam("postfix").pw_uid, grp.getgrnam("postfix").gr_gid)
    main = (OURS / "main.cf").read_text().replace("unsubscribe.example.com", DOMAIN)
    main = main.replace("8024", str(lmtp_port)).replace("pcre:/etc/postfix", f"pcre:{etc}")
    places = f"queue_directory = {home}/spool\ndata_directory = {home}/data\n"
    (etc / "main.cf").write_text(QUIET + places + main)
    maps = (OURS / "recipients.pcre").read_text()
    (etc / "recipients.pcre").write_text(maps.replace(r"unsubscribe\.example\.com", DOMAIN))
    (etc / "master.cf").write_text(f"127.0.0.1:{port} inet n - n - - smtpd\n{SERVICES}")
