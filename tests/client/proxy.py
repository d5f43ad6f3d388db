"""A server between the client and the product that breaks off, or answers by itself, as it is told."""

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

CUT = "cut"  # the product does it, and nobody hears of it


class Faulty:
    """`with Faulty(product.url, faults=[CUT, 503]) as faulty:`; each request takes the next fault, until none is left.

    `seen` are the (method, path, Idempotency-Key) of all requests.
    """

    def __init__(self, url, faults):
        self.faults, self.seen = list(faults), []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, urlsplit(url)))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(self, *exc):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler(faulty, product):
    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            faulty.seen.append((self.command, self.path, self.headers.get("Idempotency-Key")))
            fault = faulty.faults.pop(0) if faulty.faults else None
            if isinstance(fault, int):
                self.send_response(fault)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            status, headers, content = self.ask(body)
            if fault == CUT:
                self.close_connection = True
                return
            self.send_response(status)
            self.send_header("Content-Type", headers["Content-Type"] or "")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def ask(self, body):
            connection = http.client.HTTPConnection(product.hostname, product.port, timeout=60)
            kept = {name: value for name, value in self.headers.items() if name not in ("Host", "Connection")}
            connection.request(self.command, self.path, body, kept | {"Host": product.netloc})
            answer = connection.getresponse()
            content = answer.read()
            connection.close()
            return answer.status, answer.headers, content

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer

        def log_message(self, *arguments):
            pass

    return Handler
