/** Logs that a run keeps elsewhere while it trains; which ones, stands in its `run.json`, so a resumed run goes on with them. */

import { z } from "zod";
import type { RunDirectory, RunInformation } from "../../runs/index.ts";
import { flag } from "../options.ts";
import type { RunLog } from "./log.ts";
import { MlflowLog } from "./mlflow.ts";
import { EventFile } from "./tensorboard.ts";

export { eventFileName } from "./event-file.ts";
export type { RunLog } from "./log.ts";
export { eventFolder, writeEventFile } from "./tensorboard.ts";

export const logOptions = {
  tensorboard: flag("keep TensorBoard's event file in tensorboard/ of the run while it trains"),
  mlflow: z
    .url({ protocol: /^https?$/, hostname: /./ })
    .refine((url) => !/^\w+:\/\/[^/]*@/.test(url), {
      error: "must be without a password: those are MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD",
    })
    .optional()
    .meta({ description: "log to this MLflow server while it trains", placeholder: "url" }),
};

type Logs = NonNullable<RunInformation["logs"]>;

/** What was asked for beside what the run has already; another server knows no run of it yet. */
export function joinLogs(
  { tensorboard, mlflow }: { readonly tensorboard?: boolean; readonly mlflow?: string | undefined },
  before: Logs = {},
): Logs | undefined {
  const server = mlflow !== undefined && mlflow !== before.mlflow?.url ? { url: mlflow } : before.mlflow;
  const logs = {
    ...((tensorboard || before.tensorboard) && { tensorboard: true as const }),
    ...(server && { mlflow: server }),
  };
  return Object.keys(logs).length === 0 ? undefined : logs;
}

/** The logs of a run that is held for writing, as one. */
export function openLogs(
  run: RunDirectory,
  environment: Readonly<Record<string, string | undefined>>,
): RunLog {
  const { logs = {} } = run.information;
  const events = logs.tensorboard && new EventFile(run);
  const mlflow = logs.mlflow && new MlflowLog(run, environment);
  return {
    record: (record) => {
      events?.record(record);
      mlflow?.record(record);
    },
    pictures: (step, paths) => events?.pictures(step, paths),
    said: () => {
      const id = mlflow?.id;
      if (id !== undefined && run.information.logs?.mlflow?.run !== id) {
        run.update({ logs: { ...run.information.logs, mlflow: { ...logs.mlflow!, run: id } } });
      }
      return mlflow?.said() ?? [];
    },
    end: async (how, model) => mlflow?.end(how, model),
    close: () => mlflow?.close(),
  };
}
