#!/usr/bin/env bash
# A Slurm cluster of two nodes on one machine, of Debian's packages slurmctld, slurmd and slurm-client, to try a sweep on.
# As root:  test/slurm-cluster.sh start FOLDER [CORES]   then  export SLURM_CONF=FOLDER/slurm.conf
#           test/slurm-cluster.sh stop FOLDER
# CORES is how many each node claims to have (default 2; more than the machine has is fine). Each also claims two GPUs, which
# are copies of /dev/null: a run is given the number of one in CUDA_VISIBLE_DEVICES, and can't compute on it. Where slurmdbd listens on
# port DBD, there is accounting, and sacct.
set -euo pipefail
command=${1:?start or stop} folder=$(mkdir -p "${2:?a folder}" && cd "$2" && pwd) cores=${3:-2}
export SLURM_CONF="$folder/slurm.conf"

stop() {
  for file in "$folder"/*.pid; do
    [ -e "$file" ] || continue
    kill -9 "$(cat "$file")" 2>/dev/null || true
    rm -f "$file"
  done
}

if [ "$command" = stop ]; then
  scancel --full --user root 2>/dev/null || true
  stop
  exit
fi

# Ports of their own, so that two such clusters can stand side by side.
port=$((20000 + $$ % 20000))
mkdir -p "$folder/state" "$folder/spool-n1" "$folder/spool-n2"
gpus=" Gres=gpu:2"
for gpu in 0 1; do [ -e "$folder/gpu$gpu" ] || mknod "$folder/gpu$gpu" c 1 3 || gpus=; done
printf 'NodeName=n[1-2] Name=gpu File=%s/gpu[0-1]\n' "$folder" > "$folder/gres.conf"
accounting=accounting_storage/none
[ -z "${DBD:-}" ] || accounting="accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort=$DBD"
cat > "$SLURM_CONF" <<CONF
ClusterName=virtual
SlurmctldHost=$(hostname -s)(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/none
CredType=cred/none
SlurmctldPort=$port
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool-%n
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd-%n.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=0,sched_interval=1
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
ReturnToService=2
InactiveLimit=0
KillWait=30
MinJobAge=30
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=$accounting
JobCompType=jobcomp/none
GresTypes=gpu
NodeName=n1 NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 Port=$((port + 1)) CPUs=$cores RealMemory=8000$gpus
NodeName=n2 NodeHostname=$(hostname -s) NodeAddr=127.0.0.1 Port=$((port + 2)) CPUs=$cores RealMemory=8000$gpus
PartitionName=debug Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP
CONF
slurmctld
slurmd -N n1
slurmd -N n2
for _ in $(seq 60); do
  [ "$(sinfo -h -t idle -o %D 2>/dev/null)" = 2 ] && exit 0
  sleep 0.5
done
sinfo >&2
tail -5 "$folder"/*.log >&2
exit 1
