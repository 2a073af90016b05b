/** Model, agent, permission mode and effort, of the session that is shown or of the next one. */
import { useContext } from "preact/hooks";
import type { Effort, ModelInfo, PermissionMode } from "../../../../protocol/ts/aside";
import { choiceOf } from "../state/options";
import { ChatContext } from "../ui/context";
import { count } from "../ui/format";
import { type Choosable, Picker } from "./Picker";

const MODES: { id: PermissionMode; label: string; detail: string }[] = [
  { id: "ask", label: "Ask", detail: "Asks before each effect other than reading." },
  { id: "acceptEdits", label: "Edit", detail: "Edits files unasked, asks before the rest." },
  { id: "readOnly", label: "Read only", detail: "Reads, and refuses everything else." },
  { id: "full", label: "Full", detail: "Does everything unasked, inside the workspace." },
];

const EFFORTS: Record<Effort, { label: string; detail: string }> = {
  default: { label: "Default effort", detail: "As the model's own setting says." },
  minimal: { label: "Minimal", detail: "Reasons as little as it can." },
  low: { label: "Low", detail: "Reasons little." },
  medium: { label: "Medium", detail: "Reasons as much as most tasks need." },
  high: { label: "High", detail: "Reasons much: slower, dearer, for what is hard." },
};

export function Pickers() {
  const chat = useContext(ChatContext);
  const session = chat.follower.session.value;
  const chosen = session === undefined ? chat.options.chosen.value : choiceOf(session);
  const models = chat.options.models.value;
  if (session !== undefined && !chat.can("session/update")) {
    return null;
  }
  const agents = chat.options.agents.value;
  const model = models?.find((one) => one.id === chosen.model);
  const efforts = model?.efforts ?? (chosen.effort === undefined ? [] : [chosen.effort]);
  const agent = chosen.agent ?? "default";
  const mode = MODES.find((one) => one.id === chosen.permissionMode);
  return (
    <>
      {chat.can("model/list") ? (
        <Picker
          class="model-picker"
          name="Model"
          shown={model?.name ?? chosen.model?.split("/").slice(1).join("/") ?? "Default model"}
          items={(models ?? []).map(modelItem)}
          current={chosen.model}
          searchable
          pick={(id) => void chat.choose({ model: id })}
          more={{
            label: "Add a key…",
            act: () => chat.send({ type: "action", action: "addKey" }),
          }}
        />
      ) : null}
      {efforts.length > 0 ? (
        <Picker
          name="Effort"
          shown={chosen.effort === undefined ? "Effort" : effortItem(chosen.effort).label}
          items={[...new Set(["default" as const, ...efforts])].map(effortItem)}
          current={chosen.effort ?? "default"}
          searchable={false}
          pick={(id) => {
            const effort = efforts.find((one) => one === id);
            void chat.choose({ effort: effort ?? "default" });
          }}
        />
      ) : null}
      <Picker
        name="Permission"
        shown={mode?.label ?? "Default mode"}
        items={MODES}
        current={chosen.permissionMode}
        searchable={false}
        pick={(id) => {
          const next = MODES.find((one) => one.id === id);
          if (next !== undefined) {
            void chat.choose({ permissionMode: next.id });
          }
        }}
      />
      {agents.length > 1 || agent !== "default" ? (
        <Picker
          name="Agent"
          shown={agent === "default" ? "Agent" : agent}
          items={agents.map(({ name, description }) => ({
            id: name,
            label: name,
            detail: description,
          }))}
          current={agent}
          searchable={agents.length > 8}
          pick={(id) => void chat.choose({ agent: id })}
        />
      ) : null}
    </>
  );
}

/** A newer server may know more of them. */
function effortItem(effort: Effort): Choosable {
  const known: { label: string; detail: string } | undefined = EFFORTS[effort];
  return known === undefined ? { id: effort, label: effort } : { id: effort, ...known };
}

function modelItem(model: ModelInfo): Choosable {
  const item: Choosable = { id: model.id, label: model.name, origin: model.provider };
  const about = [
    model.contextWindow > 0 ? `${count(model.contextWindow)} tokens` : "",
    model.reasoning ? "reasons" : "",
    model.vision ? "sees pictures" : "",
  ].filter((one) => one !== "");
  if (about.length > 0) {
    item.detail = about.join(" · ");
  }
  if (!model.available) {
    item.unavailable = model.reason ?? "It cannot be used with these settings.";
  }
  return item;
}
