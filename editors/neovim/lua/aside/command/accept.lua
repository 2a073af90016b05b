--- `:Aside accept [hunk|file|turn|all]`: keeps pending hunks; those in the lines where a range is given.
return require("aside.review.command").of("accept", "Keep pending hunks")
