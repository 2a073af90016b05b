// VS Code's server: started for browsers, with the extension installed.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { out, vscodeFolder } from "./places.ts";
import { type Running, start } from "./processes.ts";
import { until } from "./waiting.ts";

/** Seconds that an extension host outlives its page. */
const GRACE_SECONDS = "2";

/** What keeps the editor to what is tested. */
const CALM: Record<string, unknown> = {
  "workbench.startupEditor": "none",
  "workbench.welcomePage.walkthroughs.openOnInstall": false,
  "workbench.tips.enabled": false,
  "chat.disableAIFeatures": true,
  "security.workspace.trust.enabled": false,
  "files.hotExit": "off",
  "files.autoSave": "off",
  "editor.minimap.enabled": false,
  "editor.wordBasedSuggestions": "off",
  "editor.autoClosingBrackets": "never",
  "editor.quickSuggestions": { other: "off", comments: "off", strings: "off" },
  "editor.stickyScroll.enabled": false,
  "extensions.autoCheckUpdates": false,
  "extensions.ignoreRecommendations": true,
  "git.enabled": false,
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "window.dialogStyle": "custom",
  "workbench.editor.empty.hint": "hidden",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.colorTheme": "Dark Modern",
};

/** A server of VS Code at work. */
export interface Editor {
  url: string;
  port: number;
  end(): Promise<void>;
}

export interface EditorOptions {
  /** Names the folder of what it writes, below the folder of all output. */
  name: string;
  /** Settings of the machine, beside those that keep it calm. */
  settings: Record<string, unknown>;
  /** Settings of the user, likewise. */
  user?: Record<string, unknown>;
  /** `.vsix` files to install. */
  extensions: string[];
  /** Lets a page run tests inside the extension host. Toasts are not shown then. */
  isForInside?: boolean;
  env?: Record<string, string>;
}

/** Installs the extensions and starts a server. */
export async function startEditor(options: EditorOptions): Promise<Editor> {
  const folder = out("editors", options.name);
  const data = join(folder, "data");
  writeSettings(join(data, "User"), { ...CALM, ...options.user });
  // Some settings count only among those of the machine.
  writeSettings(join(data, "Machine"), { ...CALM, ...options.user, ...options.settings });
  const common = ["out/server-main.js", "--server-data-dir", folder];
  common.push("--extensions-dir", join(folder, "extensions"), "--accept-server-license-terms");
  const cwd = vscodeFolder();
  if (options.extensions.length > 0) {
    const wanted = options.extensions.flatMap((file) => ["--install-extension", file]);
    const log = join(folder, "install.log");
    const installing = start(process.execPath, [...common, ...wanted], { cwd, log });
    await until("end of the installation", () => !installing.isAlive() || undefined);
    if (installing.child.exitCode !== 0) {
      throw new Error(`the extension cannot be installed; see ${log}`);
    }
  }
  const serve = ["--host", "127.0.0.1", "--port", "0", "--without-connection-token"];
  serve.push("--disable-workspace-trust", "--telemetry-level", "off");
  serve.push("--reconnection-grace-time", GRACE_SECONDS);
  if (options.isForInside) serve.push("--enable-smoke-test-driver");
  const log = join(folder, "server.log");
  let port = 0;
  const onLine = (line: string) => {
    port = Number(/Extension host agent listening on (\d+)/.exec(line)?.[1] ?? port);
  };
  const env = options.env ?? {};
  const running: Running = start(process.execPath, [...common, ...serve], {
    cwd,
    log,
    onLine,
    env,
  });
  await until("server of VS Code", () => port || undefined);
  return { url: `http://127.0.0.1:${port}`, port, end: () => running.end() };
}

function writeSettings(folder: string, settings: Record<string, unknown>): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "settings.json"), JSON.stringify(settings, undefined, 2));
}
