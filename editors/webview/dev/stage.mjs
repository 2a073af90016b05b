// A stage to try the view on: a scripted model, a workspace of its own, the second host, a browser.
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";
import { host } from "./host.mjs";

/** The programs, from the environment or as the build leaves them. */
export const PROGRAMS = {
  server: process.env.ASIDE_SERVER ?? "../../target/debug/aside",
  script: process.env.ASIDE_SCRIPT ?? "../../target/debug/aside-script",
  chromium: process.env.ASIDE_CHROMIUM ?? "/usr/bin/chromium",
};

/** Sets the stage. `files` are what the workspace has; `environment` goes to the server. */
export async function stage({ files = {}, environment = {} } = {}) {
  const folder = await mkdtemp(join(tmpdir(), "aside-view-"));
  const workspace = join(folder, "project");
  for (const [name, text] of Object.entries({ "README.md": "# Project\n", ...files })) {
    await mkdir(join(workspace, name, ".."), { recursive: true });
    await writeFile(join(workspace, name), text);
  }
  const script = spawn(PROGRAMS.script, { stdio: ["pipe", "pipe", "inherit"] });
  const said = createInterface({ input: script.stdout });
  const first = await new Promise((done) => said.once("line", done));
  Object.assign(process.env, {
    OPENAI_BASE_URL: JSON.parse(first).url,
    OPENAI_API_KEY: "x",
    ASIDE_MODEL: "openai/scripted",
    ASIDE_DATA_DIR: join(folder, "data"),
    ASIDE_CONFIG_DIR: join(folder, "config"),
    ...environment,
  });
  said.on("line", () => {});
  const tell = (message) => script.stdin.write(`${JSON.stringify(message)}\n`);
  const running = await host({ server: PROGRAMS.server, workspace });
  const browser = await chromium.launch({
    executablePath: PROGRAMS.chromium,
    args: ["--no-sandbox", "--disable-gpu"],
  });
  return {
    host: running,
    browser,
    workspace,
    /** One more reply of the model, served in order. */
    reply: (...parts) => tell({ reply: { parts } }),
    tell,
    /** A page with the view; what it says of errors goes to `errors`. */
    async open({ theme = "dark", width = 420, height = 800 } = {}) {
      const page = await browser.newPage({ viewport: { width, height } });
      const errors = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      page.on("console", (message) => {
        if (message.type() === "error") {
          errors.push(message.text());
        }
      });
      await page.goto(`${running.url}?theme=${theme}`);
      return { page, errors };
    },
    async end() {
      await browser.close();
      running.end();
      script.stdin.end();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A call of a tool, as a part of a reply. */
export function call(id, name, args) {
  return { toolCall: { id, name, arguments: JSON.stringify(args) } };
}
