// The page around the view, with the strict content policy of an editor and a theme to look at.

/** Colours under the names that VS Code gives them, near to those of its default themes. */
const THEMES = {
  light: {
    "sideBar-background": "#f8f8f8",
    "editor-background": "#ffffff",
    foreground: "#3b3b3b",
    descriptionForeground: "#636363",
    "panel-border": "#e5e5e5",
    "input-background": "#ffffff",
    "input-border": "#cecece",
    focusBorder: "#005fb8",
  },
  dark: {
    "sideBar-background": "#181818",
    "editor-background": "#1f1f1f",
    foreground: "#cccccc",
    descriptionForeground: "#9d9d9d",
    "panel-border": "#2b2b2b",
    "textLink-foreground": "#4daafc",
    focusBorder: "#0078d4",
    errorForeground: "#f85149",
    "list-warningForeground": "#cca700",
    "list-hoverBackground": "#2a2d2e",
    "list-activeSelectionBackground": "#04395e",
    "list-activeSelectionForeground": "#ffffff",
    "input-background": "#313131",
    "input-border": "#3c3c3c",
    "input-foreground": "#cccccc",
    "input-placeholderForeground": "#989898",
    "button-background": "#0078d4",
    "button-foreground": "#ffffff",
    "button-hoverBackground": "#026ec1",
    "button-secondaryBackground": "#313131",
    "button-secondaryForeground": "#cccccc",
    "button-secondaryHoverBackground": "#3c3c3c",
    "badge-background": "#616161",
    "badge-foreground": "#f8f8f8",
    "editorWidget-background": "#202020",
    "editorWidget-border": "#313131",
    "textCodeBlock-background": "#2b2b2b",
  },
  contrast: {
    "sideBar-background": "#000000",
    "editor-background": "#000000",
    foreground: "#ffffff",
    "editorWarning-foreground": "#ffd370",
    errorForeground: "#f48771",
    "panel-border": "#6fc3df",
    contrastBorder: "#6fc3df",
    focusBorder: "#f38518",
    "textLink-foreground": "#21a6ff",
    "input-background": "#000000",
    "input-border": "#6fc3df",
    "input-foreground": "#ffffff",
    "button-background": "#000000",
    "button-foreground": "#ffffff",
    "button-secondaryBackground": "#000000",
    "button-secondaryForeground": "#ffffff",
    "editorWidget-background": "#000000",
    "editorWidget-border": "#6fc3df",
    "list-activeSelectionBackground": "#000000",
    "list-activeSelectionForeground": "#ffffff",
  },
};

const CLASSES = { light: "vscode-light", dark: "vscode-dark", contrast: "vscode-high-contrast" };

/** What an editor's webview allows, and no more. */
export const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

export function page(theme) {
  const name = Object.hasOwn(THEMES, theme) ? theme : "light";
  const colours = Object.entries(THEMES[name])
    .map(([key, value]) => `--vscode-${key}: ${value};`)
    .join(" ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Aside</title>
<link rel="icon" href="data:,">
<style>:root { ${colours} } body { background: var(--vscode-sideBar-background); }</style>
<link rel="stylesheet" href="/view.css">
</head>
<body class="${CLASSES[name]}">
<div id="aside"></div>
<script type="module" src="/socket.js"></script>
</body>
</html>`;
}
