"""The command `sim app`: the web application."""

from __future__ import annotations

import argparse
from pathlib import Path

from sim.terminal import DONE, Commands, add_command


def app(arguments: argparse.Namespace) -> int:
    """`sim app`: serve the web application until Ctrl-C."""
    from sim.app.server import serve

    def say(address: str) -> None:
        print(f"open {address}    (Ctrl-C ends it; runs go on)", flush=True)

    serve(Path(arguments.dir), host=arguments.host, port=arguments.port, token=arguments.token, say=say)
    return DONE


def add_app_command(commands: Commands[argparse.ArgumentParser]) -> None:
    """Put `sim app` among the other commands."""
    command = add_command(
        commands,
        "app",
        app,
        "Serve the web application: runs, maps, rules, studies, in a browser.",
        "examples:\n  sim app\n  sim app --dir my_city --port 9000\n"
        "  sim app --host 0.0.0.0      (for others too; prints an address with a token)",
    )
    command.add_argument(
        "--dir", default=".", help="folder to work in, with configs/, networks/, results/ (default: .)"
    )
    command.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1, this machine only)"
    )
    command.add_argument("--port", type=_port, default=8765, help="port (default: 8765; 0: any free one)")
    command.add_argument("--token", help="what others must carry, 16 characters or more (default: made up when needed)")


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"expected a port from 0 to 65535, found {text!r}")
    return int(text)
