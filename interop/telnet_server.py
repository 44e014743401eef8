"""`telnet_server.py PROGRAM [ARGUMENT]...`: a telnet server by telnetlib3, where each client gets the program on a pseudo terminal
of its own. Prints its port."""

import asyncio
import sys

from telnetlib3 import create_server, make_pty_shell


async def serve():
    program, *arguments = sys.argv[1:]
    server = await create_server("127.0.0.1", 0, shell=make_pty_shell(program, arguments), connect_maxwait=1.0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.wait_closed()


asyncio.run(serve())
