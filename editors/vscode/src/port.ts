/** What passes between the chat view and this extension, its host; the view's own types. */
export type {
  Attachment,
  Choice,
  Connection,
  Draft,
  FromView,
  HostAction,
  ToView,
  ViewSettings,
} from "../../webview/src/port";
export { PORT_VERSION } from "../../webview/src/port";
