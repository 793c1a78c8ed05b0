/** `betalab doctor`: what this machine and this installation have. */
import { defineCommand } from "../command.ts";
import { columns, formatBytes } from "../table.ts";

export const doctor = defineCommand({
  name: "doctor",
  summary: "show Node, processor, threads, devices, versions and the cache",
  example: "betalab doctor",
  arguments: [],
  options: {},
  async run(_, __, { environment }) {
    const { examine } = await import("../../jobs/index.ts");
    const value = await examine({ environment });
    const { node, cpu, memory, versions, engine, devices, cache } = value;
    const rows = [
      ["betalab", versions.betalab],
      ["node", `${node.version} (${node.platform} ${node.arch})`],
      ["processor", `${cpu.model}, ${cpu.threads} threads for us`],
      ["memory", `${formatBytes(memory.total)}, ${formatBytes(memory.free)} free`],
      ["engine", engine.note ?? engine.description],
      ...devices.map(({ name, works, detail }) => [
        `device ${name}`,
        works ? `works${detail === undefined ? "" : ` (${detail})`}` : `does not work: ${detail}`,
      ]),
      ["cache", `${cache.path} (${cache.exists ? formatBytes(cache.bytes) : "not there yet"})`],
      ["data", value.dataDirectory ?? "BETALAB_DATA is not set; --data names a folder"],
    ];
    return { value, text: columns(rows) };
  },
});
