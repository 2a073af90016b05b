/** Shows what models were sent, and what it cost. */
import { commands, type Disposable } from "vscode";
import type { Usage, UsageGetResult } from "../protocol";
import type { Server } from "../server/server";
import { showMarkdown } from "./pages";
import { told } from "./told";

/** Registers the command. */
export function usageCommands(server: Server): Disposable[] {
  return [
    commands.registerCommand("aside.usage", () =>
      told(async () => {
        await showMarkdown("Usage", usageText(await server.request("usage/get", {})));
      }),
    ),
  ];
}

/** A table in Markdown. */
export function usageText(usage: UsageGetResult): string {
  const rows = usage.days.map(
    (day) =>
      `| ${day.day} | ${day.model} | ${day.requests} | ${cells(day.usage)}${day.estimated ? " (partly estimated)" : ""} |`,
  );
  return [
    "# Usage of Aside in this workspace",
    "",
    "| day | model | requests | input | of it cached | output | US dollars |",
    "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ...rows,
    `| all | | | ${cells(usage.total)} |`,
    "",
  ].join("\n");
}

function cells(usage: Usage): string {
  const cost = usage.costUsd === undefined ? "unknown" : usage.costUsd.toFixed(4);
  return [usage.inputTokens, usage.cachedInputTokens, usage.outputTokens, cost].join(" | ");
}
