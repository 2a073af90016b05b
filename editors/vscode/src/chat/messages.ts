/**
 * Checks what the chat view sends. The view shows text of models and of strange files, so that its
 * messages are treated as coming from outside: what is not as the port says is not looked at.
 */
import type { Attachment, Choice, Draft, FromView, HostAction } from "../port";
import type { ChatElicitResult, ChatRequestPermissionResult, Range } from "../protocol";

/** Characters of one text that the view may send. */
const MAX_TEXT = 32 * 1024 * 1024;

/** Characters of an address. */
const MAX_URL = 8 * 1024;

/** Files that may be dropped at once. */
export const MAX_URIS = 100;

const ACTIONS: Record<HostAction, true> = {
  restartServer: true,
  chooseServer: true,
  showLog: true,
  openSettings: true,
  addKey: true,
  chooseModel: true,
  trustWorkspace: true,
  showSessions: true,
  showReview: true,
};

const CHOICES = ["model", "agent", "permissionMode", "effort"] satisfies (keyof Choice)[];

/** The message if it is one; undefined for all else, also for messages of a newer view. */
export function fromView(value: unknown): FromView | undefined {
  if (!isObject(value)) {
    return undefined;
  }
  const type = value.type;
  switch (type) {
    case "ready":
      return isCount(value.portVersion) ? { type, portVersion: value.portVersion } : undefined;
    case "request":
      return request(value);
    case "sessionShown":
      return isOptionalText(value.sessionId) ? { type, ...sessionOf(value) } : undefined;
    case "saveDraft": {
      const draft = draftOf(value.draft);
      return draft !== undefined && isOptionalText(value.sessionId)
        ? { type, ...sessionOf(value), draft }
        : undefined;
    }
    case "chosen": {
      const choice = choiceOf(value.choice);
      return choice === undefined ? undefined : { type, choice };
    }
    case "answerPermission": {
      const result = permissionResult(value.result);
      const requestId = value.requestId;
      return isText(requestId) && result ? { type, requestId, result } : undefined;
    }
    case "answerElicitation": {
      const result = elicitResult(value.result);
      const requestId = value.requestId;
      return isText(requestId) && result ? { type, requestId, result } : undefined;
    }
    case "openFile": {
      const { uri, range } = value;
      if (!isText(uri)) {
        return undefined;
      }
      return isRange(range) ? { type, uri, range } : { type, uri };
    }
    case "openDiff":
      return isText(value.editId) ? { type, editId: value.editId } : undefined;
    case "openExternal": {
      const url = value.url;
      return isText(url) && isExternal(url) ? { type, url } : undefined;
    }
    case "copy":
    case "insertAtCursor":
      return isText(value.text) ? { type, text: value.text } : undefined;
    case "pickFiles":
      return { type };
    case "dropUris": {
      const uris = value.uris;
      return Array.isArray(uris) && uris.length <= MAX_URIS && uris.every(isText)
        ? { type, uris }
        : undefined;
    }
    case "action": {
      const action = value.action;
      return typeof action === "string" && Object.hasOwn(ACTIONS, action)
        ? { type, action: action as HostAction }
        : undefined;
    }
    case "log": {
      const { level, message } = value;
      return (level === "error" || level === "warn" || level === "info") && isText(message)
        ? { type, level, message }
        : undefined;
    }
    default:
      return undefined;
  }
}

/** Whether an address may be opened in the browser: `https:`, `http:` and `mailto:`. */
export function isExternal(url: string): boolean {
  return isWebAddress(url) || (url.length <= MAX_URL && /^mailto:[^\s]+$/i.test(url));
}

/** Whether it is an address of a page. */
export function isWebAddress(url: string): boolean {
  if (url.length > MAX_URL || !/^https?:\/\//i.test(url)) {
    return false;
  }
  return URL.canParse(url);
}

/** A draft if it is one. */
export function draftOf(value: unknown): Draft | undefined {
  if (!isObject(value) || !isText(value.text) || !Array.isArray(value.attachments)) {
    return undefined;
  }
  const attachments = value.attachments.filter(isAttachment);
  return { text: value.text, attachments };
}

/** A choice if it is one. Whether there are such models and modes is the server's to say. */
function choiceOf(value: unknown): Choice | undefined {
  if (!isObject(value)) {
    return undefined;
  }
  const said = CHOICES.flatMap((name) => (isText(value[name]) ? [[name, value[name]]] : []));
  return Object.fromEntries(said) as Choice;
}

function request(value: Record<string, unknown>): FromView | undefined {
  const { id, method, params } = value;
  if (!isCount(id) || !isText(method)) {
    return undefined;
  }
  if (params !== undefined && params !== null && !isObject(params)) {
    return undefined;
  }
  // Whether there is such a method says the server's handshake.
  const known = method as Extract<FromView, { type: "request" }>["method"];
  return { type: "request", id, method: known, params: params ?? undefined };
}

function permissionResult(value: unknown): ChatRequestPermissionResult | undefined {
  if (!isObject(value)) {
    return undefined;
  }
  if (value.cancelled === true) {
    return { cancelled: true };
  }
  const { optionId, feedback } = value;
  if (!isText(optionId)) {
    return undefined;
  }
  return isText(feedback) ? { optionId, feedback } : { optionId };
}

function elicitResult(value: unknown): ChatElicitResult | undefined {
  if (!isObject(value)) {
    return undefined;
  }
  const { action, content } = value;
  if (action !== "accept" && action !== "decline" && action !== "cancel") {
    return undefined;
  }
  return isObject(content) ? { action, content } : { action };
}

function isAttachment(value: unknown): value is Attachment {
  return isObject(value) && isText(value.label) && isBlock(value.block);
}

function isBlock(value: unknown): boolean {
  if (!isObject(value)) {
    return false;
  }
  switch (value.type) {
    case "text":
      return isText(value.text);
    case "image":
      return isText(value.mimeType) && isText(value.data);
    case "resource":
      return isText(value.uri);
    default:
      return false;
  }
}

function isRange(value: unknown): value is Range {
  return isObject(value) && isPosition(value.start) && isPosition(value.end);
}

function isPosition(value: unknown): boolean {
  return isObject(value) && isCount(value.line) && isCount(value.character);
}

function sessionOf(value: Record<string, unknown>): { sessionId?: string } {
  const id = value.sessionId;
  return isText(id) && id !== "" ? { sessionId: id } : {};
}

function isOptionalText(value: unknown): boolean {
  return value === undefined || value === null || isText(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= MAX_TEXT;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
