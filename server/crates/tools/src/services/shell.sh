# Bash where the image has it, else the shell that it has. Arguments: the shell's.
if command -v bash >/dev/null 2>&1; then exec bash "$@"; fi
exec sh "$@"
