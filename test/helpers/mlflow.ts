/** A stand-in for an MLflow tracking server: its REST interface as far as a logger needs it, by the documented rules of version 2.0. */

import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

interface Entry {
  readonly key: string;
  readonly value: string | number;
}
interface Metric extends Entry {
  readonly step: number;
  readonly timestamp: number;
}
interface StoredRun {
  readonly name: string;
  readonly experiment: string;
  status: string;
  readonly params: Map<string, string>;
  readonly tags: Map<string, string>;
  readonly metrics: Metric[];
}

interface Body {
  readonly name?: string;
  readonly experiment_id?: string;
  readonly run_id?: string;
  readonly run_name?: string;
  readonly status?: string;
  readonly tags?: readonly Entry[];
  readonly params?: readonly Entry[];
  readonly metrics?: readonly Metric[];
}

/** "hang" never answers; a number is the status of every answer. */
type Mood = "well" | "hang" | number;

export async function mlflowServer() {
  const experiments: string[] = [];
  const runs: StoredRun[] = [];
  const requests: string[] = [];
  const headers: IncomingMessage["headers"][] = [];
  const state = { mood: "well" as Mood };
  const error = (status: number, code: string, message: string) => ({
    status,
    body: { error_code: code, message },
  });
  const answer = (path: string, query: URLSearchParams, body: Body) => {
    const run = runs[Number(body.run_id ?? query.get("run_id"))];
    const good = (body: object) => ({ status: 200, body });
    switch (path) {
      case "experiments/get-by-name": {
        const id = experiments.indexOf(query.get("experiment_name") ?? "");
        return id < 0
          ? error(404, "RESOURCE_DOES_NOT_EXIST", "no such experiment")
          : good({ experiment: { experiment_id: String(id) } });
      }
      case "experiments/create":
        return good({ experiment_id: String(experiments.push(body.name!) - 1) });
      case "runs/create": {
        const tags = new Map(body.tags?.map(({ key, value }) => [key, String(value)]));
        const experiment = experiments[Number(body.experiment_id)]!;
        const made = { name: body.run_name!, experiment, status: "RUNNING", tags };
        const id = runs.push({ ...made, params: new Map(), metrics: [] }) - 1;
        return good({ run: { info: { run_id: String(id), experiment_id: body.experiment_id } } });
      }
      case "runs/get": {
        const newest = new Map<string, Metric>();
        for (const one of run!.metrics) {
          if (one.step >= (newest.get(one.key)?.step ?? 0)) newest.set(one.key, one);
        }
        const params = [...run!.params].map(([key, value]) => ({ key, value }));
        const info = { run_id: String(runs.indexOf(run!)), experiment_id: "0" };
        return good({ run: { info, data: { metrics: [...newest.values()], params } } });
      }
      case "runs/log-batch": {
        const { metrics = [], params = [], tags = [] } = body;
        if (metrics.length > 1000 || params.length > 100 || tags.length > 100)
          return error(400, "INVALID_PARAMETER_VALUE", "a batch is too large");
        for (const { key, value } of params) {
          if (run!.params.has(key) && run!.params.get(key) !== value)
            return error(400, "INVALID_PARAMETER_VALUE", "changing param values is not allowed");
          run!.params.set(key, String(value));
        }
        for (const { key, value } of tags) run!.tags.set(key, String(value));
        run!.metrics.push(...metrics);
        return good({});
      }
      case "runs/update":
        run!.status = body.status!;
        return good({});
      default:
        return error(404, "ENDPOINT_NOT_FOUND", path);
    }
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const url = new URL(request.url!, "http://here");
    const path = url.pathname.replace("/api/2.0/mlflow/", "");
    requests.push(path);
    headers.push(request.headers);
    const { mood } = state;
    if (mood === "hang") return;
    const text = Buffer.concat(chunks).toString();
    const { status, body } =
      typeof mood === "number"
        ? error(mood, "REFUSED", "not today")
        : answer(path, url.searchParams, text === "" ? {} : JSON.parse(text));
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, runs, requests, headers, state, close };
}
