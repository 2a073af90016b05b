/**
 * All that passes between the chat view and what carries it (its host). The view draws what the
 * protocol says; the host talks to the server and to the editor. Messages are plain JSON, so that
 * any channel will do: an editor's webview, a WebSocket, an iframe.
 *
 * Both sides skip messages whose `type` they do not know. Requests to the server go through the
 * host unchanged, by method and params of the protocol.
 */
import type {
  ChatElicitParams,
  ChatElicitResult,
  ChatEvent,
  ChatRequestPermissionParams,
  ChatRequestPermissionResult,
  ClientRequests,
  ContentBlock,
  ErrorCode,
  McpEvent,
  Range,
  SessionCreateParams,
  Uri,
} from "../../../protocol/ts/aside";

/** Rises when a message changes so that an older other side would do wrong. */
export const PORT_VERSION = 1;

/** Any method of the server; which ones there are tells `ready` of the connection. */
export type Method = keyof ClientRequests & string;

/** What the user is writing and has not sent. */
export interface Draft {
  text: string;
  /** What is attached: files, selections, pictures. */
  attachments: Attachment[];
}

/** One thing that goes along with a message. */
export interface Attachment {
  /** What is shown: a file's name, `main.rs:3-9`. */
  label: string;
  /** What is sent. */
  block: ContentBlock;
}

/** What a session can be told. What is absent is the default. */
export type Choice = Pick<SessionCreateParams, "model" | "agent" | "permissionMode" | "effort">;

/** What the host can do about a connection that does not work. */
export type HostAction =
  | "restartServer"
  | "chooseServer"
  | "showLog"
  | "openSettings"
  | "addKey"
  | "chooseModel"
  | "trustWorkspace"
  | "showSessions"
  | "showReview";

/** How the host is connected to the server. */
export type Connection =
  | { status: "starting" }
  /** It answers; `methods` are those of the handshake. */
  | { status: "ready"; methods: string[]; version: string }
  /** It ended by itself and is being started again; the transcript stays. */
  | { status: "reconnecting"; attempt: number; message: string }
  /** It is not there, and will not come by itself. `message` is a sentence that says what to do. */
  | { status: "failed"; message: string; actions: HostAction[] };

/** What of the host's settings concerns the view. */
export interface ViewSettings {
  /** Whether Enter sends (and Shift+Enter makes a line), or Ctrl/Cmd+Enter. */
  sendOn: "enter" | "modEnter";
  /** Whether reasoning and the output of tools start unfolded. */
  unfold: { reasoning: boolean; tools: boolean };
}

/** From the view to its host. */
export type FromView =
  /** The view listens. It is answered by `init`. */
  | { type: "ready"; portVersion: number }
  /** A request to the server; answered by `response` or `error` with the same `id`. */
  | { type: "request"; id: number; method: Method; params?: unknown }
  /** The view shows this session now; a new one that does not exist yet where absent. */
  | { type: "sessionShown"; sessionId?: string }
  /** To be given back by `init`, also after a restart of view, host and machine. */
  | { type: "saveDraft"; sessionId?: string; draft: Draft }
  /** What was chosen for a session that does not exist yet; to be given back by `init`. */
  | { type: "chosen"; choice: Choice }
  | { type: "answerPermission"; requestId: string; result: ChatRequestPermissionResult }
  | { type: "answerElicitation"; requestId: string; result: ChatElicitResult }
  /** Shows a file, at a place where one is given. */
  | { type: "openFile"; uri: Uri; range?: Range }
  /** Shows what an edit changed, side by side. */
  | { type: "openDiff"; editId: string }
  /** Opens an `https:`, `http:` or `mailto:` address in the browser; others are refused. */
  | { type: "openExternal"; url: string }
  | { type: "copy"; text: string }
  /** Puts code where the editor's cursor is. */
  | { type: "insertAtCursor"; text: string }
  /** Lets the user choose files; they come by `attach`. */
  | { type: "pickFiles" }
  /** Files that were dropped: the host reads what it may, and answers by `attach`. */
  | { type: "dropUris"; uris: Uri[] }
  | { type: "action"; action: HostAction }
  | { type: "log"; level: "error" | "warn" | "info"; message: string };

/** From the host to the view. */
export type ToView =
  /** The first message, and again when the view is made anew. Drafts are by session; the one of
   * a session that does not exist yet is under the empty string. */
  | {
      type: "init";
      portVersion: number;
      connection: Connection;
      settings: ViewSettings;
      workspaceUri?: Uri;
      sessionId?: string;
      drafts: Record<string, Draft>;
      choice?: Choice;
    }
  /** A `ready` that follows another state: the view reads again what it may have missed. */
  | { type: "connection"; connection: Connection }
  | { type: "settings"; settings: ViewSettings }
  | { type: "response"; id: number; result: unknown }
  | { type: "error"; id: number; code?: ErrorCode; message: string }
  | { type: "event"; event: ChatEvent }
  | { type: "mcpEvent"; event: McpEvent }
  /** The user is asked. All that are open come again after `init`. */
  | { type: "permission"; request: ChatRequestPermissionParams }
  | { type: "elicitation"; request: ChatElicitParams }
  /** It was answered elsewhere, or does not matter any more. */
  | { type: "withdrawn"; requestId: string }
  /** Shows this session; a new one where absent. */
  | { type: "showSession"; sessionId?: string }
  /** Chooses this too for the session that is shown, or for one that does not exist yet. */
  | { type: "choose"; choice: Choice }
  /** Adds to the draft of the session that is shown, and leaves the cursor where it is. */
  | { type: "attach"; attachments: Attachment[]; text?: string }
  /** Puts the cursor where the user writes. */
  | { type: "focus" };

/** A channel to the host. Messages arrive in order, and none is lost. */
export interface Port {
  send(message: FromView): void;
  /** Sets the one listener. Messages that came before are given to it first. */
  listen(listener: (message: ToView) => void): void;
}
