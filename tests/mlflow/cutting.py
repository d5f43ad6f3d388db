"""A proxy on a bad line: requests arrive, and some of the answers do not come back."""

import http.client
import random
import socket
import struct
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

RESET = struct.pack("ii", 1, 0)  # lingers for no second: a close is a reset
HOPS = {"connection", "host", "transfer-encoding", "content-length"}


class Cutting(ThreadingHTTPServer):
    """Delivers every request and waits for its answer; that share of the answers is cut, each drawn by the seed."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, upstream, *, share, seed):
        super().__init__(("127.0.0.1", 0), Line)
        self.upstream = urlsplit(upstream)
        self.address = f"http://127.0.0.1:{self.server_address[1]}"
        self.answered, self.cut = 0, 0
        self._share, self._draws, self._lock = share, random.Random(seed), threading.Lock()

    def is_cut(self):
        with self._lock:
            is_cut = self._draws.random() < self._share
            self.cut += is_cut
            self.answered += 1
            return is_cut

    def handle_error(self, request, client_address):
        """A caller that went away is this line's business as usual."""


class Line(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self):
        super().setup()
        self.upstream = http.client.HTTPConnection(self.server.upstream.netloc, timeout=60)

    def finish(self):
        self.upstream.close()
        super().finish()

    def pass_on(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        kept = {name: value for name, value in self.headers.items() if name.lower() not in HOPS}
        self.upstream.request(self.command, self.path, body, kept)
        answer = self.upstream.getresponse()
        content = answer.read()
        if self.server.is_cut():
            return self._cut(answer.status)
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in HOPS:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        return None

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = pass_on

    def _cut(self, status):
        """Nothing of the answer, or its first bytes; then an end, or a reset."""
        self.close_connection = True
        if self.server.cut % 3 == 1:
            self.wfile.write(f"HTTP/1.1 {status}"[:7].encode())
        if self.server.cut % 2:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            self.connection.close()

    def log_message(self, *args):
        """Quiet."""


@contextmanager
def cutting(upstream, *, share, seed=7):
    proxy = Cutting(upstream, share=share, seed=seed)
    thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        proxy.server_close()
        thread.join(10)
