/**
 * node lease-taker.js FOLDER UNTIL: takes the folder again and again, adds one to the number in its file each time, and
 * lets go, dies at once or is stalled for longer than its lease lasts, until the number is UNTIL. Prints each number written.
 */
import { readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { writeFileAtomic } from "../../dist/base/disk.js";
import { Lease } from "../../dist/base/lease.js";

const [folder, until] = [process.argv[2], Number(process.argv[3])];
const file = join(folder, "number");
const read = () => Number(readFileSync(file, "utf8"));
const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

while (read() < until) {
  let lease;
  try {
    lease = Lease.take(folder, { takeOver: Math.random() < 0.1 });
  } catch (error) {
    if (!/in use|being opened/.test(error.message)) throw error;
    sleep(5 + Math.random() * 20);
    continue;
  }
  const next = read() + 1;
  const fate = Math.random();
  // Stopped as a whole: the thread that beats, too.
  if (fate < 0.15) process.kill(process.pid, "SIGSTOP");
  try {
    writeFileAtomic(file, String(next));
    writeSync(1, `${next}\n`);
  } catch (error) {
    if (!/was taken over/.test(error.message)) throw error;
    writeSync(2, "stopped before it wrote\n");
  }
  if (fate > 0.8) process.kill(process.pid, "SIGKILL");
  lease.release();
}
