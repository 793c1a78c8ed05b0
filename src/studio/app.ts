/** The routes of `protocol.ts`, for those whom `front.ts` lets in. */

import { createWriteStream, existsSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type Context, Hono } from "hono";
import { z } from "zod";
import { diskError } from "../base/disk.ts";
import { check, describeIssue } from "../base/issues.ts";
import { parseJson, stringifyJson } from "../base/json.ts";
import { occupant } from "../base/lease.ts";
import { allocatedCores } from "../base/processes.ts";
import { configuration } from "../config/index.ts";
import { sweepSchema } from "../sweeps/index.ts";
import { versions } from "../trained/index.ts";
import { methodName } from "../workbench/index.ts";
import { answer, answerTagged, type Tagged, tagged } from "./answers.ts";
import { refused } from "./front.ts";
import { inside } from "./inside.ts";
import { tellFolder, tellRun } from "./live.ts";
import { isOffered, resolveConfig, trains } from "./orders.ts";
import type { Catalogue, ConfigRequest, JobForm, JobRequest, RunRow } from "./protocol.ts";
import { Queue } from "./queue.ts";
import { recordsSince } from "./records.ts";
import { notThere, Refused } from "./refused.ts";
import { configValues, runDetail, runLogs } from "./run-detail.ts";
import { fileAnswer, listFigures, listFiles } from "./run-files.ts";
import type { Studio } from "./studio.ts";
import { sweepDetail } from "./sweep-detail.ts";

/** Bytes of a request. */
const BODY = 1 << 20;
/** Bytes of an uploaded picture, and how many are kept. */
const UPLOAD = 32 << 20;
const UPLOADS = 200;

const pictures: readonly string[] = [
  ".png",
  ".jpg",
  ".jpeg",
  ".webp",
  ".gif",
  ".bmp",
  ".tif",
  ".tiff",
  ".avif",
];

const value = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.union([z.string(), z.number()])),
]);
const jobRequest = z.strictObject({
  job: z.string(),
  subject: z.union([z.string(), z.array(z.string()), z.record(z.string(), z.unknown())]).optional(),
  options: z.record(z.string(), value).optional(),
});
const configRequest = z.strictObject({
  subject: z.union([z.string(), z.record(z.string(), z.unknown())]),
  options: z.record(z.string(), value).optional(),
});

export function createApi(studio: Studio): Hono {
  const { root, index, queue, scheduler, trash, workbench, bus } = studio;
  const app = new Hono();
  app.onError(refused);

  app.get("/api/studio", () =>
    answer({
      folder: studio.shown,
      version: versions().betalab,
      readOnly: studio.readOnly,
      cores: allocatedCores(),
      uploadBytes: UPLOAD,
    }),
  );
  app.get("/api/runs", ({ req }) => answerTagged(index.table(), req.header("if-none-match")));
  app.get("/api/events", (context) => tellFolder(context, bus, context.req.header("last-event-id")));

  const folderOf = (context: Context): string => {
    const id = context.req.param("id")!;
    const folder = inside(root, id);
    if (!existsSync(join(folder, "run.json"))) throw notThere(`a run ${id}`);
    return folder;
  };
  const rowOf = (context: Context): RunRow => {
    folderOf(context);
    const row = index.row(context.req.param("id")!);
    if (row === undefined) throw notThere(`a run ${context.req.param("id")}`);
    return row;
  };
  app.get("/api/runs/:id", (context) =>
    answer(runDetail(rowOf(context), folderOf(context), workbench.registries)),
  );
  app.delete("/api/runs/:id", (context) => {
    const { id, bytes } = rowOf(context);
    const entry = trash.take(id, bytes);
    index.refresh();
    bus.tell("trash", trash.list());
    return answer(entry);
  });
  app.get("/api/runs/:id/records", (context) =>
    answer(recordsSince(folderOf(context), context.req.query("after"))),
  );
  app.get("/api/runs/:id/live", (context) => {
    const { id } = rowOf(context);
    const last = context.req.header("last-event-id") ?? context.req.query("after");
    return tellRun(context, id, folderOf(context), last, () => index.row(id));
  });
  app.get("/api/runs/:id/figures", (context) => answer(listFigures(folderOf(context))));
  app.get("/api/runs/:id/files", (context) => answer(listFiles(folderOf(context))));
  app.get("/api/runs/:id/files/*", (context) =>
    fileAnswer(folderOf(context), restOf(context), wishes(context)),
  );
  app.get("/api/runs/:id/logs", (context) => answer(runLogs(rowOf(context), root, queue)));
  app.post("/api/runs/:id/stop", (context) => {
    const holder = occupant(folderOf(context));
    const { id } = rowOf(context);
    if (holder === undefined) throw new Refused(409, `nobody works on ${id}`, undefined, "run");
    if (holder.name.includes(" on ")) {
      throw new Refused(409, `${id} is worked on by ${holder.name}`, "stop it there", "run");
    }
    process.kill(holder.holder.pid, "SIGTERM");
    return answer({ holder: holder.name });
  });
  app.get("/api/sweeps/:id", async (context) =>
    answer(await sweepDetail(context.req.param("id"), root, index, workbench)),
  );

  let catalogue: Promise<Tagged> | undefined;
  app.get("/api/jobs", async ({ req }) => {
    catalogue ??= catalogueOf(studio).then((made) => tagged(stringifyJson(made)));
    return answerTagged(await catalogue, req.header("if-none-match"));
  });
  app.post("/api/jobs", async (context) =>
    answer(await studio.submit(await bodyOf<JobRequest>(context, jobRequest)), 201),
  );
  app.post("/api/jobs/check", async (context) => {
    const { commandLine } = await studio.order(await bodyOf<JobRequest>(context, jobRequest), Queue.newId());
    return answer({ commandLine });
  });
  app.post("/api/config", async (context) => {
    const { subject, options = {} } = await bodyOf<ConfigRequest>(context, configRequest);
    const job = studio.descriptions.jobs.find(({ name }) => name === "config")!;
    const { config, origins } = await resolveConfig(job, subject, options, studio.place);
    return answer({ name: config!.name, config: configValues(config, origins, workbench.registries) });
  });
  app.get("/api/queue", () => answer(scheduler.entries()));
  app.get("/api/queue/:id", (context) => {
    const id = context.req.param("id");
    return answer({ entry: scheduler.entry(id), value: queue.value(id), log: queue.log(id) });
  });
  app.delete("/api/queue/:id", (context) => {
    const id = context.req.param("id");
    queue.stop(id);
    scheduler.look();
    return answer(scheduler.entry(id));
  });
  app.get("/api/queue/:id/files/*", (context) => {
    const id = context.req.param("id");
    queue.order(id);
    return fileAnswer(join(queue.at(id), "made"), restOf(context), wishes(context));
  });
  app.get("/api/trash", () => answer(trash.list()));
  app.post("/api/trash/:id/restore", (context) => {
    const id = trash.restore(context.req.param("id"));
    index.refresh();
    bus.tell("trash", trash.list());
    return answer({ id });
  });
  app.put("/api/uploads/:name", async (context) => answer(await keepPicture(context, studio.uploads)));
  app.all("/api/*", () => {
    throw notThere("this address");
  });
  return app;
}

