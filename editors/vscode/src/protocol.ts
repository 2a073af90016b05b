/** The protocol as this extension sees it: everything is generated, nothing is retyped. */
export type * from "../../../protocol/ts/aside";
export { PROTOCOL_VERSION } from "../../../protocol/ts/aside";

import type { ClientRequests } from "../../../protocol/ts/aside";

/** A request that the server answers. */
export type Method = keyof ClientRequests & string;

/** What goes with a request. */
export type Params<M extends Method> = ClientRequests[M]["params"];

/** What answers a request. */
export type Result<M extends Method> = ClientRequests[M]["result"];
