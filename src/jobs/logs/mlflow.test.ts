/** The run on a stand-in server against the run's own files; servers that fail, hang, or are not there. */

import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { failure, temporaryFolder } from "../../../test/helpers/data.ts";
import { runJob } from "../../../test/helpers/jobs.ts";
import { mlflowServer } from "../../../test/helpers/mlflow.ts";
import { everyCall, smallConfig } from "../../../test/helpers/small-run.ts";
import { RunDirectory } from "../../runs/index.ts";
import { termsOf } from "../draw/history.ts";
import type { JobEvent } from "../events.ts";
import { resume } from "../resume.ts";
import { train } from "../train.ts";

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function server() {
  const made = await mlflowServer();
  closing.push(made.close);
  return made;
}

/** `key step value` of every number that the run logged, in order of keys and steps. */
function loggedBy(path: string): string[] {
  const records = RunDirectory.open(path).metrics.read();
  return records
    .flatMap((record) =>
      termsOf(record).map(([term, value]) => `${record.split}/${term} ${record.step} ${value}`),
    )
    .toSorted();
}

const sent = (metrics: readonly { key: string; step: number; value: unknown }[]): string[] =>
  metrics.map(({ key, step, value }) => `${key} ${step} ${value}`).toSorted();

const mlflowNotes = (events: readonly JobEvent[]): string[] =>
  events.flatMap((event) => (event.type === "note" && event.text.startsWith("mlflow") ? [event.text] : []));

test("parameters, numbers at their steps, tags and paths; a resumed run goes on with its own", async () => {
  const there = await server();
  const path = join(temporaryFolder(), "run");
  const stop = new AbortController();
  const environment = { MLFLOW_TRACKING_USERNAME: "me", MLFLOW_TRACKING_PASSWORD: "pass" };
  const config = smallConfig(everyCall, "training.epochs=3");
  const begun = await runJob(
    train,
    config,
    { out: path, mlflow: `${there.url}/` },
    { environment, signal: stop.signal, onEvent: ({ type }) => type === "epoch" && stop.abort() },
  );
  expect(begun.value.status).toBe("interrupted");
  expect(there.runs.map(({ status, name, experiment }) => [status, name, experiment])).toEqual([
    ["KILLED", "run", "demo"],
  ]);
  const { logs } = RunDirectory.open(path).information;
  expect(logs).toEqual({ mlflow: { url: `${there.url}/`, run: "0" } });
  expect(sent(there.runs[0]!.metrics)).toEqual(loggedBy(path));

  await runJob(resume, path, { epochs: 4 });
  const [run, ...others] = there.runs;
  expect(others).toEqual([]);
  expect(run!.status).toBe("FINISHED");
  expect(sent(run!.metrics)).toEqual(loggedBy(path));
  expect(run!.metrics.filter(({ key }) => key === "heldOut/kl").map(({ step }) => step)).toEqual([
    6, 12, 18, 24,
  ]);
  const times = run!.metrics.map(({ timestamp }) => timestamp);
  expect(Math.min(...times)).toBeGreaterThan(Date.now() - 60_000);
  // Parameters can't be changed there: the epochs are those that it was begun with.
  const read = (key: string) => run!.params.get(key);
  expect(["objective.beta", "model.hidden", "model.architecture", "training.epochs"].map(read)).toEqual([
    ...["1", "[8]", "mlp", "3"],
  ]);
  expect(run!.tags.get("betalab.run")).toBe(path);
  expect(run!.tags.get("betalab.seed")).toBe("0");
  expect(run!.tags.get("mlflow.source.name")).toBe(RunDirectory.open(path).information.attempts![0]!.command);
  expect(run!.tags.get("betalab.model")!.split("\n")).toContain(join(path, "model", "encoder.onnx"));
  expect(there.headers[0]!.authorization).toBe("Basic bWU6cGFzcw==");
});

describe("errors there are reported once and stop nothing", () => {
  test.each([
    ["is not there", "gone", "ECONNREFUSED; training goes on, it is asked again now and then"],
    ["breaks down", 503, "503, not today; training goes on, it is asked again now and then"],
    ["refuses", 403, "403, not today; training goes on, nothing is logged there any more"],
    [
      "is no MLflow",
      200,
      "that is not an answer of MLflow; training goes on, nothing is logged there any more",
    ],
  ])("a server that %s", async (_, mood, said) => {
    const there = await server();
    if (typeof mood === "number") there.state.mood = mood;
    const gone = await mlflowServer();
    gone.close();
    const { url } = mood === "gone" ? gone : there;
    const path = join(temporaryFolder(), "run");
    const events: JobEvent[] = [];
    const onEvent = (event: JobEvent) => void events.push(event);
    const { value } = await runJob(train, smallConfig(), { out: path, mlflow: url }, { onEvent });
    expect(value.status).toBe("finished");
    const notes = mlflowNotes(events);
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain(`mlflow ${url}: ${said}`);
    expect(there.requests.length).toBeLessThanOrEqual(1);
    // When it is well again, the resumed run sends all of it.
    there.state.mood = "well";
    await runJob(resume, path, { epochs: 3, mlflow: there.url });
    expect(sent(there.runs[0]!.metrics)).toEqual(loggedBy(path));
  });

  test("a server that never answers: the end waits three seconds for it, training none", async () => {
    const there = await server();
    there.state.mood = "hang";
    const events: [JobEvent, number][] = [];
    const onEvent = (event: JobEvent) => void events.push([event, performance.now()]);
    const options = { out: join(temporaryFolder(), "run"), mlflow: there.url };
    await runJob(train, smallConfig(), options, { onEvent });
    const ended = performance.now();
    expect(mlflowNotes(events.map(([event]) => event))).toEqual([
      expect.stringContaining("no answer within 3 s; training goes on"),
    ]);
    const exported = events.find(([{ type }]) => type === "exported")![1];
    expect(ended - exported).toBeGreaterThan(2900);
    expect(ended - exported).toBeLessThan(4500);
    expect(there.requests).toHaveLength(1);
  });

  test("an address with a password, or of another kind, is refused before anything", async () => {
    const refused = (mlflow: string) => failure("usage", () => runJob(train, "demo", { mlflow }));
    expect((await refused("http://me:secret@here/")).message).toContain("MLFLOW_TRACKING_USERNAME");
    expect((await refused("file:///etc/passwd")).message).toContain("`mlflow`");
  });
});