/** What follows `/files/` in the address, decoded part by part. */
function restOf(context: Context): string {
  const { pathname } = new URL(context.req.url);
  try {
    return pathname
      .slice(pathname.indexOf("/files/") + "/files/".length)
      .split("/")
      .map(decodeURIComponent)
      .join("/");
  } catch {
    throw notThere("this file");
  }
}

const wishes = (context: Context) => ({
  range: context.req.header("range"),
  ifNoneMatch: context.req.header("if-none-match"),
  download: context.req.query("download") !== undefined,
});

/** The bytes of a request. Throws Refused 413 as soon as there are too many. */
async function* bytesOf(context: Context, limit: number): AsyncGenerator<Uint8Array, void, void> {
  const tooLarge = new Refused(413, `a request has at most ${limit} bytes`);
  if (Number(context.req.header("content-length") ?? 0) > limit) throw tooLarge;
  let count = 0;
  for await (const piece of context.req.raw.body ?? []) {
    count += piece.length;
    if (count > limit) throw tooLarge;
    yield piece;
  }
}

async function bodyOf<T>(context: Context, schema: z.ZodType): Promise<T> {
  let given: unknown;
  try {
    const pieces: Uint8Array[] = [];
    for await (const piece of bytesOf(context, BODY)) pieces.push(piece);
    given = parseJson(Buffer.concat(pieces).toString("utf8"));
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused(400, "the request is not JSON");
  }
  const { output, issue } = check(schema, given);
  if (issue === undefined) return output as T;
  throw new Refused(400, `the request is not one: ${describeIssue(issue)}`);
}

/** Keeps a picture for a job's option `pictures`; the oldest of too many goes. */
async function keepPicture(context: Context, folder: string): Promise<{ readonly path: string }> {
  const suffix = extname(context.req.param("name")!).toLowerCase();
  if (!pictures.includes(suffix)) {
    throw new Refused(400, `a picture is one of ${pictures.join(", ")}, not ${JSON.stringify(suffix)}`);
  }
  const name = `${Queue.newId()}${suffix}`;
  const file = join(folder, name);
  try {
    await mkdir(folder, { recursive: true });
    await pipeline(bytesOf(context, UPLOAD), createWriteStream(file, { flags: "wx" }));
    const kept = (await readdir(folder)).toSorted();
    for (const old of kept.slice(0, -UPLOADS)) await rm(join(folder, old), { force: true });
  } catch (error) {
    await rm(file, { force: true });
    throw diskError(error, basename(file));
  }
  return { path: `.studio/uploads/${name}` };
}

async function catalogueOf({ descriptions, workbench }: Studio): Promise<Catalogue> {
  const jobs = descriptions.jobs.filter(isOffered).map(async (job): Promise<JobForm> => {
    const { options } = await workbench.jobs[methodName(job.name)]!();
    return { ...job, trains: trains(job), schema: z.toJSONSchema(options, { io: "input" }) };
  });
  return {
    jobs: await Promise.all(jobs),
    names: descriptions.names,
    configSchema: configuration(workbench.registries).jsonSchema(),
    sweepSchema: z.toJSONSchema(sweepSchema, { io: "input" }),
  };
}
