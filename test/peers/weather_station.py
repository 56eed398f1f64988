"""A Modbus TCP weather station that is not ours: Debian's python3-pymodbus serves measured rows of a CSV file.

Every read of the three registers answers with the next row and is written to the truth file, so that what the gateway was
told is known from outside. Registers as in the profile weather-foreign: temperature, pressure, wind in tenths.

usage: weather_station.py PORT CSV ROWS TRUTH
"""

import csv
import sys

from pymodbus.datastore import ModbusServerContext, ModbusSlaveContext, ModbusSparseDataBlock
from pymodbus.server import StartTcpServer

port, source, rows_wanted, truth_file = int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]


def tenths(text):
    return round(float(text) * 10) & 0xFFFF


with open(source, newline="", encoding="utf-8") as handle:
    rows = [(row["temperature"], row["pressure"], row["wind"]) for row in csv.DictReader(handle)][:rows_wanted]

truth = open(truth_file, "w", encoding="utf-8", buffering=1)


class Station(ModbusSparseDataBlock):
    """Holding registers 0 to 2; reading all three moves on to the next row, the last row stays."""

    def __init__(self):
        super().__init__({0: 0, 1: 0, 2: 0})
        self.next = 0

    def getValues(self, address, count=1):
        if address != 0 or count != 3:
            return super().getValues(address, count)
        row = rows[min(self.next, len(rows) - 1)]
        self.next += 1
        truth.write(",".join(row) + "\n")
        return [tenths(value) for value in row]


unit = ModbusSlaveContext(hr=Station(), zero_mode=True)
print("listening", flush=True)
StartTcpServer(context=ModbusServerContext(slaves=unit, single=True), address=("127.0.0.1", port))
