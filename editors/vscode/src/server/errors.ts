/** What the server's errors say, for people and for the view. */
import type { ErrorCode } from "../protocol";

/** Why a request has no result. */
export class ServerError extends Error {
  constructor(
    message: string,
    readonly code: ErrorCode | undefined,
  ) {
    super(message);
    this.name = "ServerError";
  }
}

/** Any failure of a request as one of ours. */
export function serverError(thrown: unknown): ServerError {
  if (thrown instanceof ServerError) {
    return thrown;
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const data = (thrown as { data?: { code?: unknown } } | undefined)?.data;
  const code = typeof data?.code === "string" ? (data.code as ErrorCode) : undefined;
  return new ServerError(message, code);
}
