# Runs a program, and ends what it left behind. Arguments: a mark, the folder to be in, `merged` or
# `separate`, `given` or `none` for standard input, a folder and a link to it (or two empty texts),
# the program and its arguments.
mark=$1 cwd=$2 output=$3 input=$4 folder=$5 link=$6
shift 6
if [ -n "$link" ] && ! [ -e "$link" ]; then ln -s "$folder" "$link"; fi
if [ "$output" = merged ]; then exec 2>&1; fi
# Engines lose output where a program ends without having read what it was sent.
if [ "$input" = given ]; then
  file=/tmp/.aside-$mark
  (umask 077 && cat >"$file")
  exec <"$file"
  rm -f "$file"
fi
cd -- "$cwd" || exit 126
# What the shell itself says of a program that a signal ended is not the program's output.
exec 4>&2 2>/dev/null
(env "ASIDE_RUN=$mark" "$@" 2>&4 4>&-)
code=$?
for pass in 1 2 3 4 5 6 7 8; do
  found=$(grep -ls "ASIDE_RUN=$mark" /proc/[0-9]*/environ) || true
  if [ -z "$found" ]; then break; fi
  for file in $found; do
    pid=${file#/proc/}
    kill -9 "${pid%/environ}"
  done
done
exit "$code"
