/** What the user said: text as it was written, and what was attached. */
import { useContext, useState } from "preact/hooks";
import type { ContentBlock } from "../../../../protocol/ts/aside";
import { ChatContext } from "../ui/context";
import { lines, place } from "../ui/format";
import { Icon } from "../ui/Icon";
import { GoBack } from "./GoBack";

/** Characters that are shown at first. */
const FOLDED = 1500;

interface UserMessageProps {
  content: ContentBlock[];
  /** Its turn; absent while it is on its way. */
  turnId?: string;
}

export function UserMessage({ content, turnId }: UserMessageProps) {
  const [all, setAll] = useState(false);
  const text = content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("\n\n");
  const others = content.filter((block) => block.type !== "text");
  const shown = all || text.length <= FOLDED ? text : `${text.slice(0, FOLDED)}…`;
  return (
    <article class="user-message" data-waiting={turnId === undefined} aria-label="Your message">
      {shown === "" ? null : <div class="said">{shown}</div>}
      {shown.length < text.length ? (
        <button type="button" class="quiet" onClick={() => setAll(true)}>
          Show all
        </button>
      ) : null}
      {turnId === undefined ? null : <GoBack turnId={turnId} text={text} />}
      {others.length > 0 ? (
        <div class="chips">
          {others.map((block, index) => (
            <Attached key={index} block={block} />
          ))}
        </div>
      ) : null}
    </article>
  );
}

function Attached({ block }: { block: ContentBlock }) {
  const chat = useContext(ChatContext);
  switch (block.type) {
    case "image":
      return <Picture mimeType={block.mimeType} data={block.data} />;
    case "resource": {
      const { uri, range } = block;
      const name = `${place(uri, chat.workspaceUri.value)}${lines(range)}`;
      return (
        <button
          type="button"
          class="chip"
          title={name}
          onClick={() =>
            chat.send(
              range === undefined ? { type: "openFile", uri } : { type: "openFile", uri, range },
            )
          }
        >
          <Icon name="file" /> {name.split("/").at(-1)}
        </button>
      );
    }
    default:
      return null;
  }
}

const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

/** A picture that came with a message or from a tool. Other kinds are only named. */
export function Picture({ mimeType, data }: { mimeType: string; data: string }) {
  if (!PICTURES.has(mimeType) || !/^[A-Za-z0-9+/=\s]*$/.test(data)) {
    return <span class="chip">{mimeType}</span>;
  }
  return <img class="picture" src={`data:${mimeType};base64,${data}`} alt="Attached" />;
}
