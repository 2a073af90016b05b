/** Reads what the server says of itself when it is greeted. */
import { type AsideServerCapabilities, PROTOCOL_VERSION } from "../protocol";

/** What a greeted program is. */
export type Greeted =
  | { server: AsideServerCapabilities }
  /** A sentence: why it cannot be talked to. */
  | { problem: string };

/** `experimental` is that of the capabilities that answer `initialize`. */
export function greet(experimental: unknown): Greeted {
  const said = member(experimental, "aside");
  const version = member(said, "protocolVersion");
  const methods = member(said, "methods");
  const own = member(said, "version");
  if (typeof version !== "number" || !Array.isArray(methods) || typeof own !== "string") {
    return {
      problem:
        "The program is a language server, but not Aside, or one from before its first version.",
    };
  }
  if (version !== PROTOCOL_VERSION) {
    const older = version < PROTOCOL_VERSION ? "program" : "extension";
    return {
      problem: `The program (Aside ${own}) speaks version ${version} of the protocol, and this extension version ${PROTOCOL_VERSION}. Update the ${older}.`,
    };
  }
  const names = methods.filter((method) => typeof method === "string");
  return { server: { protocolVersion: PROTOCOL_VERSION, methods: names, version: own } };
}

/** A sentence on a program that could not even be greeted; `why` is what the system says. */
export function startProblem(program: string, why: string): string {
  return /EPIPE|ECONNRESET|disposed|closed/i.test(why)
    ? `${program} ended before it answered. It may not be Aside, or an old version of it.`
    : `${program} could not be started: ${why.replace(/\.$/, "")}.`;
}

function member(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
