/** The agent's plan, above the composer: its state in one line, and all of it unfolded. */
import { useContext } from "preact/hooks";
import type { PlanStatus } from "../../../../protocol/ts/aside";
import { ChatContext } from "../ui/context";
import { Fold } from "../ui/Fold";
import { Icon } from "../ui/Icon";

const WORDS: Record<PlanStatus, string> = {
  pending: "to do",
  inProgress: "in progress",
  completed: "done",
};

export function Plan() {
  const chat = useContext(ChatContext);
  const plan = chat.follower.plan.value ?? [];
  const done = plan.filter((entry) => entry.status === "completed").length;
  if (plan.length === 0 || (done === plan.length && !chat.running)) {
    return null;
  }
  const now = plan.find((entry) => entry.status === "inProgress");
  return (
    <Fold
      class="plan"
      startOpen={false}
      head={
        <>
          <span>
            Plan {done}/{plan.length}
          </span>
          <span class="muted plan-now">{now?.text}</span>
        </>
      }
    >
      {() => (
        <ol>
          {plan.map((entry, index) => (
            <li key={index} data-status={entry.status}>
              <span class="mark">
                {entry.status === "completed" ? <Icon name="check" /> : null}
              </span>
              <span>{entry.text}</span>
              <span class="hidden">, {WORDS[entry.status] ?? entry.status}</span>
            </li>
          ))}
        </ol>
      )}
    </Fold>
  );
}
