import { EventEmitter } from "node:events";
import { expect, onTestFinished, test, vi } from "vitest";
import { listenForInterrupts } from "./signals.ts";

function listening() {
  const source = new EventEmitter();
  const controller = new AbortController();
  const seen: (string | number)[] = [];
  const end = listenForInterrupts({
    source,
    controller,
    announce: () => seen.push("announced"),
    exit: (status) => seen.push(status),
  });
  return { source, controller, seen, end };
}

test("the first asks, the second ends, in any mixture", () => {
  const { source, controller, seen } = listening();
  expect(controller.signal.aborted).toBe(false);
  source.emit("SIGTERM", "SIGTERM");
  expect(controller.signal.aborted).toBe(true);
  expect(seen).toEqual(["announced"]);
  source.emit("SIGINT", "SIGINT");
  expect(seen).toEqual(["announced", 130]);
});

test("SIGTERM that comes twice at once, from a cluster and from its script, is one; a second later it is another", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  onTestFinished(() => void vi.useRealTimers());
  for (const first of ["SIGUSR1", "SIGTERM"]) {
    const { source, seen } = listening();
    source.emit(first, first);
    vi.advanceTimersByTime(900);
    source.emit("SIGTERM", "SIGTERM");
    expect(seen).toEqual(["announced"]);
    vi.advanceTimersByTime(200);
    source.emit("SIGTERM", "SIGTERM");
    expect(seen).toEqual(["announced", 130]);
  }
});

test("a closed terminal asks as Ctrl-C does", () => {
  const { source, controller, seen } = listening();
  source.emit("SIGHUP");
  expect([controller.signal.aborted, seen]).toEqual([true, ["announced"]]);
});

test("a signal after the end of the work leaves its status", () => {
  const { source, controller, seen, end } = listening();
  end(0);
  source.emit("SIGTERM", "SIGTERM");
  expect([controller.signal.aborted, seen]).toEqual([false, [0]]);
});
