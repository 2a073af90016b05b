/** The end of the transcript: what is on its way, and what the agent is about. */
import { useContext, useEffect, useState } from "preact/hooks";
import { type Retrying, runningTurn, type Transcript } from "../state/model";
import { ChatContext } from "../ui/context";
import { Icon } from "../ui/Icon";
import { Elapsed } from "./ToolCard";
import { UserMessage } from "./UserMessage";

/** Messages that were sent and are not in the transcript yet. */
export function Pending() {
  const chat = useContext(ChatContext);
  const shown = chat.sessionId.value;
  const all = [...chat.outbox.joining.value, ...chat.outbox.sending.value];
  const pending = all.filter((one) => one.sessionId === shown);
  if (pending.length === 0) {
    return null;
  }
  const entries = chat.follower.transcript.value?.entries ?? [];
  const arrived = new Set(
    entries.flatMap((entry) =>
      entry.kind === "item" && entry.item.type === "userMessage"
        ? [entry.item.clientMessageId]
        : [],
    ),
  );
  return (
    <>
      {pending
        .filter((one) => !arrived.has(one.clientMessageId))
        .map((one) => (
          <UserMessage key={one.clientMessageId} content={one.content} />
        ))}
    </>
  );
}

/** That a turn runs, where nothing else shows it; and the wait before another try. */
export function Working({ state }: { state: Transcript }) {
  const turn = runningTurn(state);
  if (turn === undefined) {
    return null;
  }
  if (state.retrying !== undefined) {
    return <Retry retrying={state.retrying} />;
  }
  const last = state.entries.at(-1);
  if (last?.kind === "item" && !last.done) {
    return null;
  }
  return (
    <p class="working muted" key={last?.id ?? ""}>
      <span class="dots" aria-hidden="true" />
      <span>Working</span>
      <Elapsed />
    </p>
  );
}

function Retry({ retrying }: { retrying: Retrying }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.ceil((retrying.at - now) / 1000));
  return (
    <div class="notice warning" role="status">
      <Icon name="warning" />
      <span>
        {retrying.reason} Attempt {retrying.attempt} of {retrying.maxAttempts}{" "}
        {seconds > 0 ? `in ${seconds} s.` : "is made now."}
      </span>
    </div>
  );
}
