// Where the programs are that the tests run, and where they leave what they write. All of it is
// said by the environment; `cargo xtask vscode` sees to that.
import { mkdirSync } from "node:fs";
import { join } from "node:path";

/** What the environment says under this name; an error that says how to run the tests if nothing. */
export function said(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") {
    throw new Error(`${name} is not set; run \`cargo xtask vscode\``);
  }
  return value;
}

/** VS Code's server. */
export const vscodeFolder = (): string => said("ASIDE_E2E_VSCODE");

/** The browser. */
export const chromiumProgram = (): string => said("ASIDE_E2E_CHROMIUM");

/** The folder in which MCP servers are installed. */
export const toolsFolder = (): string => said("ASIDE_E2E_TOOLS");

/** The extension's package. */
export const extensionPackage = (): string => said("ASIDE_E2E_VSIX");

/** The server that is tested. */
export const asideProgram = (): string => said("ASIDE_E2E_ASIDE");

/** The scripted model. */
export const scriptProgram = (): string => said("ASIDE_E2E_SCRIPT");

/** Below this folder everything is written: logs, workspaces, screenshots. */
export const outFolder = (): string => said("ASIDE_E2E_OUT");

/** A folder below `outFolder`, made where it is missing. */
export function out(...parts: string[]): string {
  const folder = join(outFolder(), ...parts);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** This repository's folder of the tests. */
export const here = (): string => join(import.meta.dirname, "..");
