# Says whether a year is a leap year.
year=$1
if [ $((year % 4)) -eq 0 ] && [ $((year % 100)) -ne 0 ]; then
    echo "$year is a leap year"
else
    echo "$year is a common year"
fi
