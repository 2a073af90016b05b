// A reporter for Node's test runner: one line of JSON for each test, and for each file without any.
import type { TestEvent } from "node:test/reporters";

/** How a test ended. */
export interface Ended {
  name: string;
  passed: boolean;
}

export default async function* ended(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const event of events) {
    const isEnd = event.type === "test:pass" || event.type === "test:fail";
    if (isEnd && event.data.nesting === 0) {
      const one: Ended = { name: event.data.name, passed: event.type === "test:pass" };
      yield `${JSON.stringify(one)}\n`;
    }
  }
}
