/** Messages that wait for the running turn, as chips that can be taken back. */
import { useContext } from "preact/hooks";
import { queuedText } from "../transcript/entries";
import { ChatContext } from "../ui/context";
import { Icon } from "../ui/Icon";

export function Queue() {
  const chat = useContext(ChatContext);
  const queued = chat.follower.openTurns.value?.filter((turn) => turn.status === "queued") ?? [];
  const state = queued.length === 0 ? undefined : chat.follower.transcript.value;
  if (state === undefined) {
    return null;
  }
  return (
    <ul class="queue" aria-label="Messages that wait">
      {queued.map((turn) => {
        const text = queuedText(state, turn.id) ?? chat.queuedTexts.get(turn.id) ?? "Message";
        return (
          <li key={turn.id} class="chip" title={text}>
            <span class="muted">Queued</span>
            <span class="chip-label">{text}</span>
            <button
              type="button"
              aria-label={`Take back: ${text}`}
              onClick={() => void chat.cancel(turn.id)}
            >
              <Icon name="close" />
            </button>
          </li>
        );
      })}
    </ul>
  );
}
