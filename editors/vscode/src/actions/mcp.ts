/** The MCP servers: how they are, and what can be done about it. */
import { commands, type Disposable, window } from "vscode";
import type { McpServer, McpStatus } from "../protocol";
import type { Server } from "../server/server";
import { told } from "./told";

const ICONS: Record<McpStatus, string> = {
  disabled: "circle-slash",
  stopped: "circle-outline",
  starting: "sync",
  ready: "pass",
  failed: "error",
  needsAuth: "key",
};

/** Registers the command. */
export function mcpCommands(server: Server): Disposable[] {
  return [commands.registerCommand("aside.mcpServers", () => told(() => choose(server)))];
}

async function choose(server: Server): Promise<void> {
  const { servers } = await server.request("mcp/list", {});
  if (servers.length === 0) {
    void window.showInformationMessage("No MCP servers are set up. The page docs/mcp.md says how.");
    return;
  }
  const items = servers.map((one) => ({
    label: `$(${ICONS[one.status] ?? "question"}) ${one.name}`,
    description: `${one.status}, ${one.tools.length} tools, ${one.transport}`,
    detail: one.error ?? one.origin,
    one,
  }));
  const chosen = await window.showQuickPick(items, {
    title: "MCP Servers",
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (chosen !== undefined) {
    await act(server, chosen.one);
  }
}

async function act(server: Server, one: McpServer): Promise<void> {
  const off = one.status === "disabled";
  const items = [
    ...(server.can("mcp/restart") && !off
      ? [{ label: "$(debug-restart) Restart", act: "restart" }]
      : []),
    ...(server.can("mcp/setEnabled")
      ? [{ label: off ? "$(play) Enable" : "$(circle-slash) Disable", act: "toggle" }]
      : []),
    ...one.tools.map((tool) => ({
      label: `$(tools) ${tool.name}`,
      description: tool.readOnly ? "reads only" : "",
      detail: tool.description.split("\n")[0] ?? "",
      act: "none",
    })),
  ];
  const chosen = await window.showQuickPick(items, { title: one.name });
  if (chosen?.act === "restart") {
    await server.request("mcp/restart", { name: one.name });
  } else if (chosen?.act === "toggle") {
    await server.request("mcp/setEnabled", { name: one.name, enabled: off });
  }
}
