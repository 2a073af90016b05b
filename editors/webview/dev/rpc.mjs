// Speaks JSON-RPC with `aside lsp` over its standard input and output, and starts it again when it ends.
import { spawn } from "node:child_process";

/** How often a server that ends at once is started again. */
const MAX_STARTS = 5;

export class Server {
  #command;
  #root;
  #hear;
  #child;
  #next = 1;
  #waiting = new Map();
  #starts = 0;
  #ended = false;

  /** `hear` gets `{connection}`, `{notification}` and `{request, answer}`. */
  constructor(command, root, hear) {
    this.#command = command;
    this.#root = root;
    this.#hear = hear;
  }

  start() {
    this.#starts += 1;
    const child = spawn(this.#command, ["lsp"], { stdio: ["pipe", "pipe", "inherit"] });
    this.#child = child;
    child.on("error", (error) => {
      this.#ended = true;
      this.#hear({
        connection: {
          status: "failed",
          message: `The server cannot be started: ${error.message}. Choose another program.`,
          actions: ["chooseServer", "restartServer"],
        },
      });
    });
    child.on("exit", () => this.#exited(child));
    child.stdin.on("error", () => {});
    read(child.stdout, (message) => this.#receive(message));
    this.#initialize().catch((error) => console.error(error));
  }

  async #initialize() {
    const uri = this.#root;
    const result = await this.request("initialize", {
      processId: process.pid,
      rootUri: uri,
      workspaceFolders: [{ uri, name: "workspace" }],
      clientInfo: { name: "aside-webview-dev" },
      capabilities: {
        workspace: { workspaceFolders: true },
        experimental: {
          aside: { events: true, permission: true, elicitation: true, review: true },
        },
      },
    });
    this.notify("initialized", {});
    this.#starts = 1;
    const { methods, version } = result.capabilities.experimental.aside;
    this.#hear({ connection: { status: "ready", methods, version } });
  }

  #exited(child) {
    for (const { reject } of this.#waiting.values()) {
      reject({ message: "The server ended." });
    }
    this.#waiting.clear();
    if (this.#ended || child !== this.#child) {
      return;
    }
    if (this.#starts >= MAX_STARTS) {
      this.#hear({
        connection: {
          status: "failed",
          message: "The server ended again and again. Its log says why.",
          actions: ["restartServer", "showLog"],
        },
      });
      return;
    }
    this.#hear({
      connection: {
        status: "reconnecting",
        attempt: this.#starts,
        message: "The server ended and is started again.",
      },
    });
    setTimeout(() => this.start(), 300 * this.#starts);
  }

  request(method, params) {
    const id = this.#next;
    this.#next += 1;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#send({ jsonrpc: "2.0", id, method, params });
    });
  }

  notify(method, params) {
    this.#send({ jsonrpc: "2.0", method, params });
  }

  /** Ends it as a crash does. */
  kill() {
    this.#child?.kill("SIGKILL");
  }

  end() {
    this.#ended = true;
    this.#child?.kill();
  }

  #send(message) {
    const text = JSON.stringify(message);
    this.#child?.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  #receive(message) {
    if (message.method === undefined) {
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.error) {
        waiting?.reject(message.error);
      } else {
        waiting?.resolve(message.result);
      }
    } else if (message.id === undefined) {
      this.#hear({ notification: message });
    } else {
      const answer = (result) => this.#send({ jsonrpc: "2.0", id: message.id, result });
      this.#hear({ request: message, answer });
    }
  }
}

/** Reads messages with their headers out of a stream. */
function read(stream, hear) {
  let buffer = Buffer.alloc(0);
  stream.on("data", (chunk) => {
    buffer = Buffer.concat([buffer, chunk]);
    for (;;) {
      const end = buffer.indexOf("\r\n\r\n");
      if (end < 0) {
        return;
      }
      const length = Number(/content-length: *(\d+)/i.exec(buffer.toString("ascii", 0, end))?.[1]);
      if (buffer.length < end + 4 + length) {
        return;
      }
      const text = buffer.toString("utf8", end + 4, end + 4 + length);
      buffer = buffer.subarray(end + 4 + length);
      hear(JSON.parse(text));
    }
  });
}
