// A host without a server: a session of any length, told page by page. For measurements and tests.
import { EventEmitter } from "node:events";
import { answerer } from "../bench/session.mjs";
import { serve } from "./serve.mjs";

/** Serves the view with a session of so many items. `tell` sends to all views. */
export async function paged(length) {
  const server = answerer(length);
  const views = new Set();
  const actions = new EventEmitter();
  const served = await serve({
    joined: (view) => views.add(view),
    left: (view) => views.delete(view),
    said(view, message) {
      if (message.type === "ready") {
        const connection = { status: "ready", methods: server.methods, version: "0" };
        const settings = { sendOn: "enter", unfold: { reasoning: false, tools: false } };
        const init = { type: "init", portVersion: 1, connection, settings, drafts: {} };
        view.send(JSON.stringify({ ...init, sessionId: server.session.id }));
      } else if (message.type === "request") {
        const result = server.answer(message.method, message.params);
        view.send(JSON.stringify({ type: "response", id: message.id, result }));
      } else if (message.type === "action") {
        actions.emit("asked", message.action);
      }
    },
  });
  return {
    ...served,
    sessionId: server.session.id,
    /** Emits `asked` with what the view wants the host to do. */
    actions,
    tell(message) {
      for (const view of views) {
        view.send(JSON.stringify(message));
      }
    },
  };
}
