/** The studio's addresses: each view has one, and what is chosen in it is the query. */

export type View =
  | { readonly name: "runs" }
  | { readonly name: "run"; readonly run: string; readonly part: RunPart }
  | { readonly name: "compare"; readonly runs: readonly string[] }
  | { readonly name: "sweep"; readonly sweep: string }
  | { readonly name: "start"; readonly job: string | undefined }
  | { readonly name: "queue" }
  | { readonly name: "trash" }
  | { readonly name: "unknown"; readonly path: string };

const runParts = [
  "curves",
  "pictures",
  "latents",
  "explore",
  "evaluation",
  "config",
  "log",
  "files",
] as const;
export type RunPart = (typeof runParts)[number];

export interface Address {
  readonly view: View;
  /** What is chosen in the view: filter, order, columns; the form's values. */
  readonly query: URLSearchParams;
}

const isPart = (text: string | null): text is RunPart =>
  (runParts as readonly (string | null)[]).includes(text);

/** A run's own path within the folder has slashes, which stay what they are. */
const encodePath = (path: string): string => path.split("/").map(encodeURIComponent).join("/");

function decodePath(path: string): string {
  try {
    return path.split("/").map(decodeURIComponent).join("/");
  } catch {
    return path; // A percent sign that encodes nothing.
  }
}

export function parseAddress({
  pathname,
  search,
}: {
  readonly pathname: string;
  readonly search: string;
}): Address {
  const query = new URLSearchParams(search);
  const [head, ...rest] = pathname.split("/").filter(Boolean);
  const inside = decodePath(rest.join("/"));
  const at = (view: View): Address => ({ view, query });
  if (head === undefined || (head === "runs" && inside === "")) return at({ name: "runs" });
  if (head === "runs") {
    const part = query.get("view");
    return at({ name: "run", run: inside, part: isPart(part) ? part : "curves" });
  }
  if (head === "compare") return at({ name: "compare", runs: query.getAll("run") });
  if (head === "sweeps" && inside !== "") return at({ name: "sweep", sweep: inside });
  if (head === "start") return at({ name: "start", job: inside === "" ? undefined : inside });
  if (head === "queue" && inside === "") return at({ name: "queue" });
  if (head === "trash" && inside === "") return at({ name: "trash" });
  return at({ name: "unknown", path: pathname });
}

/** @param query for views that have choices of their own */
export function addressOf(view: View, query: Readonly<Record<string, string>> = {}): string {
  const choices = new URLSearchParams(query);
  const withChoices = (path: string): string => {
    const text = choices.toString();
    return text === "" ? path : `${path}?${text}`;
  };
  switch (view.name) {
    case "runs":
      return withChoices("/");
    case "run":
      if (view.part !== "curves") choices.set("view", view.part);
      return withChoices(`/runs/${encodePath(view.run)}`);
    case "compare":
      for (const run of view.runs) choices.append("run", run);
      return withChoices("/compare");
    case "sweep":
      return withChoices(`/sweeps/${encodePath(view.sweep)}`);
    case "start":
      return withChoices(view.job === undefined ? "/start" : `/start/${encodePath(view.job)}`);
    case "unknown":
      return view.path;
    default:
      return withChoices(`/${view.name}`);
  }
}
