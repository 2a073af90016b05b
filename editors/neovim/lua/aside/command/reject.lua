--- `:Aside reject [hunk|file|turn|all]`: takes back pending hunks; those in the lines where a range is given.
return require("aside.review.command").of("reject", "Take back pending hunks")
