/** The batch script of an array: what a node does for a task, with the signals that Slurm sends it, and how that ended. */

/** A task that is killed more often (out of memory, mostly) has failed. */
const MOST_KILLS = 10;

export const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;

/** The batch script: element N does the N-th line. Warned of the time limit it is queued again, with a checkpoint. */
export const scriptOf = (lines: readonly string[]): string => `#!/bin/bash
case $SLURM_ARRAY_TASK_ID in
${lines.map((line, i) => `  ${i}) set -- ${line} ;;`).join("\n")}
esac
task=$1; outcome=$2; cancelled=$3; shift 3
died() { printf '{"error": {"code": "died", "message": "%s"}}\\n' "$1" > "$outcome"; }
"$@" worker "$task" --json --quiet > "$outcome.$SLURM_JOB_ID" &
worker=$!
trap 'signalled=1; again=1; kill -USR1 $worker' USR1
trap 'signalled=1; kill -TERM $worker' TERM
# What is passed on ends the wait with its own number: asked once more, it says what the worker ended with.
signalled=1
while [ -n "$signalled" ]; do signalled=; wait $worker; status=$?; done
if [ $status -lt 128 ]; then mv "$outcome.$SLURM_JOB_ID" "$outcome"; exit $status; fi
rm -f "$outcome.$SLURM_JOB_ID"
# Killed by the system, or warned: another turn goes on from the checkpoint.
if [ $status = 137 ] && [ "\${SLURM_RESTART_COUNT:-0}" -lt ${MOST_KILLS} ]; then again=1; fi
if [ -e "$cancelled" ]; then exit $status; fi
if [ -n "$again" ]; then
  scontrol requeue "\${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID"
elif [ $status = 130 ] || [ $status = 143 ]; then
  # Stopped by somebody, with scancel or from a terminal; 143 where it had only just begun.
  : > "$cancelled"
else
  died "its worker was killed (status $status, $(kill -l $status 2>/dev/null))"
fi
exit $status
`;
