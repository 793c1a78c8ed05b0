/** The other end of `PeerProcess`, for our own side: a process that answers one line of JSON for each it is sent. */

import { createInterface } from "node:readline";

/** Answers until the input ends; what goes wrong is told as `error`. */
export async function serve<Request>(answer: (request: Request) => Promise<object>): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    let reply: object;
    try {
      reply = await answer(JSON.parse(line) as Request);
    } catch (error) {
      reply = { error: String((error as Error).stack ?? error) };
    }
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  }
}
