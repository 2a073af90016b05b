/** The chat view in an element, over a port. */
import { render } from "preact";
import { App } from "./App";
import { themeChanged } from "./markdown/mermaid";
import type { Port } from "./port";
import { Chat } from "./state/chat";
import { ChatContext } from "./ui/context";

/** Draws the view and listens to the port. Gives back what takes it out again. */
export function mount(element: HTMLElement, port: Port): () => void {
  const chat = new Chat(port);
  const themes = new MutationObserver(() => {
    themeChanged.value += 1;
  });
  themes.observe(document.body, { attributes: true, attributeFilter: ["class"] });
  render(
    <ChatContext.Provider value={chat}>
      <App />
    </ChatContext.Provider>,
    element,
  );
  return () => {
    themes.disconnect();
    chat.drafts.flush();
    render(null, element);
  };
}
