// The live socket of a page over several projects: it says that something changed, a few changes together.
const RETRY_MS = 4000;

/** Calls `changed(message, isFirst)` for what arrives; `isFirst` for the first after each connection. */
export function listen(name, changed) {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const socket = new WebSocket(`${scheme}://${location.host}/ws/${name}`);
  let isFirst = true;
  socket.onmessage = ({ data }) => {
    changed(JSON.parse(data), isFirst);
    isFirst = false;
  };
  socket.onclose = ({ code }) => code < 4400 && setTimeout(() => listen(name, changed), RETRY_MS * (0.5 + Math.random()));
}
