#!/usr/bin/env bash
# A Slurm of one node on this machine, for a test: FOLDER gets its state; prints the path of its configuration.
set -euo pipefail
folder=$1
mkdir -p "$folder"/{state,spool,log,munge}
chmod 755 "$folder"
key=$folder/munge/munge.key
[ -e "$key" ] || dd if=/dev/urandom of="$key" bs=1 count=1024 2>/dev/null
chmod 600 "$key"; chmod 700 "$folder/munge"
host=$(hostname -s)
cat > "$folder/slurm.conf" <<C
ClusterName=morphline
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge/munge.socket,cred_expire=10
CryptoType=crypto/munge
SlurmctldPort=16817
SlurmdPort=16818
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
ReturnToService=2
SlurmctldTimeout=30
SlurmdTimeout=30
SchedulerParameters=sched_interval=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
C
export SLURM_CONF=$folder/slurm.conf
munged --key-file="$key" --socket="$folder/munge/munge.socket" --pid-file="$folder/munge/munged.pid" --log-file="$folder/munge/munged.log" --seed-file="$folder/munge/munge.seed" --force
slurmctld -c
slurmd -c
echo "$SLURM_CONF"
