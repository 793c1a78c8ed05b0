/** Every address of the studio's server, and what it takes and gives: types of `protocol.ts`. Runs in a page. */

const run = (id: string): string => `/api/runs/${encodeURIComponent(id)}`;
const queued = (id: string): string => `/api/queue/${encodeURIComponent(id)}`;
const inside = (path: string, download: boolean): string =>
  `/files/${path.split("/").map(encodeURIComponent).join("/")}${download ? "?download" : ""}`;
const query = (values: Readonly<Record<string, string | undefined>>): string => {
  const given = Object.entries(values).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
};

export const routes = {
  /** GET `Studio`. */
  studio: "/api/studio",
  /** GET `RunsTable`, with an ETag: 304 when nothing changed. */
  runs: "/api/runs",
  /** The same without waiting: while the studio still reads its folder, the rows that it has by now. `StudioEvents` tell the others. */
  runsSoon: "/api/runs?soon",
  /** GET, a stream of `StudioEvents`. Connect first, then get what you show: nothing is missed. */
  events: "/api/events",
  /** GET `RunDetail`. DELETE moves it to the trash: `TrashEntry`; 409 while somebody works on it. */
  run,
  /** GET `Records`; `after`, the `at` of an earlier answer, asks for what came since. */
  records: (id: string, after?: string) => `${run(id)}/records${query({ after })}`,
  /** GET, a stream of `RunEvents`; without an id it begins with all records, or with those after `after`. */
  live: (id: string, after?: string) => `${run(id)}/live${query({ after })}`,
  /** GET `Figure[]`, by name and epoch. */
  figures: (id: string) => `${run(id)}/figures`,
  /** GET `FileEntry[]`, all files of the run. */
  files: (id: string) => `${run(id)}/files`,
  /** GET the bytes of a file (Range, ETag). HTML comes sandboxed: show it in a frame. `download` asks the browser to save it. */
  file: (id: string, path: string, download = false) => run(id) + inside(path, download),
  /** GET `LogText[]`: what its sweep's worker and the studio's jobs on it said. */
  logs: (id: string) => `${run(id)}/logs`,
  /** POST {}: asks whoever trains it to stop with a checkpoint: `Stopped`. */
  stop: (id: string) => `${run(id)}/stop`,
  /** GET `SweepDetail`. */
  sweep: (id: string) => `/api/sweeps/${encodeURIComponent(id)}`,
  /** GET `Catalogue`: what can be done, for forms. POST `JobRequest`: 201 `QueueEntry`, or a refusal. */
  jobs: "/api/jobs",
  /** POST `JobRequest`: `CheckedJob`, or with status 200 the `Refusal` that POST to `jobs` would give; starts nothing. */
  check: "/api/jobs/check",
  /** POST `ConfigRequest`: `ResolvedConfig`, as the job `config` answers, or with status 200 a `Refusal`. */
  config: "/api/config",
  /** GET `QueueEntry[]`, the newest first. */
  queue: "/api/queue",
  /** GET `QueueResult`. DELETE stops it (training: with a checkpoint) or takes it out of the queue: `QueueEntry`. */
  queued,
  /** GET the bytes of a file that it made outside of a run (a comparison's page and charts), as `file` does. */
  made: (id: string, path: string, download = false) => queued(id) + inside(path, download),
  /** GET `TrashEntry[]`, the newest first. */
  trash: "/api/trash",
  /** POST {}: puts it back where it was: `{ id }`; 409 where something else is there now. */
  restore: (id: string) => `/api/trash/${encodeURIComponent(id)}/restore`,
  /** PUT the bytes of a picture, at most `Studio.uploadBytes`: `{ path }`, for the option `pictures` of a job. */
  upload: (name: string) => `/api/uploads/${encodeURIComponent(name)}`,
} as const;
