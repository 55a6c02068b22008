"""A small HTTP client that keeps its connection, and several of them at work for a while."""

import json
import multiprocessing
import socket
import time


class Connection:
    """One connection that is kept between requests."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def send(self, request):
        """Sends the bytes of a request; the status and the body of the answer."""
        self.socket.sendall(request)
        data = self.rest
        while b"\r\n\r\n" not in data:
            data += self.receive()
        head, data = data.split(b"\r\n\r\n", 1)
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line[:15].lower() == b"content-length:"), 0
        )
        while len(data) < length:
            data += self.receive()
        self.rest = data[length:]
        return int(head[9:12]), data[:length]

    def receive(self):
        more = self.socket.recv(65536)
        if not more:
            raise ConnectionError("the server closed the connection")
        return more

    def json(self, method, path, body=None):
        """Sends a request with a body in JSON; the answer, which has to be a good one or a form."""
        payload = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: load\r\nAccept: application/json\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(payload)}\r\n\r\n"
        status, answer = self.send(head.encode() + payload)
        if status not in (200, 400):
            raise ConnectionError(f"{method} {path} was answered with {status}: {answer[:300]!r}")
        return json.loads(answer)


class Result:
    """What came of driving a server for a while."""

    def __init__(self, parts, seconds):
        self.times = sorted(time for times, _ in parts for time in times)
        self.failures = sum(failures for _, failures in parts)
        self.rate = len(self.times) / seconds

    def at(self, share):
        """The time, in milliseconds, within which this share of requests was answered."""
        if not self.times:
            return float("nan")
        return self.times[min(len(self.times) - 1, int(share * len(self.times)))] * 1000


def drive(port, connections, seconds, request=None, step=None):
    """Repeats one request, or a step of several, on each connection until the time is over."""
    with multiprocessing.Pool(connections) as pool:
        parts = pool.starmap(repeat, [(port, seconds, request, step)] * connections, chunksize=1)
    return Result(parts, seconds)


def repeat(port, seconds, request, step):
    connection = Connection(port)
    times, failures, end = [], 0, time.perf_counter() + seconds
    while (begin := time.perf_counter()) < end:
        try:
            good = connection.send(request)[0] == 200 if request else "session_token" in step(connection)
        except OSError:
            connection, good = Connection(port), False
        if good:
            times.append(time.perf_counter() - begin)
        else:
            failures += 1
    return times, failures
