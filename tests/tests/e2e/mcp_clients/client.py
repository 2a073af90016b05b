"""Drives the server that the arguments start, through the client of the `mcp` package."""

import os
import sys

import anyio
from mcp import Client
from mcp.client.stdio import StdioServerParameters, stdio_client


async def drive(mode: str, command: str, arguments: list[str]) -> None:
    # By itself the client passes on only a few variables.
    environment = dict(os.environ)
    server = StdioServerParameters(command=command, args=arguments, env=environment)
    async with Client(stdio_client(server), mode=mode) as client:
        listed = await client.list_tools()
        print("tools", " ".join(sorted(tool.name for tool in listed.tools)))
        read = await client.call_tool("read_file", {"path": "a.txt"})
        print("read", read.is_error, read.content[0].text)
        edits = [{"old_text": "one", "new_text": "two"}]
        edited = await client.call_tool("edit_file", {"path": "a.txt", "edits": edits})
        print("edited", edited.is_error, edited.content[0].text)


anyio.run(drive, sys.argv[1], sys.argv[2], sys.argv[3:])
