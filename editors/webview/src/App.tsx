/** The view as a whole, from top to bottom. */
import { useContext, useEffect, useState } from "preact/hooks";
import { Composer } from "./composer/Composer";
import { Asked, AskedElsewhere } from "./prompts/Asked";
import { Review } from "./review/Review";
import { ConnectionBanner, ProblemBanner } from "./status/Connected";
import { Empty } from "./status/Empty";
import { Header } from "./status/Header";
import { WentBack } from "./transcript/GoBack";
import { Plan } from "./transcript/Plan";
import { Transcript } from "./transcript/Transcript";
import { Pending } from "./transcript/Working";
import { ChatContext } from "./ui/context";
import { openLink } from "./ui/links";

export function App() {
  const chat = useContext(ChatContext);
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "Escape" && !event.defaultPrevented && chat.running) {
      event.preventDefault();
      void chat.cancel();
    }
  };
  return (
    <div class="aside" onClick={(event) => openLink(event, chat)} onKeyDown={pressed}>
      <Header />
      <ConnectionBanner />
      <Middle />
      <AskedElsewhere />
      <WentBack />
      <ProblemBanner />
      <div class="dock">
        <Plan />
        <Review />
        <Composer />
      </div>
      <Announcer />
    </div>
  );
}

function Middle() {
  const chat = useContext(ChatContext);
  const state = chat.follower.transcript.value;
  const loading = chat.follower.loading.value;
  if (loading.kind === "failed") {
    return (
      <div class="empty">
        <p>{loading.message}</p>
        <div class="actions">
          <button type="button" onClick={() => void chat.follower.catchUp()}>
            Read it again
          </button>
        </div>
      </div>
    );
  }
  if (state === undefined) {
    return loading.kind === "loading" ? (
      <div class="empty">
        <span class="dots" aria-hidden="true" />
        <span class="hidden" role="status">
          The session is read.
        </span>
      </div>
    ) : (
      <>
        <Empty />
        <Pending />
        <Asked />
      </>
    );
  }
  return <Transcript key={state.sessionId} state={state} />;
}

/** Characters of an answer that are read out; the rest is in the transcript. */
const MAX_SPOKEN = 1000;

/** Tells a screen reader what is finished, and not each piece of it. */
function Announcer() {
  const chat = useContext(ChatContext);
  const text = chat.announcement.value;
  const [spoken, setSpoken] = useState("");
  useEffect(() => setSpoken(text.slice(0, MAX_SPOKEN)), [text]);
  return (
    <div class="hidden" role="status" aria-live="polite">
      {spoken}
    </div>
  );
}
