"""Run ``main(env, arguments)`` of a Python file inside Odoo.

Started by ``dev/run.py script``, with Odoo's own interpreter and environment:
``inside.py CONFIG DATABASE [OPTION …] -- FILE [ARGUMENT …]``. What ``main`` did is
committed when it returns; what it returns is the exit code.
"""

import argparse
import importlib.util
import os
import sys


def parse(words):
    """Return the options before ``--`` and the file with its arguments after it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("config")
    parser.add_argument("database")
    parser.add_argument("--http-port")
    parser.add_argument("--addons-path")
    parser.add_argument("--logfile")
    cut = words.index("--")
    return parser.parse_args(words[:cut]), words[cut + 1], words[cut + 2 :]


def load(path):
    """Import a Python file by its path."""
    spec = importlib.util.spec_from_file_location("dunning_script", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def serve():
    """Answer HTTP in the background: the PDF program fetches style sheets from Odoo."""
    import odoo.http
    from odoo.service.server import ThreadedServer, load_server_wide_modules

    load_server_wide_modules()
    ThreadedServer(odoo.http.root).http_spawn()


def main():
    """Open the database and hand it to the script."""
    options, path, arguments = parse(sys.argv[1:])
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry
    from odoo.tools import config

    words = ["-c", options.config, "-d", options.database]
    words += ["--log-level", os.environ.get("LOG_LEVEL", "warn")]
    words += ["--http-port", options.http_port] if options.http_port else ["--no-http"]
    for name in ("addons_path", "logfile"):
        if value := getattr(options, name):
            words += [f"--{name.replace('_', '-')}", value]
    config.parse_config(words, setup_logging=True)
    with Registry(options.database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        env = env(context=env["res.users"].context_get())
        if options.http_port:
            serve()
            url = f"http://127.0.0.1:{options.http_port}"
            env["ir.config_parameter"].set_param("report.url", url)
            cr.commit()
        return load(path).main(env, arguments)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    # Odoo's server threads, if any, would keep the process alive.
    os._exit(int(code or 0))
