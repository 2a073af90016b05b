# The first program of a container. It ends, and the container with it, when the server that holds
# its standard input is gone. Waiting also collects programs whose parents have ended.
exec 3<&0
cat <&3 >/dev/null &
trap 'exit 0' TERM INT
wait $!
