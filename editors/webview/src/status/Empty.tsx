/** What is shown before the first message: what to do first. */
import { useContext } from "preact/hooks";
import { ChatContext } from "../ui/context";
import { Icon, type IconName } from "../ui/Icon";
import { ACTIONS } from "./actions";

const EXAMPLES: { icon: IconName; text: string }[] = [
  { icon: "read", text: "Explain how this project is built up." },
  { icon: "search", text: "Find where errors are lost without a word." },
  { icon: "edit", text: "Write tests for the file that I have open." },
];

export function Empty() {
  const chat = useContext(ChatContext);
  const connection = chat.connection.value;
  const models = chat.options.models.value;
  // A session that cannot be read yet is no new one.
  const isUnread = chat.sessionId.value !== undefined;
  if (isUnread || connection.status === "failed" || connection.status === "starting") {
    return <div class="empty" />;
  }
  const usable = models === undefined || models.some((model) => model.available);
  return (
    <div class="empty">
      <h2>{usable ? "What shall we do?" : "First, choose a model"}</h2>
      {usable ? (
        <>
          <p class="muted">
            Aside reads what you have open, unsaved changes too, and shows each change it makes for
            you to keep or undo. <kbd>@</kbd> names files, <kbd>/</kbd> has commands.
          </p>
          <ul class="examples">
            {EXAMPLES.map(({ icon, text }) => (
              <li key={text}>
                <button
                  type="button"
                  onClick={() => {
                    chat.drafts.append(text);
                    chat.focusAsked.value += 1;
                  }}
                >
                  <Icon name={icon} /> <span>{text}</span>
                </button>
              </li>
            ))}
          </ul>
        </>
      ) : (
        <>
          <p class="muted">
            No model can be used yet. Add the key of a provider, or start a local server such as
            Ollama, and it is found by itself.
          </p>
          <div class="actions">
            <button
              type="button"
              class="primary"
              onClick={() => chat.send({ type: "action", action: "addKey" })}
            >
              {ACTIONS.addKey}
            </button>
            <button
              type="button"
              onClick={() => void chat.options.refresh((method) => chat.can(method))}
            >
              Look again
            </button>
          </div>
        </>
      )}
    </div>
  );
}
