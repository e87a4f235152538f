"""Fetch Debian packages into the host folder, without installing them.

A private configuration is used, so nothing of the machine changes and no special right
is needed. apt itself checks signatures and checksums; the mirror is the machine's own.
"""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from .paths import HOST, HostError, output_of, run, warn

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
RECORD = HOST / "packages.txt"


def is_available():
    """Tell whether this machine has Debian's package tools."""
    return bool(shutil.which("apt-get") and shutil.which("dpkg"))


def mirror():
    """Return the address of the machine's Debian mirror (not the security one)."""
    lines = output_of(
        [
            *("apt-get", "indextargets", "--format"),
            *("$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages"),
        ]
    ).splitlines()
    targets = [line.split() for line in lines if len(line.split()) == 3]
    for address, release, component in targets:
        if component == "main" and "security" not in release + address:
            return address
    raise HostError(
        "apt knows no Debian mirror: add one to /etc/apt, or set ODOO_HOME to the "
        "folder of an Odoo 19 that you have"
    )


class Apt:
    """One private apt: its own lists and cache, for one set of sources."""

    def __init__(self, name, suite=None):
        """Use another suite of the machine's mirror, or the machine's own sources."""
        self.folder = HOST / "apt" / name
        self.cache = self.folder / "cache"
        for part in ("lists/partial", "cache/archives/partial"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        options = {
            "Dir::State::lists": self.folder / "lists",
            "Dir::Cache": self.cache,
            "APT::Sandbox::User": "",
            "APT::Get::List-Cleanup": "true",
            "Acquire::Languages": "none",
            # Only downloads: the machine's own database is read, never locked.
            "Debug::NoLocking": "true",
        }
        if suite:
            sources = self.folder / "sources.list"
            sources.write_text(f"deb [signed-by={KEYRING}] {mirror()} {suite} main\n")
            options["Dir::Etc::sourcelist"] = sources
            options["Dir::Etc::sourceparts"] = "/dev/null"
        self.config = self.folder / "apt.conf"
        self.config.write_text(
            "".join(f'{key} "{value}";\n' for key, value in options.items())
        )

    def call(self, *arguments, what):
        """Run apt-get with the private configuration."""
        run(
            ["apt-get", "-q", "-c", self.config, *arguments],
            log="apt.log",
            what=what,
            cwd=self.cache,
        )

    def update(self):
        """Fetch the lists of packages."""
        self.call(
            *("-o", "APT::Update::Error-Mode=any", "update"),
            what="reading Debian's package lists",
        )

    def versions(self, package):
        """Return the versions of a package that can be fetched, newest first."""
        listed = output_of(["apt-cache", "-c", self.config, "madison", package])
        return [line.split("|")[1].strip() for line in listed.splitlines()]

    def checksum(self, package, version):
        """Return the SHA-256 that the signed list gives for a package."""
        shown = output_of(
            ["apt-cache", "-c", self.config, "show", f"{package}={version}"]
        )
        found = re.search(r"^SHA256: (\w+)$", shown, re.MULTILINE)
        return found and found.group(1)

    def download(self, packages):
        """Fetch these packages alone and return their files."""
        folder = Path(tempfile.mkdtemp(dir=self.cache))
        run(
            ["apt-get", "-q", "-c", self.config, "download", *packages],
            log="apt.log",
            what=f"fetching {' '.join(packages)}",
            cwd=folder,
        )
        return sorted(folder.glob("*.deb"))

    def download_missing(self, packages):
        """Fetch these packages and what they need, except what the machine has."""
        archives = self.cache / "archives"
        for old in archives.glob("*.deb"):
            old.unlink()
        self.call(
            *("install", "--download-only", "--no-install-recommends", "-y"),
            *("-o", f"Dir::Cache::archives={archives}", *packages),
            what=f"fetching {' '.join(packages)}",
        )
        return sorted(archives.glob("*.deb"))


def unpack(files, root):
    """Unpack packages into a folder and delete the files, recording what they were."""
    root.mkdir(parents=True, exist_ok=True)
    for file in files:
        run(["dpkg", "-x", file, root], log="apt.log", what=f"unpacking {file.name}")
        with open(RECORD, "a", encoding="utf-8") as record:
            record.write(f"{checksum_of(file)}  {file.name}\n")
        file.unlink()


def checksum_of(file):
    """Return the SHA-256 of a file."""
    return output_of(["sha256sum", file]).split()[0]


def can_resolve():
    """Tell whether apt can add packages to this machine as it is now."""
    if not is_available():
        return False
    result = subprocess.run(
        ["apt-get", "-s", "-o", "Debug::NoLocking=true", "check"],
        capture_output=True,
        check=False,
    )
    if result.returncode:
        warn("the machine's Debian packages are broken: try `apt-get -f install`")
    return result.returncode == 0
