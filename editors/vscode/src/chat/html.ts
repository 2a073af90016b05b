/** The page of the chat view: an empty one, and what it may load. */
import { randomBytes } from "node:crypto";
import { Uri, type Webview } from "vscode";

/** The page. Only the view's own script runs in it, and nothing is loaded from elsewhere. */
export function page(webview: Webview, view: Uri): string {
  const nonce = randomBytes(18).toString("base64");
  const own = webview.cspSource;
  // Styles may be inline, since formulas and diagrams place their parts by them.
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${own} 'unsafe-inline'`,
    `font-src ${own}`,
    `img-src ${own} data: blob:`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const at = (name: string) => webview.asWebviewUri(Uri.joinPath(view, name)).toString();
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Aside</title>
<link rel="stylesheet" href="${at("view.css")}">
</head>
<body>
<div id="aside"></div>
<script type="module" nonce="${nonce}" src="${at("view.js")}"></script>
</body>
</html>`;
}
