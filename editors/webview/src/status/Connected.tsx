/** A connection that does not work, in a sentence with what can be done; and what went wrong else. */
import { useContext } from "preact/hooks";
import { ChatContext } from "../ui/context";
import { Dismiss } from "../ui/Dismiss";
import { Icon } from "../ui/Icon";
import { ACTIONS } from "./actions";

export function ConnectionBanner() {
  const chat = useContext(ChatContext);
  const connection = chat.connection.value;
  switch (connection.status) {
    case "starting":
      return (
        <div class="banner" role="status">
          <span class="dots" aria-hidden="true" />
          <span>The server starts…</span>
        </div>
      );
    case "reconnecting":
      return (
        <div class="banner warning" role="status">
          <span class="dots" aria-hidden="true" />
          <span>
            {connection.message}
            {connection.attempt > 1 ? ` Attempt ${connection.attempt}.` : ""}
          </span>
          <button
            type="button"
            class="quiet"
            onClick={() => chat.send({ type: "action", action: "showLog" })}
          >
            {ACTIONS.showLog}
          </button>
        </div>
      );
    case "failed":
      return (
        <div class="banner error" role="alert">
          <Icon name="error" />
          <span>{connection.message}</span>
          {connection.actions.map((action) => (
            <button
              key={action}
              type="button"
              onClick={() => chat.send({ type: "action", action })}
            >
              {ACTIONS[action] ?? action}
            </button>
          ))}
        </div>
      );
    default:
      return null;
  }
}

/** What the user did and did not work. */
export function ProblemBanner() {
  const chat = useContext(ChatContext);
  const problem = chat.problem.value;
  if (problem === undefined) {
    return null;
  }
  const { action } = problem;
  return (
    <div class="banner error" role="alert">
      <Icon name="error" />
      <span>{problem.message}</span>
      {action === undefined ? null : (
        <button type="button" onClick={() => chat.send({ type: "action", action })}>
          {ACTIONS[action]}
        </button>
      )}
      <Dismiss
        onDismiss={() => {
          chat.problem.value = undefined;
        }}
      />
    </div>
  );
}
