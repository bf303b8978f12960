"""Serving the application: where it listens, and what it takes to be let in."""

from __future__ import annotations

import ipaddress
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from sim.app.pages import create_app
from sim.app.security import LOOPBACK
from sim.errors import InputError


def is_loopback(host: str) -> bool:
    """
    Whether only this machine can reach an address.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0")
    (True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def serve(folder: Path, *, host: str, port: int, token: str | None, say: Callable[[str], None]) -> None:
    """
    Serve a workspace until interrupted.

    Parameters
    ----------
    folder
        The workspace; becomes the current directory.
    host, port
        Where to listen.
    token
        What requests have to carry; made up when None and the address is not loopback.
    say
        Told the address to open.

    Raises
    ------
    InputError
        If the folder is missing, the token too short, or the address taken.
    """
    import socket

    import uvicorn

    if not folder.is_dir():
        raise InputError(f"{folder}: expected a folder to work in, found none")
    if token is not None and len(token) < 16:
        raise InputError("token: expected at least 16 characters")
    if token is None and not is_loopback(host):
        token = secrets.token_urlsafe(24)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()  # who opens the address before the application is ready waits, instead of being refused
    except OSError as error:
        listening.close()
        raise InputError(
            f"{host}:{port}: cannot listen there: {error.strerror or error}; try another --port"
        ) from error
    os.chdir(folder)
    app = create_app(folder, token=token, hosts=LOOPBACK if is_loopback(host) else ())
    shown = f"[{host}]" if ":" in host else host
    say(f"http://{shown}:{listening.getsockname()[1]}/" + (f"?token={token}" if token else ""))
    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False, date_header=False)
    try:
        uvicorn.Server(config).run(sockets=[listening])
    finally:
        listening.close()
