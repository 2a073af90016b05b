/** The line at the top: the session's title, how full the context is, what it cost. */
import { useContext, useLayoutEffect, useRef, useState } from "preact/hooks";
import { ChatContext } from "../ui/context";
import { count, dollars } from "../ui/format";
import { Icon } from "../ui/Icon";

export function Header() {
  const chat = useContext(ChatContext);
  const session = chat.follower.session.value;
  /** The session whose title is written. */
  const [renamed, setRenamed] = useState<string | undefined>(undefined);
  const renaming = session !== undefined && renamed === session.id;
  const title = session?.title || "New chat";
  return (
    <header class="head">
      {renaming ? (
        <Rename key={renamed} title={title} end={() => setRenamed(undefined)} />
      ) : (
        <h1 title={title} onDblClick={() => setRenamed(session?.id)}>
          {title}
        </h1>
      )}
      {session === undefined || renaming ? null : (
        <button
          type="button"
          class="quiet icon-button rename-button"
          title="Rename"
          aria-label="Rename this session"
          onClick={() => setRenamed(session.id)}
        >
          <Icon name="edit" />
        </button>
      )}
      <Meter />
      <Cost />
      {session === undefined ? null : (
        <button
          type="button"
          class="quiet icon-button"
          title="New chat"
          aria-label="New chat"
          onClick={() => chat.show(undefined)}
        >
          <Icon name="plus" />
        </button>
      )}
      <button
        type="button"
        class="quiet icon-button"
        title="Sessions"
        aria-label="Sessions"
        onClick={() => chat.send({ type: "action", action: "showSessions" })}
      >
        <Icon name="history" />
      </button>
    </header>
  );
}

/** The title as it is written. Drawn once: what happens in the session meanwhile changes nothing here. */
function Rename({ title, end }: { title: string; end: () => void }) {
  const chat = useContext(ChatContext);
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (input.current !== null) {
      input.current.value = title;
      input.current.focus();
      input.current.select();
    }
  }, []);
  return (
    <input
      type="text"
      class="rename"
      ref={input}
      aria-label="Title of the session"
      onBlur={end}
      onKeyDown={(event) => {
        if (event.key === "Enter" && !event.isComposing) {
          void chat.rename(event.currentTarget.value);
          end();
        } else if (event.key === "Escape") {
          event.stopPropagation();
          end();
        }
      }}
    />
  );
}

/** How full the model's context is. */
function Meter() {
  const chat = useContext(ChatContext);
  const context = chat.follower.context.value;
  if (context === undefined) {
    return null;
  }
  const { usedTokens, windowTokens } = context;
  if (windowTokens === 0) {
    return <span class="muted meter-text">{count(usedTokens)}</span>;
  }
  const share = Math.min(1, usedTokens / windowTokens);
  const text = `${count(usedTokens)} of ${count(windowTokens)} tokens of context (${Math.round(share * 100)} %)`;
  return (
    <span class="meter" title={text} role="img" aria-label={text} data-full={share > 0.85}>
      <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
        <circle cx="8" cy="8" r="6" class="meter-all" />
        <circle
          cx="8"
          cy="8"
          r="6"
          class="meter-used"
          pathLength={100}
          stroke-dasharray={`${Math.max(share * 100, usedTokens > 0 ? 2 : 0)} 100`}
          transform="rotate(-90 8 8)"
        />
      </svg>
      <span class="meter-text">{Math.round(share * 100)}%</span>
    </span>
  );
}

function Cost() {
  const chat = useContext(ChatContext);
  const session = chat.follower.session.value;
  const usage = session?.usage;
  if (usage?.costUsd === undefined || usage.costUsd === 0) {
    return null;
  }
  const text = `${dollars(usage.costUsd)}: ${count(usage.inputTokens)} tokens in, ${count(usage.outputTokens)} out`;
  return (
    <span class="muted cost" title={text}>
      {dollars(usage.costUsd)}
    </span>
  );
}
