/** Whether a process of this machine still lives, and whether it is the one that was meant. */
import { readFileSync, readlinkSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";

/** True when a process with this number exists, ours or somebody else's. */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * When the process started, as an opaque text that differs between two processes that had the same number one
 * after the other (also across a reboot); `undefined` where the system doesn't tell (only Linux does).
 */
export function processStart(pid: number): string | undefined {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // Field 22; the second field is the program's name in brackets and may itself hold spaces and brackets.
    const ticks = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    return ticks === undefined ? undefined : `${boot}/${ticks}`;
  } catch {
    return undefined;
  }
}

/** What tells two machines, or two containers with process numbers of their own, apart; `undefined` where only the host's name does. */
export function machineId(): string | undefined {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot}/${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return undefined;
  }
}

/** The cores that this process was given: by Slurm, by a container's quota, by the system. */
export function allocatedCores(): number {
  const given = Number(process.env.SLURM_CPUS_PER_TASK);
  if (given > 0) return given;
  try {
    const [quota, period] = readFileSync("/sys/fs/cgroup/cpu.max", "utf8").split(" ").map(Number);
    const cores = Math.ceil(quota! / period!); // Without a limit the quota is "max".
    if (cores > 0) return Math.min(cores, availableParallelism());
  } catch {
    // Another system, or another version of its control groups.
  }
  return availableParallelism();
}

/** Bytes that this process may take: the machine's, or what a container or a job of Slurm is limited to. */
export function allocatedMemory(): number {
  // Where there is no limit it is 0, or more than any machine has.
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
