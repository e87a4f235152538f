"""Describe what the figures were measured on, as read from the machine itself."""

import os
import platform
import re
from pathlib import Path

from host import odoo_source, postgres
from host.paths import PYTHON, environment, module_hash, output_of

SETTINGS = (
    *("fsync", "synchronous_commit", "full_page_writes", "shared_buffers"),
    *("work_mem", "maintenance_work_mem", "max_wal_size", "jit"),
)


def describe():
    """Return {what: how} of the machine and the programs in use."""
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{_memory()} GiB",
        "system": f"{_system()}, Linux {platform.release()}",
        "PostgreSQL": postgres.sql("SHOW server_version")[0].split()[0],
        "PostgreSQL's settings": _settings(),
        "Python": output_of([PYTHON, "-V"]).split()[-1],
        "Odoo": odoo_source.version(),
        "wkhtmltopdf": _pdf_program(),
        "the module's files": module_hash(),
        "load before": f"{os.getloadavg()[0]:.1f} (average of a minute)",
    }


def _processor():
    text = Path("/proc/cpuinfo").read_text()
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1].strip() if found else platform.machine()


def _memory():
    text = Path("/proc/meminfo").read_text()
    return round(int(re.search(r"^MemTotal:\s+(\d+)", text)[1]) / 1024**2)


def _system():
    release = platform.freedesktop_os_release()
    return release.get("PRETTY_NAME", "unknown")


def _settings():
    pairs = (f"{name} {postgres.sql(f'SHOW {name}')[0]}" for name in SETTINGS)
    return ", ".join(pairs)


def _pdf_program():
    said = output_of(["wkhtmltopdf", "--version"], env=environment())
    return said.replace("wkhtmltopdf", "").strip() or "none"
