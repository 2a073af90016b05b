// Serves the built view over HTTP on loopback, and its port over a WebSocket.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname, extname, join, normalize, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { WebSocketServer } from "ws";
import { POLICY, page } from "./page.mjs";

const dist = resolve(dirname(fileURLToPath(import.meta.url)), "../dist");
const TYPES = { ".js": "text/javascript", ".css": "text/css", ".woff2": "font/woff2" };

/**
 * Starts it. `joined`, `left` and `said` tell of views and of their messages; `asked` may answer
 * requests of its own. Gives back the address and what ends it.
 */
export async function serve({ port = 0, joined, left, said, asked = () => undefined }) {
  const http = createServer(async (request, response) => {
    const url = new URL(request.url, "http://127.0.0.1");
    const own = asked(request, url);
    if (own !== undefined) {
      response.end(own);
      return;
    }
    if (url.pathname === "/") {
      response.setHeader("content-type", "text/html");
      response.setHeader("content-security-policy", POLICY);
      response.end(page(url.searchParams.get("theme")));
      return;
    }
    const path = normalize(join(dist, url.pathname));
    const type = TYPES[extname(path)];
    try {
      if (!path.startsWith(dist) || type === undefined) {
        throw new Error("not ours");
      }
      const body = await readFile(path);
      response.setHeader("content-type", type);
      response.end(body);
    } catch {
      response.statusCode = 404;
      response.end();
    }
  });

  const sockets = new WebSocketServer({ server: http, path: "/port" });
  sockets.on("connection", (view, request) => {
    // Another page in the same browser has no business here.
    if (new URL(request.headers.origin ?? "http://none").host !== request.headers.host) {
      view.close();
      return;
    }
    joined(view);
    view.on("close", () => left(view));
    view.on("message", (data) => said(view, JSON.parse(String(data))));
  });

  await new Promise((done) => http.listen(port, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${http.address().port}/`,
    end() {
      for (const view of sockets.clients) {
        view.terminate();
      }
      http.close();
    },
  };
}
