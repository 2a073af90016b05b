/** The view in any browser: its port is a WebSocket of the page's own server. */
import { mount } from "./mount";
import type { ToView } from "./port";
import { portOf } from "./ports";

const socket = new WebSocket(`ws://${location.host}/port${location.search}`);
const unsent: string[] = [];
socket.addEventListener("open", () => {
  for (const message of unsent.splice(0)) {
    socket.send(message);
  }
});
const element = document.getElementById("aside") ?? document.body;
mount(
  element,
  portOf(
    (message) => {
      const text = JSON.stringify(message);
      if (socket.readyState === WebSocket.OPEN) {
        socket.send(text);
      } else {
        unsent.push(text);
      }
    },
    (hear) =>
      socket.addEventListener("message", (event) => hear(JSON.parse(String(event.data)) as ToView)),
  ),
);
