/** What this machine and this installation have, a line each. */
import { formatBytes, plural } from "../../base/format.ts";
import type { Examination } from "../../jobs/index.ts";
import { columns } from "../table.ts";
import type { Told } from "./told.ts";

export function doctorText({ value }: Told): string {
  const { node, cpu, memory, versions, engine, devices, cache, dataDirectory } = value as Examination;
  // One missing piece may be what several devices lack: what brings it is said once.
  const isFirst = (remedy: string, place: number): boolean =>
    devices.findIndex((device) => device.remedy === remedy) === place;
  return columns([
    ["betalab", versions.betalab],
    ["node", `${node.version} (${node.platform} ${node.arch})`],
    ["processor", `${cpu.model}, ${plural(cpu.threads, "thread")} for us`],
    ["memory", `${formatBytes(memory.total)}, ${formatBytes(memory.free)} free`],
    ["engine", engine.description],
    ...devices.flatMap(({ name, works, engine: by, detail, remedy }, place) => [
      [`device ${name}`, works ? `works, by ${by}` : `does not work: ${detail}`],
      ...(remedy !== undefined && isFirst(remedy, place) ? [["", remedy]] : []),
    ]),
    ["cache", `${cache.path} (${cache.exists ? formatBytes(cache.bytes) : "not there yet"})`],
    ...(cache.writable ? [] : [["", "it can't be written: BETALAB_CACHE names another folder"]]),
    ["data", dataDirectory ?? "BETALAB_DATA is not set; --data names a folder"],
  ]);
}
