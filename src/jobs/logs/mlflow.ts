/**
 * A run's log on an MLflow server, through its REST interface (version 2.0). Training never waits for it: lines queue, and go
 * out between steps. While a server does not answer they are kept, and it is asked again now and then.
 */

import { resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { z } from "zod";
import { leavesOf } from "../../config/index.ts";
import type { MetricRecord, RunDirectory } from "../../runs/index.ts";
import { termsOf } from "../draw/history.ts";
import { clockOf, type RunLog } from "./log.ts";

/** One request may take so long. */
const TIMEOUT = 10_000;
/** After a request that failed the server is left alone for so long. */
const PAUSE = 30_000;
/** How long the last lines may take, in the end and after Ctrl-C. */
const LAST = { finished: 3000, failed: 1000, interrupted: 300 } as const;
/** What one batch may hold, by MLflow's rules. */
const MOST = { metrics: 1000, params: 100 } as const;

interface Metric {
  readonly key: string;
  /** NaN and infinities are strings in JSON. */
  readonly value: number | string;
  readonly timestamp: number;
  readonly step: number;
}

const entry = z.object({ key: z.string() });
const runAnswer = z.object({
  run: z.object({
    info: z.object({ run_id: z.string(), experiment_id: z.string() }),
    data: z
      .object({
        metrics: z.array(entry.extend({ step: z.coerce.number().default(0) })).default([]),
        params: z.array(entry).default([]),
      })
      .prefault({}),
  }),
});
const experimentAnswer = z.object({ experiment: z.object({ experiment_id: z.string() }) });
const madeAnswer = z.object({ experiment_id: z.string() });

/** The server said no: asking again is of no use. */
class Refused extends Error {
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

export class MlflowLog implements Omit<RunLog, "pictures"> {
  readonly #run: RunDirectory;
  readonly #url: string;
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #stop = new AbortController();
  #waiting: Metric[];
  /** The run's name there; known before its first line is taken. */
  #id: string | undefined;
  #begun = false;
  #working: Promise<void> | undefined;
  #failures = 0;
  #notBefore = 0;
  #refused = false;
  #said: string[] = [];

  /** `environment` may hold MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and …_PASSWORD, and MLFLOW_EXPERIMENT_NAME. */
  constructor(run: RunDirectory, environment: Readonly<Record<string, string | undefined>>) {
    const { url, run: id } = run.information.logs!.mlflow!;
    this.#run = run;
    this.#url = url.replace(/\/+$/, "");
    this.#environment = environment;
    this.#id = id;
    const at = clockOf(run);
    this.#waiting = run.metrics.read().flatMap((record) => metricsOf(record, at(record.step)));
    this.#work();
  }

  get id(): string | undefined {
    return this.#id;
  }

  record(record: MetricRecord): void {
    if (this.#refused) return;
    this.#waiting.push(...metricsOf(record, Date.now() / 1000));
    this.#work();
  }

  said(): string[] {
    return this.#said.splice(0);
  }

  async end(how: keyof typeof LAST, model: readonly string[]): Promise<void> {
    if (this.#refused || this.#failures > 0) return;
    const last = async (): Promise<void> => {
      await this.#working;
      await this.#send();
      const paths = { "betalab.run": this.#run.path, ...(model.length > 0 && { "betalab.model": model }) };
      const tags = Object.entries(paths).map(([key, value]) => ({
        key,
        value: [value]
          .flat()
          .map((path) => resolve(path))
          .join("\n"),
      }));
      await this.#post("runs/log-batch", { run_id: this.#id, tags });
      const status = { finished: "FINISHED", interrupted: "KILLED", failed: "FAILED" }[how];
      await this.#post("runs/update", { run_id: this.#id, status, end_time: Date.now() });
    };
    const finished = last().then(
      () => undefined,
      (error: unknown) => error as Error,
    );
    const late = wait(LAST[how], new Error(`no answer within ${LAST[how] / 1000} s`), { ref: false });
    const problem = await Promise.race([finished, late]);
    if (problem !== undefined) this.#fail(problem);
    this.close();
  }

  close(): void {
    this.#stop.abort();
  }

  /** Begins to send, unless that goes on already or the server is to be left alone. */
  #work(): void {
    if (this.#working !== undefined || this.#refused || performance.now() < this.#notBefore) return;
    this.#working = this.#send()
      .catch((error: Error) => this.#fail(error))
      .finally(() => {
        this.#working = undefined;
      });
  }

  async #send(): Promise<void> {
    if (this.#refused) return;
    if (!this.#begun) await this.#begin();
    while (this.#waiting.length > 0) {
      const metrics = this.#waiting.slice(0, MOST.metrics);
      await this.#post("runs/log-batch", { run_id: this.#id, metrics });
      this.#waiting.splice(0, metrics.length);
    }
    this.#failures = 0;
  }

  /** Makes the run there, or finds how far it is known, so that nothing is sent twice. */
  async #begin(): Promise<void> {
    this.#id ??= await this.#create();
    const query = new URLSearchParams({ run_id: this.#id });
    const { data } = runAnswer.parse(await this.#call("GET", `runs/get?${query}`)).run;
    const reached = new Map(data.metrics.map(({ key, step }) => [key, step]));
    this.#waiting = this.#waiting.filter(({ key, step }) => step > (reached.get(key) ?? -1));
    const known = new Set(data.params.map(({ key }) => key));
    const params = parameters(this.#run.information.config).filter(({ key }) => !known.has(key));
    for (let i = 0; i < params.length; i += MOST.params) {
      await this.#post("runs/log-batch", { run_id: this.#id, params: params.slice(i, i + MOST.params) });
    }
    await this.#post("runs/update", { run_id: this.#id, status: "RUNNING" });
    this.#begun = true;
  }

  async #create(): Promise<string> {
    const { name, createdAt, versions, data, seed, attempts, config } = this.#run.information;
    const attempt = attempts?.at(-1);
    const preset = (config as { readonly name?: string }).name ?? name;
    const tags = {
      "mlflow.source.name": attempt?.command,
      "mlflow.source.type": "LOCAL",
      "mlflow.source.git.commit": attempt?.commit,
      "betalab.version": versions.betalab,
      "betalab.host": attempt?.host,
      "betalab.data": data.name,
      "betalab.data.fingerprint": data.fingerprint,
      "betalab.seed": String(seed),
      "betalab.run": resolve(this.#run.path),
    };
    const answer = await this.#post("runs/create", {
      experiment_id: await this.#experiment(this.#environment.MLFLOW_EXPERIMENT_NAME ?? preset),
      start_time: Date.parse(createdAt),
      run_name: name,
      tags: Object.entries(tags).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value }])),
    });
    return runAnswer.parse(answer).run.info.run_id;
  }

  async #experiment(name: string): Promise<string> {
    const find = async (): Promise<string> => {
      const query = new URLSearchParams({ experiment_name: name });
      const answer = await this.#call("GET", `experiments/get-by-name?${query}`);
      return experimentAnswer.parse(answer).experiment.experiment_id;
    };
    try {
      return await find();
    } catch (error) {
      if (!(error instanceof Refused && error.code === "RESOURCE_DOES_NOT_EXIST")) throw error;
    }
    try {
      return madeAnswer.parse(await this.#post("experiments/create", { name })).experiment_id;
    } catch (error) {
      // Another run was quicker.
      if (error instanceof Refused && error.code === "RESOURCE_ALREADY_EXISTS") return find();
      throw error;
    }
  }

  #post(path: string, body: object): Promise<unknown> {
    return this.#call("POST", path, body);
  }

  async #call(method: "GET" | "POST", path: string, body?: object): Promise<unknown> {
    const { MLFLOW_TRACKING_TOKEN: token, ...environment } = this.#environment;
    const { MLFLOW_TRACKING_USERNAME: user, MLFLOW_TRACKING_PASSWORD: password = "" } = environment;
    const basic = user && `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    const authorization = token ? `Bearer ${token}` : basic;
    const response = await fetch(`${this.#url}/api/2.0/mlflow/${path}`, {
      method,
      headers: { "content-type": "application/json", ...(authorization && { authorization }) },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT), this.#stop.signal]),
    });
    const text = await response.text();
    if (response.ok) return JSON.parse(text);
    const { error_code: code = "", message = text.slice(0, 200) } = parsed(text);
    const said = `${response.status}${message && `, ${message}`}`;
    const again = response.status >= 500 || response.status === 408 || response.status === 429;
    throw again ? new Error(said) : new Refused(said, code);
  }

  #fail(error: Error): void {
    if (this.#stop.signal.aborted) return;
    this.#refused = error instanceof Refused || error instanceof z.ZodError;
    this.#notBefore = performance.now() + PAUSE;
    if (this.#failures++ > 0 && !this.#refused) return;
    const { cause } = error as { cause?: { code?: string; message?: string } };
    const why = error instanceof z.ZodError ? "that is not an answer of MLflow" : error.message;
    const what = this.#refused ? "nothing is logged there any more" : "it is asked again now and then";
    const rest = this.#refused
      ? ""
      : ", and what it has not got is sent when it answers or the run is resumed";
    const reason = cause?.code ?? cause?.message ?? why;
    this.#said.push(`mlflow ${this.#url}: ${reason}; training goes on, ${what}${rest}`);
    if (this.#refused) this.#waiting = [];
  }
}

const metricsOf = (record: MetricRecord, seconds: number): Metric[] =>
  termsOf(record).map(([term, value]) => ({
    key: `${record.split === "heldOut" ? "heldOut" : "train"}/${term}`,
    value: Number.isFinite(value) ? value : String(value),
    timestamp: Math.round(seconds * 1000),
    step: record.step,
  }));

/** The config's values, each under its path: "objective.beta". */
const parameters = (config: unknown): { key: string; value: string }[] =>
  leavesOf(config, { cut: true })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ({ key, value: typeof value === "string" ? value : JSON.stringify(value) }));

function parsed(text: string): { error_code?: string; message?: string } {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
