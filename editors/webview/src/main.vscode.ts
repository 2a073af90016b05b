/** The view in a webview of VS Code: its port is `acquireVsCodeApi`. */
import { mount } from "./mount";
import type { FromView, ToView } from "./port";
import { portOf } from "./ports";

declare function acquireVsCodeApi(): { postMessage(message: FromView): void };

const api = acquireVsCodeApi();
const element = document.getElementById("aside") ?? document.body;
mount(
  element,
  portOf(
    (message) => api.postMessage(message),
    (hear) =>
      addEventListener("message", (event: MessageEvent<ToView>) => {
        // Frames inside of the page have no business here.
        if (event.source !== window) {
          hear(event.data);
        }
      }),
  ),
);
