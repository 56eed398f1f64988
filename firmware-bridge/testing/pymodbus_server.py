"""A Modbus server that is not ours: pymodbus over TCP, RTU over TCP or a serial port. Usage: KIND PORT_OR_PATH [BAUD]

Unit 1: holding register n holds 1000 + n, input register n holds 2000 + n, coil n and discrete input n are on when n is a
multiple of three; addresses 0 to 199. Register 200 to 203: the float 123456.789 and the number -2 as pymodbus builds them.
All of them can be written. It says who it is: vendor civic, product code PM, revision 1.2, URL, product, model, application.
"""
import sys

from pymodbus.constants import Endian
from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext, ModbusSlaveContext
from pymodbus.device import ModbusDeviceIdentification
from pymodbus.payload import BinaryPayloadBuilder
from pymodbus.server import StartSerialServer, StartTcpServer
from pymodbus.transaction import ModbusRtuFramer, ModbusSocketFramer

kind, place = sys.argv[1], sys.argv[2]

builder = BinaryPayloadBuilder(byteorder=Endian.Big, wordorder=Endian.Big)
builder.add_32bit_float(123456.789)
builder.add_32bit_int(-2)

bits = [n % 3 == 0 for n in range(200)]
unit = ModbusSlaveContext(
    co=ModbusSequentialDataBlock(0, bits),
    di=ModbusSequentialDataBlock(0, bits),
    hr=ModbusSequentialDataBlock(0, [1000 + n for n in range(200)] + builder.to_registers()),
    ir=ModbusSequentialDataBlock(0, [2000 + n for n in range(200)]),
    zero_mode=True,
)
context = ModbusServerContext(slaves={1: unit}, single=False)

identity = ModbusDeviceIdentification(
    info_name={
        "VendorName": "civic",
        "ProductCode": "PM",
        "MajorMinorRevision": "1.2",
        "VendorUrl": "https://example.org",
        "ProductName": "a terminal",
        "ModelName": "number one",
        "UserApplicationName": "test",
    }
)

if kind == "serial":
    StartSerialServer(
        context=context,
        framer=ModbusRtuFramer,
        identity=identity,
        port=place,
        baudrate=int(sys.argv[3]),
        ignore_missing_slaves=True,
    )
else:
    framer = ModbusRtuFramer if kind == "rtu-over-tcp" else ModbusSocketFramer
    StartTcpServer(
        context=context,
        framer=framer,
        identity=identity,
        address=("127.0.0.1", int(place)),
        ignore_missing_slaves=True,
    )
