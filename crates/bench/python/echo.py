"""The echo server for asyncio: `echo.py LOOP BUFFER`.

Prints what the other servers print: `port=` and `pid=`, or `cannot=` and the reason.
"""

import asyncio
import os
import socket
import sys


async def echo(reader, writer):
    try:
        while data := await reader.read(BUFFER):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def connected(reader, writer):
    writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    await echo(reader, writer)


async def main():
    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    print(f"port={port} pid={os.getpid()}", flush=True)
    await server.serve_forever()


LOOP, BUFFER = sys.argv[1], int(sys.argv[2])
if LOOP == "uvloop":
    try:
        import uvloop
    except ImportError:
        print("cannot=this Python has no uvloop")
        sys.exit()
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
asyncio.run(main())
