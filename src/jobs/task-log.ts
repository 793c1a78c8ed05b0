/** How work in a process of its own is followed: the lines of its log, what it notes, and where it is. */

import { plural } from "../base/format.ts";
import type { JobEvent, TaskProgress } from "./events.ts";

export interface TaskListener {
  log(line: string): void;
  note(text: string): void;
  progress(progress: TaskProgress): void;
}

export function taskFollower({ log, note, progress }: TaskListener): (event: JobEvent) => void {
  let total = 0;
  return (event) => {
    switch (event.type) {
      case "stage":
        progress({ stage: event.stage, done: event.done, total: event.total });
        break;
      case "note":
        note(event.text);
        break;
      case "prepared": {
        const { path, runtime, notes } = event;
        log(`training ${path}: ${runtime.description}, ${plural(runtime.threads, "thread")}`);
        for (const text of notes) note(text);
        break;
      }
      case "start":
        total = event.totalSteps;
        // The first step may take a while to compile: the data's last stage is over.
        progress({ stage: "training", done: event.step, total });
        break;
      case "step": {
        const number = (value: unknown) => (typeof value === "number" ? value : undefined);
        const { reconstruction, kl } = event.terms;
        const terms = { reconstruction: number(reconstruction), kl: number(kl) };
        progress({ stage: "training", done: event.step, total, ...terms });
        break;
      }
      case "epoch":
        log(`epoch ${event.epoch}: held-out −ELBO ${event.heldOut.negativeElbo.toFixed(2)} nats per image`);
        break;
      case "runs": {
        if (event.ended) log(`${event.ended.name}: ${event.ended.error ?? event.ended.status}`);
        const over = event.runs.filter(({ status }) => status !== "waiting" && status !== "running");
        progress({ stage: "runs", done: over.length, total: event.runs.length });
        break;
      }
    }
  };
}
