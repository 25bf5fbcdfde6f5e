"""The emulator's process: started on a port with its state in a directory, and stopped politely.

It gets an environment of its own: nobody's AWS credentials, proxies or Docker reach it, because
everything it knows leaks into the functions that it runs.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from infra.stages import REGION

if TYPE_CHECKING:
    from collections.abc import Mapping

ACCOUNT: Final = "000000000000"
SERVER: Final = "local.cloud.server"
HEALTHY_SECONDS: Final = 60.0
STOP_SECONDS: Final = 30.0
POLL_SECONDS: Final = 0.05


class CloudFailed(Exception):
    """The local cloud did not start; the message says what to look at."""


@dataclass(slots=True)
class Emulator:
    """A running emulator. Its state is on disk once it has stopped."""

    process: subprocess.Popen[bytes]
    port: int
    state: Path

    @property
    def endpoint_url(self) -> str:
        """Return where AWS's services answer."""
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """Stop it and wait until its state is written."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_SECONDS)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        _pid_file(self.state).unlink(missing_ok=True)
        shutil.rmtree(self.state / "tmp", ignore_errors=True)


def start(
    state: Path, port: int = 0, server: str = SERVER, more: Mapping[str, str] | None = None
) -> Emulator:
    """Start an emulator and wait until it answers. Port 0 is any free one.

    `more` is added to its environment. One that was left running on the same state is stopped
    first, so that nothing of it is lost.
    Raises CloudFailed.
    """
    state.mkdir(parents=True, exist_ok=True)
    _stop_left_over(state, server)
    port = port or free_port()
    if _taken(port):
        raise CloudFailed(f"Port {port} is taken. Is the product running already?")
    shutil.rmtree(state / "tmp", ignore_errors=True)  # what killed workers leave behind
    (state / "tmp").mkdir()
    with (state / "cloud.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", server],
            env={**_environment(state, port), **(more or {})},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is ours: the cloud stops last
        )
    _pid_file(state).write_text(str(process.pid))
    emulator = Emulator(process, port, state)
    try:
        _wait_until_healthy(emulator)
    except BaseException:
        emulator.stop()
        raise
    return emulator


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _environment(state: Path, port: int) -> dict[str, str]:
    inherited = ("PATH", "HOME", "LANG", "PYTHONPATH", "LD_LIBRARY_PATH")
    return {
        **{name: os.environ[name] for name in inherited if name in os.environ},
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "AUTH": "true",  # policies are enforced: what one lacks fails here, not in production
        "PERSIST_STATE": "1",
        "STATE_DIR": str(state / "services"),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(state / "s3"),
        "TMPDIR": str(state / "tmp"),
        "MINISTACK_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_EC2_METADATA_DISABLED": "true",
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "DOCKER_HOST": "unix:///nowhere",  # it would sweep the machine's containers
        "LOG_LEVEL": "WARNING",
        "PYTHONUNBUFFERED": "1",
    }


def _wait_until_healthy(emulator: Emulator) -> None:
    deadline = time.monotonic() + HEALTHY_SECONDS
    while time.monotonic() < deadline:
        if emulator.process.poll() is not None:
            break
        if _taken(emulator.port):  # it binds its port once it is ready
            return
        time.sleep(POLL_SECONDS)
    raise CloudFailed(f"The local cloud did not start. See {emulator.state / 'cloud.log'}")


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _stop_left_over(state: Path, server: str) -> None:
    """Stop the emulator of a run that was killed: it holds the state in its memory."""
    file = _pid_file(state)
    if not file.exists():
        return
    pid = int(file.read_text() or 0)
    if _runs(server, pid):
        os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        while _runs(server, pid) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
    file.unlink(missing_ok=True)


def _runs(server: str, pid: int) -> bool:
    """Tell whether this process is that server: the number may be somebody else's by now."""
    return pid > 0 and f" {server}" in _command_line(pid)


def _command_line(pid: int) -> str:
    if Path("/proc/self/cmdline").exists():
        with contextlib.suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        return ""
    shown = subprocess.run(  # macOS; a bare Debian has no `ps`
        ["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return shown.stdout


def _pid_file(state: Path) -> Path:
    return state / "cloud.pid"
