# Sends a signal to all that a run has started. Arguments: the run's mark, the signal.
for file in $(grep -ls "ASIDE_RUN=$1" /proc/[0-9]*/environ 2>/dev/null); do
  pid=${file#/proc/}
  kill "-$2" "${pid%/environ}" 2>/dev/null
done
exit 0
