/** The folder's stream, where the line is lost or the listener slow. */

import { Hono } from "hono";
import { expect, test } from "vitest";
import { listen } from "../../test/helpers/routes.ts";
import { Bus } from "./bus.ts";
import { tellFolder } from "./live.ts";

function opened() {
  const bus = new Bus();
  const app = new Hono();
  app.get("/events", (context) => tellFolder(context, bus, context.req.header("last-event-id")));
  return { bus, app };
}

test("who had heard nothing when the line was lost is told what was missed", async () => {
  const { bus, app } = opened();
  bus.tell("trash", []);
  const answer = await app.request("/events");
  const reader = answer.body!.getReader();
  const first = new TextDecoder().decode((await reader.read()).value);
  await reader.cancel();
  const [, id] = /^id: (\S+)\n\n/.exec(first) ?? [];
  expect(id).toBe(bus.id);
  bus.tell("sweeps", []);
  const missed = await listen(app, "/events", (events) => events.length > 0, { "last-event-id": id! });
  expect(missed).toMatchObject([{ event: "sweeps" }]);
});

test("what was told since an id, also since the beginning; nothing of another server's", () => {
  const { bus } = opened();
  const began = bus.id;
  expect(bus.since(began)).toEqual([]);
  for (let i = 0; i < 1000; i++) bus.tell("trash", []);
  expect(bus.since(began)).toHaveLength(1000);
  bus.tell("trash", []);
  expect(bus.since(began)).toBeUndefined();
  for (const id of ["other-1", "", `${began.split("-")[0]}-9999`, `${began.split("-")[0]}-x`])
    expect(bus.since(id)).toBeUndefined();
});

test("a listener that reads too slowly gets everything again, rather than a queue without end", async () => {
  const { bus, app } = opened();
  const answer = await app.request("/events");
  for (let i = 0; i < 5000; i++) bus.tell("trash", []);
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes(`id: ${bus.id}\n`)) text += (await reader.read()).value;
  await reader.cancel();
  expect(text.split("\n\n").length).toBeLessThan(1100);
  expect(text).toContain("event: reload");
});
