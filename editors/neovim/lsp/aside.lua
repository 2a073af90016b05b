-- The server's configuration, as `vim.lsp.enable("aside")` finds it on the runtimepath.
return require("aside.client").config()
