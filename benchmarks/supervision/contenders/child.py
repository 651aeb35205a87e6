"""What every contender runs: `child.py DEED SOCKET [LEDGER]`; small, so that a restart's own time is seen.

`serve` answers on the socket; `count` also writes numbered lines, each of them into the ledger first; `leave` also
leaves a grandchild in a session of its own.
"""

import os
import socket
import sys
import threading
import time

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}"
# About a thousand lines a second.
PAUSE_S = 0.001


def serve(path: str) -> None:
    """Answer every connection on the socket, for ever."""
    # contextlib and pathlib would be most of this program's own start.
    try:  # noqa: SIM105
        os.unlink(path)  # noqa: PTH108
    except FileNotFoundError:
        pass
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(path)
    listening.listen(64)
    while True:
        asked, _address = listening.accept()
        with asked:
            try:
                asked.recv(4096)
                asked.sendall(ANSWER)
            except OSError:
                continue


def count(ledger: str) -> None:
    """Write `PID NUMBER` into the ledger, then to standard output, where it may not arrive."""
    kept = os.open(ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    number = 0
    while True:
        number += 1
        line = f"{os.getpid()} {number}\n".encode()
        os.write(kept, line)
        try:  # noqa: SIM105
            os.write(1, line)
        except OSError:
            pass
        time.sleep(PAUSE_S)


def leave() -> None:
    """Fork twice; the grandchild has no parent of ours and a session of its own."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(600)
        os._exit(0)
    os.wait()


if __name__ == "__main__":
    act, path = sys.argv[1:3]
    if act == "count":
        threading.Thread(target=count, args=(sys.argv[3],), daemon=True).start()
    elif act == "leave":
        leave()
    serve(path)
