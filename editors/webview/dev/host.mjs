// A second host of the view: serves it over HTTP on loopback, and carries its port over a WebSocket
// to an `aside lsp` of its own. For trying the view in a browser, for its tests and its measurements.
//
//   node dev/host.mjs --server PATH [--workspace DIR] [--port N]
//
// Then open http://127.0.0.1:PORT/?theme=dark (light, dark, contrast). POST /kill ends the server as a
// crash does.
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { Server } from "./rpc.mjs";
import { serve } from "./serve.mjs";

/** Starts it. Gives back its address and what ends it. */
export async function host({ server: command, workspace, port = 0 }) {
  const root = pathToFileURL(resolve(workspace)).href;
  const drafts = {};
  const asked = new Map();
  const views = new Set();
  const log = [];
  let connection = { status: "starting" };
  let sessionId;
  let choice;

  const tell = (message) => {
    const text = JSON.stringify(message);
    for (const view of views) {
      view.send(text);
    }
  };

  const server = new Server(command, root, (heard) => {
    if (heard.connection !== undefined) {
      connection = heard.connection;
      if (connection.status !== "ready") {
        asked.clear();
      }
      tell({ type: "connection", connection });
    } else if (heard.notification !== undefined) {
      notified(heard.notification);
    } else {
      requested(heard.request, heard.answer);
    }
  });

  function notified({ method, params }) {
    if (method === "chat/event") {
      tell({ type: "event", event: params });
      if (params.event.type === "permissionResolved") {
        withdraw(params.event.requestId);
      }
    } else if (method === "mcp/event") {
      tell({ type: "mcpEvent", event: params });
    } else if (method === "$/cancelRequest") {
      for (const [requestId, question] of asked) {
        if (question.rpcId === params.id) {
          withdraw(requestId);
        }
      }
    }
  }

  function requested({ id, method, params }, answer) {
    const type = { "chat/requestPermission": "permission", "chat/elicit": "elicitation" }[method];
    if (type !== undefined) {
      asked.set(params.requestId, { rpcId: id, answer, message: { type, request: params } });
      tell({ type, request: params });
    } else {
      answer(method === "workspace/configuration" ? params.items.map(() => null) : null);
    }
  }

  function withdraw(requestId) {
    if (asked.delete(requestId)) {
      tell({ type: "withdrawn", requestId });
    }
  }

  async function fromView(view, message) {
    switch (message.type) {
      case "ready":
        view.send(
          JSON.stringify({
            type: "init",
            portVersion: 1,
            connection,
            settings: { sendOn: "enter", unfold: { reasoning: false, tools: false } },
            workspaceUri: root,
            ...(sessionId === undefined ? {} : { sessionId }),
            drafts,
            choice,
          }),
        );
        for (const question of asked.values()) {
          view.send(JSON.stringify(question.message));
        }
        break;
      case "request":
        try {
          const result = await server.request(message.method, message.params);
          view.send(JSON.stringify({ type: "response", id: message.id, result }));
        } catch (error) {
          const { message: text, data } = error;
          view.send(
            JSON.stringify({ type: "error", id: message.id, message: text, code: data?.code }),
          );
        }
        break;
      case "sessionShown":
        sessionId = message.sessionId;
        break;
      case "saveDraft":
        drafts[message.sessionId ?? ""] = message.draft;
        break;
      case "chosen":
        choice = message.choice;
        break;
      case "answerPermission":
      case "answerElicitation":
        asked.get(message.requestId)?.answer(message.result);
        asked.delete(message.requestId);
        break;
      case "dropUris":
        view.send(
          JSON.stringify({
            type: "attach",
            attachments: message.uris.map((uri) => ({
              label: uri.split("/").at(-1),
              block: { type: "resource", uri },
            })),
          }),
        );
        break;
      default:
        // What an editor would do; here it can only be looked at.
        log.push(message);
        break;
    }
  }

  const served = await serve({
    port,
    joined: (view) => views.add(view),
    left: (view) => views.delete(view),
    said: (view, message) => fromView(view, message),
    asked(request, url) {
      if (request.method === "POST" && url.pathname === "/kill") {
        server.kill();
        return "";
      }
      return url.pathname === "/log" ? JSON.stringify(log) : undefined;
    },
  });
  server.start();
  return {
    url: served.url,
    tell,
    server,
    log,
    drafts,
    /** The session that is shown. */
    get sessionId() {
      return sessionId;
    },
    /** The next view begins with a new session. */
    forget() {
      sessionId = undefined;
      choice = undefined;
    },
    end() {
      server.end();
      served.end();
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      server: { type: "string", default: "aside" },
      workspace: { type: "string", default: process.cwd() },
      port: { type: "string", default: "4173" },
    },
  });
  const running = await host({ ...values, port: Number(values.port) });
  console.log(`The view is at ${running.url}?theme=dark`);
  process.on("SIGINT", () => {
    running.end();
    process.exit(0);
  });
}
