/** Keeps a provider's key where the server looks for it; it is never in a setting or a log. */
import { spawn } from "node:child_process";
import { commands, type Disposable, ProgressLocation, window, workspace } from "vscode";
import { serverError } from "../server/errors";
import type { Server } from "../server/server";
import { told } from "./told";

/** How long the program may take: a keyring may ask for its password meanwhile. */
const LIMIT_MS = 150_000;

/** Characters of what the program says that are shown. */
const MAX_SAID = 2_000;

/** Registers the command. */
export function keyCommands(server: Server): Disposable[] {
  return [
    commands.registerCommand("aside.addKey", (provider?: string) =>
      told(() => addKey(server, typeof provider === "string" ? provider : undefined)),
    ),
  ];
}

async function addKey(server: Server, given: string | undefined): Promise<void> {
  const { program } = server;
  if (program === undefined) {
    await commands.executeCommand("aside.chooseServer");
    return;
  }
  const provider = given ?? (await pickProvider(server));
  if (provider === undefined) {
    return;
  }
  const key = await window.showInputBox({
    title: `Key of ${provider}`,
    prompt: "It goes to Aside's key store: the system's keyring, or an encrypted file.",
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) => (text.trim() === "" ? "A key has at least one character." : undefined),
  });
  if (key === undefined) {
    return;
  }
  const progress = {
    location: ProgressLocation.Notification,
    title: `Keeping the key of ${provider}…`,
  };
  let said: string;
  try {
    said = await window.withProgress(progress, () =>
      keep(program, server.env, provider, key.trim()),
    );
  } catch (error) {
    await offerTerminal(program, server.env, provider, serverError(error).message);
    return;
  }
  server.log.info(`A key of ${provider} was kept.`);
  const chosen = await window.showInformationMessage(
    said === "" ? `The key of ${provider} is kept.` : said,
    "Choose Model",
  );
  if (chosen !== undefined) {
    await commands.executeCommand("aside.chooseModel");
  }
}

/**
 * Some key stores have something to ask, such as for a passphrase: a terminal has somebody who can
 * answer.
 */
async function offerTerminal(
  program: string,
  env: Record<string, string>,
  provider: string,
  message: string,
): Promise<void> {
  const chosen = await window.showErrorMessage(message, "Add It in a Terminal");
  if (chosen !== undefined) {
    window
      .createTerminal({
        name: "Aside",
        shellPath: program,
        shellArgs: ["auth", "add", provider],
        env,
        ...folder(),
      })
      .show();
  }
}

/** Where the server works, too. */
function folder(): { cwd?: string } {
  const first = workspace.workspaceFolders?.[0];
  return first === undefined ? {} : { cwd: first.uri.fsPath };
}

async function pickProvider(server: Server): Promise<string | undefined> {
  const status = server.can("server/status")
    ? (await server.request("server/status", {})).providers
    : [];
  const models = server.can("model/list") ? (await server.request("model/list", {})).models : [];
  const names = new Set([...status.map((one) => one.name), ...models.map((one) => one.provider)]);
  const items = [...names].sort().map((name) => {
    const known = status.find((one) => one.name === name);
    const ready =
      known?.available === true || models.some((one) => one.provider === name && one.available);
    return { label: name, description: ready ? "can be used" : "" };
  });
  const other = { label: "$(edit) Another…", description: "" };
  const chosen = await window.showQuickPick([...items, other], { title: "Whose key?" });
  if (chosen !== other) {
    return chosen?.label;
  }
  return window.showInputBox({
    title: "Provider",
    placeHolder: "openai",
    validateInput: (text) => (/^[\w-]+$/.test(text) ? undefined : "A name of letters and digits."),
  });
}

/** Hands the key to the program on its standard input, and gives back what it said. */
function keep(
  program: string,
  env: Record<string, string>,
  provider: string,
  key: string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, ["auth", "add", "--stdin", "--", provider], {
      env: { ...process.env, ...env },
      ...folder(),
      stdio: ["pipe", "pipe", "pipe"],
      timeout: LIMIT_MS,
    });
    let said = "";
    const hear = (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(0, MAX_SAID);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("error", reject);
    child.on("close", (code) => {
      // The program does not repeat keys; nothing that looks like this one is shown anyway.
      const words = said
        .replaceAll(key, "…")
        .replace(/^error: /, "")
        .trim();
      if (code === 0) {
        resolve(words);
      } else {
        reject(new Error(words === "" ? `The key of ${provider} could not be kept.` : words));
      }
    });
    child.stdin.on("error", () => {
      // It ended before it read: what it said tells why.
    });
    child.stdin.end(`${key}\n`);
  });
}
