// Fragments of the page, asked for together: over its socket, where the server knows already who looks, else over HTTP.

const PATIENCE_MS = 10_000;

let last = 0;
const waiting = new Map();

/** HTML by address. What is not answered with HTML is missing: htmx asks for it, and says what is wrong. Null when the
 * server cannot be reached. */
export async function partsOf(addresses, socket) {
  return (await overSocket(addresses, socket)) ?? overHttp(addresses);
}

/** Nothing, if there is no socket or it does not answer. */
function overSocket(addresses, socket) {
  if (socket?.readyState !== WebSocket.OPEN) return null;
  const number = ++last;
  return new Promise((resolve) => {
    waiting.set(number, resolve);
    setTimeout(settle, PATIENCE_MS, number, null);
    socket.send(JSON.stringify({ ask: number, of: addresses }));
  });
}

/** The socket has answered. */
export function answered({ ask, parts }) {
  settle(ask, parts);
}

/** The socket is gone, and with it what it was asked. */
export function unanswered() {
  for (const number of [...waiting.keys()]) settle(number, null);
}

function settle(number, parts) {
  waiting.get(number)?.(parts);
  waiting.delete(number);
}

async function overHttp(addresses) {
  const query = new URLSearchParams(addresses.map((one) => ["of", one]));
  const response = await fetch(`/parts/?${query}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!response) return null;
  return response.json().then(({ parts }) => parts ?? {}, () => ({}));
}
