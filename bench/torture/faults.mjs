/**
 * Loaded before betalab (`node --import`): makes the file system or the clock fail where BETALAB_FAULT says.
 *
 * `kill:N` ends the process at its Nth change of the disk, before it; `torn:N` does so after half of the Nth write.
 * `full:N` lets every write from the Nth change on fail with ENOSPC, `readonly:N` every change with EROFS.
 * `frozen:FOLDER` lets every change below that folder fail with EROFS, from the beginning on.
 * `clock:S` sets the clock back by S seconds after the first 100 looks at it.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const [, kind, amount] = /^(\w*):?(.*)$/.exec(process.env.BETALAB_FAULT ?? "");
const limit = Number(amount);
let changes = 0;

const failure = (code, name) => Object.assign(new Error(`${code}: injected, ${name}`), { code });

/** What happens before a change of the disk. */
function change(name, ...paths) {
  if (kind === "frozen" && paths.some((path) => String(path).startsWith(amount)))
    throw failure("EROFS", name);
  changes++;
  if (changes < limit) return;
  if (kind === "kill" && changes === limit) process.kill(process.pid, "SIGKILL");
  if (kind === "readonly") throw failure("EROFS", name);
  if (kind === "full" && name === "writeSync") throw failure("ENOSPC", name);
}

const original = { ...fs };
for (const name of ["mkdirSync", "renameSync", "rmSync", "ftruncateSync", "unlinkSync", "linkSync"]) {
  fs[name] = (...given) => {
    change(name, ...given);
    return original[name](...given);
  };
}
fs.openSync = (path, flags = "r", ...rest) => {
  if (/[wa+]/.test(String(flags))) change("openSync", path);
  return original.openSync(path, flags, ...rest);
};
fs.writeFileSync = (...given) => {
  change("writeSync", given[0]);
  return original.writeFileSync(...given);
};
fs.writeSync = (file, data, ...rest) => {
  // The terminal is no disk.
  if (file === 1 || file === 2) return original.writeSync(file, data, ...rest);
  change("writeSync");
  if (kind === "torn" && changes === limit) {
    original.writeSync(
      file,
      data.subarray ? data.subarray(0, data.length >> 1) : data.slice(0, data.length >> 1),
    );
    process.kill(process.pid, "SIGKILL");
  }
  return original.writeSync(file, data, ...rest);
};
syncBuiltinESMExports();

if (kind === "clock") {
  const now = Date.now;
  let looks = 0;
  const back = () => (looks++ < 100 ? 0 : limit * 1000);
  const RealDate = Date;
  globalThis.Date = class extends RealDate {
    constructor(...given) {
      super(...(given.length === 0 ? [now() - back()] : given));
    }
    static now() {
      return now() - back();
    }
  };
}
