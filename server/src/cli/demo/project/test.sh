# Checks leap.sh against years whose answer everybody knows.
status=0
check() {
    got=$(sh leap.sh "$1")
    if [ "$got" = "$1 is a $2 year" ]; then
        echo "ok    $got"
    else
        echo "FAIL  $got, but it is a $2 year"
        status=1
    fi
}
check 2023 common
check 2024 leap
check 1900 common
check 2000 leap
exit $status
