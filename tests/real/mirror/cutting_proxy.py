"""A proxy in front of brokers that spoils connections as a file says: `none`, `cut` (after a random number of bytes,
in either direction), `slow` (a little at a time). Ready when the ports stand in a file.

    cutting_proxy.py MODE_FILE PORTS_FILE HOST:PORT...      PORTS_FILE: HOST:PORT=127.0.0.1:PORT a line, as for kt --map
"""
import asyncio
import os
import random
import sys

MOST_BYTES_BEFORE_CUT = 300_000
SLOW_BYTES, SLOW_PAUSE_S = 20_000, 0.02

mode_file, ports_file, brokers = sys.argv[1], sys.argv[2], sys.argv[3:]


def mode():
    try:
        with open(mode_file) as file:
            return file.read().strip()
    except OSError:
        return "none"


async def pump(reader, writer, both):
    left = random.randint(1, MOST_BYTES_BEFORE_CUT)
    while data := await reader.read(65536):
        now = mode()
        if now == "cut":
            if len(data) >= left:
                writer.write(data[:left])
                await writer.drain()
                for one in both:
                    one.transport.abort()
                return
            left -= len(data)
        for at in range(0, len(data), SLOW_BYTES):
            writer.write(data[at:at + SLOW_BYTES])
            if now == "slow":
                await asyncio.sleep(SLOW_PAUSE_S)
        await writer.drain()
    writer.close()


async def serve(host, port, reader, writer):
    try:
        far_reader, far_writer = await asyncio.open_connection(host, port)
    except OSError:
        writer.transport.abort()
        return
    both = (writer, far_writer)
    await asyncio.gather(pump(reader, far_writer, both), pump(far_reader, writer, both), return_exceptions=True)
    for one in both:
        one.close()


async def main():
    lines = []
    for broker in brokers:
        host, port = broker.rsplit(":", 1)
        server = await asyncio.start_server(
            lambda reader, writer, host=host, port=port: serve(host, int(port), reader, writer), "127.0.0.1", 0)
        lines.append(f"{broker}=127.0.0.1:{server.sockets[0].getsockname()[1]}\n")
    with open(ports_file + ".new", "w") as file:
        file.writelines(lines)
    os.rename(ports_file + ".new", ports_file)
    await asyncio.Event().wait()


asyncio.run(main())
