--- How long the tests wait, and how large what they drive is.

local M = {}

--- Milliseconds that anything may take to happen; a test that waits longer has failed.
M.PATIENCE_MS = 30000

--- Milliseconds between two looks at something that is waited for.
M.LOOK_MS = 10

--- Milliseconds that a program has to end by itself before it is killed.
M.FAREWELL_MS = 5000

--- Bytes of a program's output that are kept for a report.
M.MAX_KEPT = 1024 * 1024

--- Cells of the terminal that the tests look at: as many as the picture in the README has.
M.COLUMNS = 132
M.ROWS = 34

return M
