"""One running Zelos with its built-in development settings, on free ports."""

import os
import platform
import socket
import subprocess
import time
from pathlib import Path

PATIENCE = 30


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def is_ready(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"GET /health/ready HTTP/1.1\r\nHost: load\r\nConnection: close\r\n\r\n")
            return connection.recv(64).startswith(b"HTTP/1.1 200 ")
    except OSError:
        return False


class Server:
    """Starts on entering, which takes until it reports itself ready, and stops on leaving."""

    def __init__(self, binary, folder):
        self.binary, self.folder = Path(binary).resolve(), folder
        self.public, self.admin = free_ports(2)

    def __enter__(self):
        ports = {"SERVE_PUBLIC_PORT": str(self.public), "SERVE_ADMIN_PORT": str(self.admin)}
        self.log = open(os.path.join(self.folder, "zelos.log"), "a", encoding="utf-8")
        begin = time.perf_counter()
        self.process = subprocess.Popen(
            [self.binary, "serve", "--dev"],
            cwd=self.folder, env={**os.environ, **ports}, stdout=self.log, stderr=self.log,
        )
        while not is_ready(self.admin):
            if self.process.poll() is not None or time.perf_counter() - begin > PATIENCE:
                self.process.kill()
                log = Path(self.log.name).read_text(encoding="utf-8")
                raise subprocess.SubprocessError(f"the server did not start:\n{log}")
            time.sleep(0.001)
        self.start_milliseconds = (time.perf_counter() - begin) * 1000
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.log.close()

    def resident_megabytes(self):
        kib = subprocess.check_output(["ps", "-o", "rss=", "-p", str(self.process.pid)], text=True)
        return int(kib) * 1024 / 1e6

    def threads(self):
        tasks = Path(f"/proc/{self.process.pid}/task")
        return len(list(tasks.iterdir())) if tasks.exists() else "?"


def machine():
    """What the figures were measured on."""
    name = platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        named = [line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if "model name" in line]
        name = named[0] if named else name
    return f"{os.cpu_count()} cores, {name}, {platform.system()}"
