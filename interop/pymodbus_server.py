"""A pymodbus server with the tables of image.py: `pymodbus_server.py tcp|rtu-tcp|rtu [PATH]`. Unit 1.

Prints its port (or path) as its first line, and runs until it is ended.
"""

import asyncio
import sys

from pymodbus import FramerType, ModbusDeviceIdentification
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

import image


def device():
    def bits(values):
        return [SimData(0, values=list(values), datatype=DataType.BITS)]

    def registers(values):
        return [SimData(0, values=list(values), datatype=DataType.REGISTERS)]

    tables = (bits(image.COILS), bits(image.DISCRETE), registers(image.HOLDING), registers(image.INPUT))
    return SimDevice(id=1, simdata=tables)


async def main(kind, path=None):
    identity = ModbusDeviceIdentification(info_name=image.IDENTITY)
    common = {"identity": identity, "framer": FramerType.SOCKET if kind == "tcp" else FramerType.RTU}
    if kind == "rtu":
        server = ModbusSerialServer(device(), port=path, baudrate=9600, ignore_missing_devices=True, **common)
    else:
        server = ModbusTcpServer(device(), address=("127.0.0.1", 0), **common)
    await server.serve_forever(background=True)
    place = path if kind == "rtu" else server.transport.sockets[0].getsockname()[1]
    print(place, flush=True)
    await server.serving


asyncio.run(main(*sys.argv[1:]))
