/** The routes of `protocol.ts`, for those whom `front.ts` lets in. */

import { join } from "node:path";
import { type Context, Hono } from "hono";
import { occupant, stopOccupant } from "../base/lease.ts";
import { allocatedCores } from "../base/processes.ts";
import { version } from "../base/version.ts";
import { answer, answerTagged } from "./answers.ts";
import { folderTitle } from "./folder.ts";
import { refused } from "./front.ts";
import { tellFolder, tellRun } from "./live.ts";
import { runLogs } from "./logs.ts";
import type { RunRow } from "./protocol.ts";
import { recordsSince } from "./records.ts";
import { notThere, Refused } from "./refused.ts";
import { fileAnswer, listFigures, listFiles } from "./run-files.ts";
import type { Studio } from "./studio.ts";
import { keepPicture, UPLOAD } from "./uploads.ts";

/** @param others answers what needs the workbench, which takes a while to load */
export function createApi(studio: Studio, others: () => Promise<Pick<Hono, "fetch">>): Hono {
  const { root, index, queue, scheduler, trash, bus } = studio;
  const app = new Hono();
  app.onError(refused);

  app.get("/api/studio", () =>
    answer({
      folder: folderTitle(studio.shown, root),
      version: version(),
      readOnly: studio.readOnly,
      cores: allocatedCores(),
      uploadBytes: UPLOAD,
    }),
  );
  app.get("/api/runs", async ({ req }) => {
    const table = req.query("soon") === undefined ? await index.wholeTable() : index.table();
    return answerTagged(table, req.header("if-none-match"));
  });
  app.get("/api/events", (context) => tellFolder(context, bus, context.req.header("last-event-id")));

  const idOf = (context: Context): string => context.req.param("id")!;
  const folderOf = (context: Context): string => studio.folderOf(idOf(context));
  const rowOf = (context: Context): RunRow => studio.rowOf(idOf(context));
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
  app.get("/api/runs/:id/logs", (context) => answer(runLogs(rowOf(context), root, queue, index)));
  app.post("/api/runs/:id/stop", (context) => {
    const holder = occupant(folderOf(context));
    const { id } = rowOf(context);
    if (holder === undefined) throw new Refused(409, `nobody works on ${id}`, undefined, "run");
    stopOccupant(id, holder);
    return answer({ holder: holder.name });
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
  app.put("/api/uploads/:name", async (context) =>
    answer(await keepPicture(context, join(studio.home, "uploads"))),
  );
  app.all("/api/*", async ({ req }) => (await others()).fetch(req.raw));
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
