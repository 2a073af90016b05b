/** Going back to before a message: what would happen, the choice, and the way back from it. */
import { useContext, useState } from "preact/hooks";
import type { FileEdit, SessionRewindResult } from "../../../../protocol/ts/aside";
import { ChatContext } from "../ui/context";
import { Dismiss } from "../ui/Dismiss";
import { place } from "../ui/format";
import { Icon } from "../ui/Icon";

/** The button of a message, and what it asks. `text` is what was said, to be written anew. */
export function GoBack({ turnId, text }: { turnId: string; text: string }) {
  const chat = useContext(ChatContext);
  const [would, setWould] = useState<SessionRewindResult | undefined>(undefined);
  const sessionId = chat.sessionId.value;
  if (sessionId === undefined || chat.running || !chat.can("session/rewind")) {
    return null;
  }
  const ask = () =>
    chat.attempt(async () => {
      setWould(await chat.rpc.request("session/rewind", { sessionId, turnId, dryRun: true }));
    });
  if (would === undefined) {
    return (
      <button
        type="button"
        class="quiet icon-button go-back"
        title="Go back to before this message"
        aria-label="Go back to before this message"
        onClick={() => void ask()}
      >
        <Icon name="history" />
      </button>
    );
  }
  const go = (files: boolean) => {
    setWould(undefined);
    void chat.goBack({ sessionId, turnId, files, conversation: true }, text);
  };
  return (
    <fieldset class="going-back">
      <legend class="hidden">Go back to before this message?</legend>
      <Named edits={would.reverted} none="No file changes." some="These files go back:" />
      <Named edits={would.conflicts} none="" some="These stay, since later work would be lost:" />
      <div class="actions">
        {would.reverted.length > 0 ? (
          <button type="button" class="primary" onClick={() => go(true)}>
            Files and conversation
          </button>
        ) : null}
        <button type="button" onClick={() => go(false)}>
          Conversation only
        </button>
        <button type="button" class="quiet" onClick={() => setWould(undefined)}>
          Stay
        </button>
      </div>
    </fieldset>
  );
}

function Named({ edits, none, some }: { edits: FileEdit[]; none: string; some: string }) {
  const chat = useContext(ChatContext);
  const names = [...new Set(edits.map((edit) => place(edit.uri, chat.workspaceUri.value)))];
  const text = names.length === 0 ? none : `${some} ${names.join(", ")}.`;
  return text === "" ? null : <p class="muted">{text}</p>;
}

/** That the session went back, until something else is done. */
export function WentBack() {
  const chat = useContext(ChatContext);
  const rewindId = chat.wentBack.value;
  if (rewindId === undefined) {
    return null;
  }
  return (
    <div class="banner" role="status">
      <span>The session is as it was before that message.</span>
      <button type="button" onClick={() => void chat.comeBack(rewindId)}>
        Take it back
      </button>
      <Dismiss
        onDismiss={() => {
          chat.wentBack.value = undefined;
        }}
      />
    </div>
  );
}
