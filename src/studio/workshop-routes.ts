/** The routes of `protocol.ts` that need the workbench: what a run's config means, jobs, sweeps. */

import { Hono } from "hono";
import { z } from "zod";
import { BetalabError } from "../base/errors.ts";
import { stringifyJson } from "../base/json.ts";
import { configuration } from "../config/index.ts";
import { sweepSchema } from "../sweeps/index.ts";
import { methodName } from "../workbench/index.ts";
import { answer, answerTagged, type Tagged, tagged } from "./answers.ts";
import { refused } from "./front.ts";
import { newId } from "./names.ts";
import { isOffered, placeOfName, resolveConfig, trains } from "./orders.ts";
import type { Catalogue, ConfigRequest, JobForm, JobRequest } from "./protocol.ts";
import { notThere, refusal } from "./refused.ts";
import { bodyOf } from "./requests.ts";
import { configValues, runDetail } from "./run-detail.ts";
import { sweepDetail } from "./sweep-detail.ts";
import type { Workshop } from "./workshop.ts";

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

export function workshopRoutes(workshop: Workshop): Hono {
  const { studio, workbench, descriptions } = workshop;
  const { root, index } = studio;
  const app = new Hono();
  app.onError(refused);

  app.get("/api/runs/:id", ({ req }) => {
    const id = req.param("id");
    return answer(runDetail(studio.rowOf(id), studio.folderOf(id), workbench.registries));
  });
  app.get("/api/sweeps/:id", async (context) =>
    answer(await sweepDetail(context.req.param("id"), root, index, workbench)),
  );

  let catalogue: Promise<Tagged> | undefined;
  app.get("/api/jobs", async ({ req }) => {
    catalogue ??= catalogueOf(workshop).then((made) => tagged(stringifyJson(made)));
    return answerTagged(await catalogue, req.header("if-none-match"));
  });
  app.post("/api/jobs", async (context) =>
    answer(await workshop.submit(await bodyOf<JobRequest>(context, jobRequest)), 201),
  );
  app.post("/api/jobs/check", async (context) => {
    const request = await bodyOf<JobRequest>(context, jobRequest);
    return found(async () => {
      const { commandLine } = await workshop.order(request, newId());
      return { commandLine };
    });
  });
  app.post("/api/config", async (context) => {
    const { subject, options = {} } = await bodyOf<ConfigRequest>(context, configRequest);
    const job = descriptions.jobs.find(({ name }) => name === "config")!;
    return found(async () => {
      const place = workshop.place();
      const named = typeof subject === "string" ? placeOfName(subject, place) : subject;
      const { config, origins } = await resolveConfig(job, named, options, place);
      return { name: config!.name, config: configValues(config, origins, workbench.registries) };
    });
  });
  app.all("/api/*", () => {
    throw notThere("this address");
  });
  return app;
}

/** Of a question whether something can be done, "no, because" is an answer like another: browsers log any other status as an error. */
async function found(look: () => Promise<unknown>): Promise<Response> {
  try {
    return answer(await look());
  } catch (error) {
    if (!(error instanceof BetalabError)) throw error;
    return answer(refusal(error).body);
  }
}

async function catalogueOf({ descriptions, workbench }: Workshop): Promise<Catalogue> {
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
