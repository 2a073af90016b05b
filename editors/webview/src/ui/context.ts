/** The chat that the components belong to. */
import { createContext } from "preact";
import type { Chat } from "../state/chat";

// A component outside of a chat is a mistake of ours; it fails where it uses it.
export const ChatContext = createContext<Chat>(undefined as unknown as Chat);
