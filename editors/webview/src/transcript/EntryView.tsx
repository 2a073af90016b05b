/** One entry of the transcript. It is drawn again only when it is another. */
import { useContext } from "preact/hooks";
import { Markdown } from "../markdown/Markdown";
import type { HostAction } from "../port";
import { actionFor } from "../state/chat";
import type { Entry, ItemEntry, NoticeEntry, TurnEndEntry } from "../state/model";
import { ACTIONS } from "../status/actions";
import { ChatContext } from "../ui/context";
import { Fold } from "../ui/Fold";
import { Icon } from "../ui/Icon";
import { memo } from "../ui/memo";
import { ToolCard } from "./ToolCard";
import { UserMessage } from "./UserMessage";

export const EntryView = memo(function EntryView({ entry }: { entry: Entry }) {
  switch (entry.kind) {
    case "item":
      return <ItemView entry={entry} />;
    case "notice":
      return <Notice entry={entry} />;
    case "turnEnd":
      return <TurnEnd entry={entry} />;
  }
});

function ItemView({ entry }: { entry: ItemEntry }) {
  const chat = useContext(ChatContext);
  const { item } = entry;
  switch (item.type) {
    case "userMessage":
      return <UserMessage content={item.content} turnId={item.turnId} />;
    case "assistantMessage":
      return (
        <article class="answer" aria-label="Answer" aria-busy={!entry.done}>
          <Markdown text={item.text} streaming={!entry.done} />
          {item.status === "interrupted" ? <p class="muted">This answer was cut short.</p> : null}
        </article>
      );
    case "reasoning":
      return (
        <Fold
          class="reasoning"
          startOpen={chat.settings.value.unfold.reasoning}
          head={
            <>
              <Icon name="think" />
              <span class={entry.done ? "" : "shimmer"}>{entry.done ? "Thought" : "Thinking"}</span>
            </>
          }
        >
          {() => <Markdown text={item.text} streaming={!entry.done} />}
        </Fold>
      );
    case "toolCall":
      return <ToolCard entry={entry} call={item} />;
    case "compaction":
      return (
        <Fold
          class="compaction"
          startOpen={false}
          head={
            <>
              <Icon name="history" />
              <span>
                {item.droppedItems} older {item.droppedItems === 1 ? "item is" : "items are"}{" "}
                summarised for the model
              </span>
            </>
          }
        >
          {() => <Markdown text={item.summary} streaming={false} />}
        </Fold>
      );
    default:
      return null;
  }
}

const LEVELS = { info: "info", warning: "warning", error: "error" } as const;

function Notice({ entry }: { entry: NoticeEntry }) {
  return (
    <p class={`notice ${entry.level}`}>
      <Icon name={LEVELS[entry.level] ?? "info"} />
      <span>{entry.message}</span>
    </p>
  );
}

/** How a turn ended, and what the user can do then. */
function TurnEnd({ entry }: { entry: TurnEndEntry }) {
  const chat = useContext(ChatContext);
  const { error } = entry;
  if (error === undefined) {
    return (
      <p class="notice info">
        <Icon name="info" />
        <span>{REASONS[entry.stopReason] ?? "The turn ended."}</span>
      </p>
    );
  }
  const action: HostAction | undefined = actionFor(error.code);
  return (
    <div class="notice error" role="group" aria-label="The turn failed">
      <Icon name="error" />
      <div>
        <p>{error.message}</p>
        <div class="actions">
          {action === undefined ? null : (
            <button
              type="button"
              class="primary"
              onClick={() => chat.send({ type: "action", action })}
            >
              {ACTIONS[action]}
            </button>
          )}
          {error.retryable ? (
            <button
              type="button"
              // The second click of two must not send it twice.
              onClick={({ detail }) => (detail > 1 ? undefined : void chat.again("Try again."))}
            >
              Try again
            </button>
          ) : null}
          <button
            type="button"
            class="quiet"
            onClick={() => chat.send({ type: "copy", text: `${error.code}: ${error.message}` })}
          >
            Copy
          </button>
        </div>
      </div>
    </div>
  );
}

const REASONS: Partial<Record<TurnEndEntry["stopReason"], string>> = {
  cancelled: "Stopped.",
  interrupted: "The server stopped while this turn ran. Send a message to go on.",
  maxTokens: "The answer reached its token limit. Send “go on” to continue.",
  maxIterations: "The turn reached its limit of requests. Send “go on” to continue.",
  refusal: "The model refused to answer this.",
  error: "The turn failed.",
};
