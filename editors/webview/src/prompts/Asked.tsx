/** What the user is asked in this session, at the end of the transcript. */
import { useContext } from "preact/hooks";
import { ChatContext } from "../ui/context";
import { Elicitation } from "./Elicitation";
import { Permission } from "./Permission";

/** A question of no session, as of a server that starts, is asked wherever the user is. */
function isOf(request: { sessionId: string }, shown: string | undefined): boolean {
  return request.sessionId === "" || request.sessionId === shown;
}

export function Asked() {
  const chat = useContext(ChatContext);
  const shown = chat.sessionId.value;
  return (
    <>
      {chat.prompts.permissions.value
        .filter((request) => isOf(request, shown))
        .map((request) => (
          <Permission key={request.requestId} request={request} />
        ))}
      {chat.prompts.elicitations.value
        .filter((request) => isOf(request, shown))
        .map((request) => (
          <Elicitation key={request.requestId} request={request} />
        ))}
    </>
  );
}

/** That other sessions ask, and the way there. */
export function AskedElsewhere() {
  const chat = useContext(ChatContext);
  const shown = chat.sessionId.value;
  const all = [...chat.prompts.permissions.value, ...chat.prompts.elicitations.value];
  const other = all.find((request) => !isOf(request, shown));
  if (other === undefined) {
    return null;
  }
  return (
    <div class="banner" role="status">
      <span>Another session waits for your answer.</span>
      <button type="button" onClick={() => chat.show(other.sessionId)}>
        Show it
      </button>
    </div>
  );
}
