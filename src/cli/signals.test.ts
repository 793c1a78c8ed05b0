import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { listenForInterrupts } from "./signals.ts";

function listening() {
  const source = new EventEmitter();
  const controller = new AbortController();
  const seen: (string | number)[] = [];
  const stop = listenForInterrupts({
    source,
    controller,
    announce: () => seen.push("announced"),
    exit: (status) => seen.push(status),
  });
  return { source, controller, seen, stop };
}

test("the first asks, the second ends, in any mixture", () => {
  const { source, controller, seen } = listening();
  expect(controller.signal.aborted).toBe(false);
  source.emit("SIGINT");
  expect(controller.signal.aborted).toBe(true);
  expect(seen).toEqual(["announced"]);
  source.emit("SIGTERM");
  expect(seen).toEqual(["announced", 130]);
});

test("a closed terminal asks as Ctrl-C does", () => {
  const { source, controller, seen } = listening();
  source.emit("SIGHUP");
  expect([controller.signal.aborted, seen]).toEqual([true, ["announced"]]);
});

test("after it stopped nothing is listened to", () => {
  const { source, controller, stop } = listening();
  stop();
  source.emit("SIGINT");
  expect(controller.signal.aborted).toBe(false);
  expect(source.eventNames()).toEqual([]);
});
