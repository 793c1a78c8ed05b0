/** `betalab data`: what data there is, what is in it, how to get it, how to make it. */
import type { CommandGroup } from "../command.ts";
import { defineCommand } from "../command.ts";
import { dataOption, outOption, setOption, text } from "../options.ts";
import { columns, formatBytes } from "../table.ts";

const list = defineCommand({
  name: "list",
  summary: "list the data sources and where their data was found",
  example: "betalab data list",
  arguments: [],
  options: { data: dataOption },
  async run(_, options, { environment }) {
    const { listSources } = await import("../../data/node.ts");
    const { dataContext } = await import("../../jobs/index.ts");
    const value = listSources(dataContext({ dataDirectory: options.data, environment }));
    const rows = value.map(({ name, summary, place, available, obtain }) => [
      name,
      summary,
      place ?? (available ? "built in" : `not found: ${obtain}`),
    ]);
    return { value, text: columns(rows) };
  },
});

const inspect = defineCommand({
  name: "inspect",
  summary: "what is in a data set: counts, shape, labels, factors, pixel statistics",
  example: "betalab data inspect folder --data my-pictures --set data.size=64",
  arguments: [{ name: "source", description: "a name from betalab data list" }],
  options: { data: dataOption, set: setOption },
  async run([source], options, { output, signal, environment }) {
    const { inspectDataset } = await import("../../data/node.ts");
    const { configuration } = await import("../../config/index.ts");
    const { shipped } = await import("../../config/node.ts");
    const { dataContext } = await import("../../jobs/index.ts");
    const found = await inspectDataset(
      { ...configuration(shipped).dataSection(source!, options.set), source: source! },
      dataContext({
        dataDirectory: options.data,
        environment,
        signal,
        onDataProgress: (progress) => output.progress.stage(progress),
      }),
    );
    const { train, heldOut, pixels, factors, labels } = found;
    const perChannel = (values: readonly number[]) => values.map((value) => value.toFixed(4)).join(", ");
    const rows = [
      ["name", found.name],
      ["images", `${train.count} to train on, ${heldOut.count} held out`],
      ["shape", `${found.height} × ${found.width} × ${found.channels} (height × width × channel)`],
      [
        "pixels",
        `mean ${perChannel(pixels.mean)}, deviation ${perChannel(pixels.standardDeviation)} in [0, 1]`,
      ],
      ["kind", `${pixels.binary ? "binary" : "not binary"}, ${pixels.grey ? "grey" : "in colour"}`],
      ...(labels ?? []).map((label, i) => [
        i === 0 ? "labels" : "",
        `${label}: ${train.labelCounts?.[i] ?? 0} and ${heldOut.labelCounts?.[i] ?? 0}`,
      ]),
      ...(factors?.factors ?? []).map(({ name, levels, range: [low, high] }, i) => [
        i === 0 ? `factors${factors?.complete ? " (complete grid)" : ""}` : "",
        `${name}: ${levels} levels from ${low} to ${high}`,
      ]),
      ...(found.cache ? [["cache", `${found.cache.path} (${formatBytes(found.cache.bytes)})`]] : []),
      ["fingerprint", found.fingerprint],
      ...found.notes.map((note, i) => [i === 0 ? "notes" : "", note]),
    ];
    return { value: found, text: columns(rows) };
  },
});

const fetchCommand = defineCommand({
  name: "fetch",
  summary: "download a public data set into the cache",
  example: "betalab data fetch mnist",
  arguments: [{ name: "name", description: "mnist, fashion-mnist or dsprites" }],
  options: { from: text("--from <url>", "another place that has the same files") },
  async run([name], options, { output, signal, environment }) {
    const { fetchDataset } = await import("../../data/node.ts");
    const { dataContext } = await import("../../jobs/index.ts");
    const context = dataContext({
      environment,
      signal,
      onDataProgress: (progress) => output.progress.stage(progress),
    });
    const value = await fetchDataset(name!, context, { from: options.from });
    const rows = value.files.map(({ path, bytes, state }) => [path, formatBytes(bytes), state]);
    return { value, text: columns(rows) };
  },
});

const make = defineCommand({
  name: "make",
  summary: "write a procedural set as NPZ with dSprites' keys",
  example: "betalab data make sprites --out sprites.npz --set size=32",
  arguments: [{ name: "name", description: "sprites or digits" }],
  options: { out: outOption, set: setOption },
  async run([name], options, { output, signal }) {
    const { makeDataset } = await import("../../data/node.ts");
    const { configuration } = await import("../../config/index.ts");
    const { shipped } = await import("../../config/node.ts");
    const { source: _, ...settings } = configuration(shipped).dataSection(name!, options.set);
    const value = makeDataset(name!, settings, options.out ?? `${name}.npz`, {
      signal,
      onProgress: (progress) => output.progress.stage(progress),
    });
    return { value, text: `${value.path}  [${value.shape.join(", ")}]` };
  },
});

export const data: CommandGroup = {
  name: "data",
  summary: "list, inspect, fetch and make data sets",
  commands: [list, inspect, fetchCommand, make],
};
